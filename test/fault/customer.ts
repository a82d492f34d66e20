import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { History, Said, Sent } from './history.ts'

/** Where a bot listens, and the secret it makes tokens for. */
export interface Place {
  url: string
  secret: string
}

/** How requests were answered, of all customers together. */
export class Answers {
  /** By status; `none` is a request that nobody answered. */
  readonly counts = new Map<string, number>()
  /** The longest that one of them took, in milliseconds. */
  slowest = 0
  /** 503 that does not say when to come again. */
  unclear = 0

  note(status: number | 'none', ms: number, retryAfter?: string | null): void {
    this.counts.set(String(status), (this.counts.get(String(status)) ?? 0) + 1)
    this.slowest = Math.max(this.slowest, ms)
    if (status === 503 && !retryAfter) this.unclear++
  }

  /** Those that are neither taken nor "not now". */
  get odd(): number {
    return [...this.counts].reduce(
      (sum, [status, count]) => (/^(2..|503)$/.test(status) ? sum : sum + count),
      0,
    )
  }

  toString(): string {
    return [...this.counts].map(([status, count]) => `${count} × ${status}`).join(', ')
  }
}

/** How a customer behaves. */
export interface Habits {
  answers: Answers
  /** Reads by a WebSocket, or asks again and again. */
  socket: boolean
  /** Milliseconds between two messages. */
  pause?: number
  /** Whether a message is sent a second time after it was taken, as networks do it. */
  repeats?: () => boolean
  /** Speaks with the secret, as the bank's own server may, and not with a token. */
  bySecret?: boolean
}

/** What a client waits for an answer before it sends again; longer than what Kaijo promises. */
const PATIENCE_MS = 8000
const POLL_MS = 250

/**
 * A customer by Direct Line who sends each message until it is taken, and hears what is said meanwhile; whichever of the
 * processes is asked.
 */
export class Customer {
  readonly #places: readonly Place[]
  readonly #habits: Habits
  readonly #sent: Sent[] = []
  readonly #seen: History['seen'] = []
  #token = ''
  #conversation = ''
  #watermark = '0'
  #asked: number
  #isWriting = true
  #isReading = true
  #done: Promise<unknown> = Promise.resolve()

  /** `turn` says which of the processes is asked first. */
  constructor(places: readonly Place[], turn: number, habits: Habits) {
    this.#places = places
    this.#asked = turn
    this.#habits = habits
  }

  get sent(): readonly Sent[] {
    return this.#sent
  }

  get conversation(): string {
    return this.#conversation
  }

  /** Opens the conversation and begins to read. */
  async begin(): Promise<void> {
    const { secret } = this.#places[0] as Place
    const made = await this.#insist('/tokens/generate', { method: 'POST' }, secret)
    const { token, conversationId } = (await made.json()) as { token: string; conversationId: string }
    this.#token = token
    this.#conversation = conversationId
    await this.#insist('/conversations', { method: 'POST' })
    if (this.#habits.bySecret) this.#token = secret
    this.#done = this.#habits.socket ? this.#listen() : this.#poll()
  }

  /** Writes numbered messages one after the other, until so many are taken or `stop` is called. */
  async write(most = Number.POSITIVE_INFINITY): Promise<void> {
    for (let n = 0; n < most && this.#isWriting; n++) {
      await this.#say(n)
      if (this.#habits.repeats?.()) await this.#post(n)
      if (this.#habits.pause) await sleep(this.#habits.pause)
    }
  }

  stop(): void {
    this.#isWriting = false
  }

  /** Whether the answers to all that was taken have been seen. */
  get isAnswered(): boolean {
    const answered = new Set(this.#seen.map(({ said }) => said.replyToId))
    return this.#sent.every(({ id }) => id === undefined || answered.has(id))
  }

  /** Stops reading, and gives all it knows with the log as it is now. */
  async end(): Promise<History> {
    const log = await this.#log()
    const mine = { sent: this.#sent, seen: this.#seen }
    // What was said last may still be on its way to a reader.
    for (let tries = 0; tries < 100 && this.#seen.length < log.length; tries++) await sleep(20)
    this.#isReading = false
    await this.#done
    return { conversation: this.#conversation, log, ...mine }
  }

  async #say(n: number): Promise<void> {
    const sent: Sent = { text: this.#text(n), at: performance.now() }
    this.#sent.push(sent)
    const answer = await this.#post(n)
    Object.assign(sent, { takenAt: performance.now(), id: ((await answer.json()) as { id: string }).id })
  }

  #text(n: number): string {
    return `number ${n}`
  }

  #post(n: number): Promise<Response> {
    const channelData = { clientActivityID: `n${n}` }
    const body = JSON.stringify({ type: 'message', text: this.#text(n), channelData })
    return this.#insist(`${this.#here}/activities`, { method: 'POST', body })
  }

  async #log(): Promise<Said[]> {
    const log: Said[] = []
    for (let watermark = '0'; ; ) {
      const answer = await this.#insist(`${this.#here}/activities?watermark=${watermark}`)
      const page = (await answer.json()) as { activities: Said[]; watermark: string }
      if (page.activities.length === 0) return log
      log.push(...page.activities)
      watermark = page.watermark
    }
  }

  async #poll(): Promise<void> {
    while (this.#isReading) {
      const answer = await this.#ask(`${this.#here}/activities?watermark=${this.#watermark}`)
      if (answer?.ok) this.#hear((await answer.json()) as { activities: Said[]; watermark: string })
      await sleep(POLL_MS)
    }
  }

  async #listen(): Promise<void> {
    while (this.#isReading) {
      const answer = await this.#ask(`${this.#here}?watermark=${this.#watermark}`)
      if (answer?.ok) await this.#follow(((await answer.json()) as { streamUrl: string }).streamUrl)
      else await sleep(POLL_MS)
    }
  }

  async #follow(url: string): Promise<void> {
    const socket = new WebSocket(url, { handshakeTimeout: PATIENCE_MS })
    socket.on('message', (data: Buffer) => data.length > 0 && this.#hear(JSON.parse(String(data))))
    let isOver = false
    socket.on('error', () => undefined).on('close', () => (isOver = true))
    while (!isOver && this.#isReading) await sleep(20)
    socket.terminate()
  }

  #hear({ activities, watermark }: { activities: Said[]; watermark?: string }): void {
    const at = performance.now()
    for (const said of activities) this.#seen.push({ said, at })
    if (watermark) this.#watermark = watermark
  }

  get #here(): string {
    return `/conversations/${this.#conversation}`
  }

  /** Asked again, of whichever comes next, until one of them says other than "not now". */
  async #insist(path: string, init: RequestInit = {}, credential?: string): Promise<Response> {
    for (;;) {
      const answer = await this.#ask(path, init, credential)
      if (answer?.ok) return answer
      if (answer && answer.status < 500 && answer.status !== 408)
        throw new Error(
          `${init.method ?? 'GET'} ${path} was answered ${answer.status} ${await answer.text()}`,
        )
      await sleep(100)
    }
  }

  async #ask(path: string, init: RequestInit = {}, credential = this.#token): Promise<Response | undefined> {
    const { url } = this.#places[this.#asked++ % this.#places.length] as Place
    const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json' }
    const began = performance.now()
    const { answers } = this.#habits
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS)
      const answer = await fetch(`${url}/v3/directline${path}`, { ...init, headers, signal })
      answers.note(answer.status, performance.now() - began, answer.headers.get('retry-after'))
      return answer
    } catch {
      answers.note('none', performance.now() - began)
      return undefined
    }
  }
}
