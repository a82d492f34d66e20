import { Agent, fetch } from 'undici'
import { type Press, pressed } from '../../bench/walk.ts'
import { type Activity, type Client, connect } from './directLine.ts'

/** One of them, and what the server has said that it has. */
export interface Writer {
  conversation: string
  key: string
  taken: string[]
}

/** Customers who write at a pace of their own, whatever the answers take, and hear by open sockets. */
export interface Paced {
  writers: readonly Writer[]
  /** What was sent and not taken, each with why. */
  failures: string[]
  /** How often the answer was "not now", and the message was sent again. */
  postponed(): number
  /** Writes no more; resolves when all that was sent is answered or refused. */
  stop(): Promise<void>
  /** Resolves when every socket has heard what the log has; then what each heard, and what the log has. */
  heard(): Promise<{ heard: Activity[]; log: Activity[]; taken: string[] }[]>
  end(): Promise<void>
}

/** More than so many under way at once is a machine that cannot follow: then it waits. */
const MOST = 24

/** Of ten messages so many are answers to what the bot asks, where there is a walk; the others are free questions. */
const ANSWERS = 9

/** So many begin at a server, and together write so many messages a second; with a `walk` they go it again and again. */
export async function startPaced(
  { url, secret }: { url: string; secret: string },
  { customers, rate, walk = [] }: { customers: number; rate: number; walk?: readonly Press[] },
): Promise<Paced> {
  // Nothing is sent over a connection that has waited for longer than the server still takes requests.
  const dispatcher = new Agent({ keepAliveTimeout: 500, keepAliveMaxTimeout: 500 })
  const post = (path: string, key: string, body: object) =>
    fetch(`${url}/v3/directline/${path}`, {
      method: 'POST',
      dispatcher,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const all = await Promise.all(Array.from({ length: customers }, () => begin(url, secret, post)))
  const failures: string[] = []
  const open = new Set<Promise<void>>()
  let sent = 0
  let postponed = 0
  let isOver = false

  /** What a customer says the nth time. */
  function answer(n: number): object {
    const step = Math.floor(n / 10) * ANSWERS + (n % 10)
    const press = n % 10 < ANSWERS ? walk[step % walk.length] : undefined
    return press ? pressed(press, Math.floor(step / walk.length) + 1) : { type: 'message' }
  }

  async function send(n: number): Promise<void> {
    const { conversation, key, taken } = all[n % all.length] as Customer
    const text = `number ${n}`
    const body = { ...answer(Math.floor(n / all.length)), text, channelData: { clientActivityID: `n${n}` } }
    try {
      for (;;) {
        const answer = await post(`conversations/${conversation}/activities`, key, body)
        const said = await answer.text()
        if (answer.ok) return void taken.push(text)
        if (answer.status !== 503) return void failures.push(`${answer.status} ${said}`)
        postponed++
        const seconds = Number(answer.headers.get('retry-after') ?? 1)
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      }
    } catch (error) {
      failures.push(`${error} ${(error as Error).cause}`)
    }
  }

  const start = performance.now()
  const running = (async () => {
    while (!isOver) {
      const due = ((performance.now() - start) * rate) / 1000
      for (; sent < due && open.size < MOST; sent++) {
        const one = send(sent).finally(() => open.delete(one))
        open.add(one)
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await Promise.all(open)
    const seconds = (performance.now() - start) / 1000
    process.stdout.write(`      ${Math.round(sent / seconds)} turns/s of others in ${seconds.toFixed(1)} s\n`)
  })()

  return {
    writers: all,
    failures,
    postponed: () => postponed,
    stop() {
      isOver = true
      return running
    },
    heard: () => Promise.all(all.map((customer) => whole(customer, url))),
    async end() {
      for (const { client } of all) client.end()
      await dispatcher.close()
    },
  }
}

interface Customer extends Writer {
  client: Client
}

type Post = (path: string, key: string, body: object) => ReturnType<typeof fetch>

async function begin(url: string, secret: string, post: Post): Promise<Customer> {
  const answer = await post('tokens/generate', secret, {})
  const { token: key } = (await answer.json()) as { token: string }
  const client = connect({ url, token: key })
  await client.heard()
  return { client, conversation: client.conversationId(), key, taken: [] }
}

async function whole(customer: Customer, url: string) {
  const { client, taken } = customer
  for (;;) {
    const log = await answered(customer, url)
    if (client.activities.length >= log.length) return { heard: client.activities, log, taken }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The whole log of a conversation, once everything in it is answered. */
export async function answered({ conversation, key }: Writer, url: string): Promise<Activity[]> {
  const of = `${url}/v3/directline/conversations/${conversation}/activities`
  const headers = { authorization: `Bearer ${key}` }
  for (;;) {
    const log: Activity[] = []
    for (let watermark = '0'; ; ) {
      const answer = await fetch(`${of}?watermark=${watermark}`, { headers })
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
      const page = (await answer.json()) as { activities: Activity[]; watermark: string }
      if (page.activities.length === 0) break
      log.push(...page.activities)
      watermark = page.watermark
    }
    const replied = new Set(log.map(({ replyToId }) => replyToId))
    if (log.every(({ id, from }) => from.role === 'bot' || replied.has(id))) return log
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Each message once, each answered once, and the answers in the order of the messages; gives the messages' words. */
export function expectOnce(log: Activity[]): string[] {
  const asked = log.filter(({ from }) => from.role !== 'bot')
  const words = asked.map(({ text = '' }) => text)
  const answers = log.flatMap(({ replyToId }) => replyToId ?? [])
  const turns = answers.filter((id, at) => id !== answers[at - 1])
  if (new Set(words).size !== words.length) throw new Error(`A message is there twice: ${words.join(', ')}`)
  if (turns.join() !== asked.map(({ id }) => id).join())
    throw new Error(`Not each message was answered once and in order: ${turns.join(', ')}`)
  return words
}
