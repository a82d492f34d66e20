import type { Served } from '../support/process.ts'

/** As much of an activity as is looked at here. */
export interface Said {
  text?: string
  from: { role?: string }
}

/** An honest customer with nothing but fetch. */
export interface Customer {
  token: string
  conversation: string
  /** Posts an activity; gives the status. */
  post(activity: object): Promise<number>
  say(text: string): Promise<number>
  /** Says one after the other, each when the one before was answered. */
  walk(texts: readonly string[]): Promise<void>
  /** All activities so far, as the transcript shows them. */
  log(): Promise<Said[]>
  /** What the bot said since the last time, when it has said something. */
  heard(): Promise<string>
}

/** Opens a conversation, as the widget does, and waits for the greeting. */
export async function customer(kaijo: Pick<Served, 'url' | 'secret'>, locale = 'ja'): Promise<Customer> {
  const call = async (path: string, token: string, body?: object) =>
    fetch(kaijo.url + path, {
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
  const made = await call('/v3/directline/tokens/generate', kaijo.secret, {})
  const { token, conversationId } = (await made.json()) as { token: string; conversationId: string }
  await call('/v3/directline/conversations', token, { locale })
  const here = `/v3/directline/conversations/${conversationId}/activities`
  let watermark = '0'

  const read = async (after: string) =>
    (await (await call(`${here}?watermark=${after}`, token)).json()) as {
      activities: Said[]
      watermark: string
    }
  const mine: Customer = {
    token,
    conversation: conversationId,
    post: async (activity) => (await call(here, token, { from: { id: 'me' }, ...activity })).status,
    say: (text) => mine.post({ type: 'message', text }),
    async walk(texts) {
      for (const text of texts) {
        await mine.say(text)
        await mine.heard()
      }
    },
    async log() {
      const all: Said[] = []
      for (let after = '0'; ; ) {
        const page = await read(after)
        if (page.activities.length === 0) return all
        all.push(...page.activities)
        after = page.watermark
      }
    },
    async heard() {
      for (;;) {
        const page = await read(watermark)
        watermark = page.watermark
        const said = page.activities.filter(({ from }) => from.role === 'bot').map(({ text }) => text)
        if (said.length > 0) return said.join('\n')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
  }
  await mine.heard()
  return mine
}
