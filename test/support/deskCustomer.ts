import { WebSocket } from 'ws'
import type { Running } from './kaijo.ts'

/** A customer of the desk, in the web chat's own protocol. */
export interface Customer {
  /** The conversation. */
  id: string
  /** Writes, and waits for the turn to end. */
  say(text: string, locale?: string): Promise<void>
  /** Presses one of the choices that were offered last, by its title. */
  press(title: string): Promise<void>
  /** Everything that was said to the customer, in order. */
  heard(): Promise<string[]>
  /** What its page hears on the stream from now on, one activity after the other. */
  listen(): Promise<{ heard: StreamActivity[]; stop(): void }>
  /** Waits until every turn of it is over. */
  settled(): Promise<void>
}

/** An activity as the stream brings it. */
export interface StreamActivity {
  type: string
  text?: string
  from: { id: string; name?: string; role?: string }
}

interface Said {
  type: string
  text?: string
  from: { role?: string }
  suggestedActions?: { actions: { title: string; value: unknown }[] }
}

/** A new customer whom the bot has greeted. */
export async function customerAt(kaijo: Running, locale = 'ja'): Promise<Customer> {
  const headers = { authorization: `Bearer ${await kaijo.token()}`, 'content-type': 'application/json' }
  const root = `${kaijo.url}/v3/directline/conversations`
  const begun = await fetch(root, { method: 'POST', headers, body: JSON.stringify({ locale }) })
  const { conversationId: id, token } = (await begun.json()) as { conversationId: string; token: string }
  headers.authorization = `Bearer ${token}`
  const settled = async () => {
    while (await kaijo.store.pending(id)) await kaijo.turns.idle()
    await kaijo.turns.idle()
  }
  const send = async (activity: object) => {
    const body = JSON.stringify({ type: 'message', locale, from: { id: 'x' }, ...activity })
    const { status } = await fetch(`${root}/${id}/activities`, { method: 'POST', headers, body })
    if (status !== 200) throw new Error(`The customer was answered ${status}`)
    await settled()
  }
  const said = async () => {
    const log = await kaijo.store.activities(id, 0, 1000)
    return log
      .map(({ activity }) => activity as Said)
      .filter(({ type, from }) => type === 'message' && from.role === 'bot')
  }
  await settled()
  return {
    id,
    settled,
    say: (text) => send({ text }),
    async press(title) {
      const offered = (await said()).at(-1)?.suggestedActions?.actions ?? []
      const value = offered.find((action) => action.title === title)?.value
      if (!value)
        throw new Error(`"${title}" is not among ${offered.map((action) => action.title).join(', ')}`)
      await send({ value })
    },
    async listen() {
      const again = await fetch(`${root}/${id}`, { headers })
      const { streamUrl } = (await again.json()) as { streamUrl: string }
      const socket = new WebSocket(streamUrl)
      const heard: StreamActivity[] = []
      socket.on('message', (data) => {
        const text = String(data)
        if (text !== '') heard.push(...(JSON.parse(text) as { activities: StreamActivity[] }).activities)
      })
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      return { heard, stop: () => socket.terminate() }
    },
    heard: async () => (await said()).map(({ text = '' }) => text),
  }
}
