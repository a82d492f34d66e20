import { randomUUID } from 'node:crypto'
import type { messagingApi } from '@line/bot-sdk'
import { pauseAfter, type Sender } from '../delivery.ts'
import type { Logger } from '../log.ts'
import type { Outgoing } from '../store/index.ts'
import type { LineAnswer, LineApi } from './lineApi.ts'
import type { LineReply } from './lineEvents.ts'
import { mostMessages } from './lineLimits.ts'
import { type Drawing, lineMessages, lineTexts } from './lineMessages.ts'

/** What sending needs. */
export interface LineSenderParts {
  api: LineApi
  /** How words are drawn in a language. */
  drawing: (locale: string | undefined) => Drawing
  /** The answer to an event is here: nobody needs to be told to wait. False when its token was used for that. */
  settle: (token: string) => boolean
  log: Logger
  now: () => number
  /** Chance for the pauses, from 0 to 1. */
  random?: () => number
  /** Milliseconds until an answer must be there. */
  within?: { reply: number; push: number }
}

type Result = Awaited<ReturnType<Sender['send']>>
type Remember = (note: object) => Promise<void>

/** What must not be forgotten between two tries. */
interface Note {
  /** Requests that were taken, when there are more messages than one holds. */
  done?: number
  /** So many times a reply was sent, and nobody knows what became of it. */
  unknown?: number
  /** LINE refused what was drawn: words alone. */
  isPlain?: boolean
  /** How often LINE wanted us to slow down. */
  limited?: number
  /** The push that was begun: its retry key, its tries, and when it began (milliseconds). */
  push?: { key: string; tries: number; since: number }
}

const usual = { reply: 8000, push: 10_000 }
const day = 24 * 3600 * 1000
/** Until then a token that LINE calls invalid must have been used; afterwards it may have run out. */
const freshFor = 50_000
/** With the pauses of a second, two and four, and eight seconds for each, before the token runs out, whatever any clock says. */
const mostUnknown = 3
const mostPushes = 4
const mostLimited = 3
/** Milliseconds between the tries of a push. */
const pushPauses = [1000, 4000, 15_000]

/** Sends one turn: a free reply where its token works, else a push that LINE takes once however often it is tried. */
export function lineSender(parts: LineSenderParts): Sender {
  const past = { born: parts.now(), taken: new Set<string>() }
  return {
    channel: 'line',
    send: (out, remember) => new Sending(parts, past, out, remember).run(),
  }
}

/** What this process knows of what was sent. */
interface Past {
  /** When it began. */
  born: number
  /** The newest tokens that LINE has taken, for the moment in which the store cannot write that down. */
  taken: Set<string>
}

class Sending {
  readonly #parts: LineSenderParts
  readonly #past: Past
  readonly #out: Outgoing
  readonly #remember: Remember
  #note: Note

  constructor(parts: LineSenderParts, past: Past, out: Outgoing, remember: Remember) {
    this.#parts = parts
    this.#past = past
    this.#out = out
    this.#remember = remember
    this.#note = { ...out.note }
  }

  async run(): Promise<Result> {
    const { reply } = this.#out as { reply?: LineReply }
    const isFree = reply !== undefined && this.#parts.settle(reply.token)
    const batches = this.#batches()
    for (let done = this.#note.done ?? 0; done < batches.length; done++) {
      const batch = batches[done] as messagingApi.Message[]
      const replies = isFree && done === 0 && !this.#note.push
      const result = replies ? await this.#reply(batch, reply) : await this.#push(batch)
      if (result !== 'sent') return result
      const { isPlain } = this.#note
      if (done + 1 < batches.length) await this.#keep({ isPlain, done: done + 1 }, true)
    }
    return 'sent'
  }

  #batches(): messagingApi.Message[][] {
    const { activities } = this.#out
    const drawing = this.#parts.drawing(activities.at(-1)?.locale)
    const messages = this.#note.isPlain ? lineTexts(activities, drawing) : lineMessages(activities, drawing)
    const count = Math.ceil(messages.length / mostMessages)
    return Array.from({ length: count }, (_, i) => messages.slice(i * mostMessages, (i + 1) * mostMessages))
  }

  async #reply(messages: messagingApi.Message[], { token, at }: LineReply): Promise<Result> {
    const { taken } = this.#past
    if (taken.has(token)) return 'sent'
    const body = { replyToken: token, messages }
    const answer = await this.#parts.api.call({
      path: '/v2/bot/message/reply',
      body,
      within: (this.#parts.within ?? usual).reply,
    })
    const { status } = answer
    if (isTaken(status)) {
      if (taken.size >= 1000) taken.delete(taken.values().next().value as string)
      taken.add(token)
      return this.#sent('reply', answer)
    }
    const unknown = this.#note.unknown ?? 0
    // A token works once, so that the same request again can never show the same answer twice.
    if (isUnknown(status)) {
      if (unknown >= mostUnknown) return this.#undelivered('unknown', answer)
      await this.#keep({ unknown: unknown + 1 })
      return { after: this.#jittered(1000 * 2 ** unknown) }
    }
    if (status === 400 && !isOfContent(answer)) {
      if (unknown > 0 || this.#wasUsedBefore(at)) return this.#sent('reply', answer)
      return this.#push(messages)
    }
    return this.#refused(answer)
  }

  /** Whether a process before this one has sent it, and died before it could write that down. */
  #wasUsedBefore(at: number): boolean {
    return at < this.#past.born && this.#parts.now() - at < freshFor
  }

  async #push(messages: messagingApi.Message[]): Promise<Result> {
    const { api, now } = this.#parts
    const { key, tries, since } = this.#note.push ?? { key: randomUUID(), tries: 0, since: now() }
    // LINE forgets a key after a day, and would show the message again.
    if (tries >= mostPushes || now() - since >= day) return this.#undelivered('unknown')
    await this.#keep({ push: { key, tries: tries + 1, since } })
    const to = this.#out.conversation.slice('line:'.length)
    const answer = await api.call({
      path: '/v2/bot/message/push',
      body: { to, messages },
      headers: { 'X-Line-Retry-Key': key },
      within: (this.#parts.within ?? usual).push,
    })
    const { status } = answer
    if (isTaken(status)) return this.#sent('push', answer)
    if (isUnknown(status)) return { after: this.#jittered(pushPauses[tries] ?? 0) }
    // Only what may have been taken counts as a try.
    await this.#keep({ push: { key, tries, since } })
    if (status === 429 && (await this.#isQuotaUsed())) return this.#undelivered('quota', answer)
    return this.#refused(answer)
  }

  /** What certainly was not taken. */
  async #refused(answer: LineAnswer): Promise<Result> {
    const { status } = answer
    const { log } = this.#parts
    if (status === 'unreached') {
      log.warn({ event: 'line.unreached', code: answer.why })
      return { after: this.#jittered(pauseAfter(this.#out.attempts)) }
    }
    if (status === 401) {
      // Whoever runs it must see to the token; nothing is lost meanwhile.
      log.error({ event: 'line.unauthorized', status, id: answer.requestId ?? '' })
      return { after: this.#jittered(pauseAfter(this.#out.attempts)) }
    }
    if (status === 429) {
      const limited = this.#note.limited ?? 0
      if (limited >= mostLimited) return this.#undelivered('limited', answer)
      await this.#keep({ limited: limited + 1 })
      return { after: this.#jittered(1000 * 2 ** limited) }
    }
    const isOurs = status === 413 || (status === 400 && isOfContent(answer))
    if (!isOurs || this.#note.isPlain) return this.#undelivered('refused', answer)
    log.error({ event: 'line.invalid', status, id: answer.requestId ?? '' })
    // Another body needs another key.
    await this.#keep({ isPlain: true, push: undefined })
    return { after: 0 }
  }

  async #isQuotaUsed(): Promise<boolean> {
    const { api } = this.#parts
    const ask = { method: 'GET', within: 3000 } as const
    const [quota, used] = await Promise.all([
      api.call({ ...ask, path: '/v2/bot/message/quota' }),
      api.call({ ...ask, path: '/v2/bot/message/quota/consumption' }),
    ])
    if (quota.status !== 200 || used.status !== 200) return false
    const { type, value } = (quota.body ?? {}) as { type?: string; value?: number }
    const { totalUsage } = (used.body ?? {}) as { totalUsage?: number }
    return type === 'limited' && (totalUsage ?? 0) >= (value ?? Number.POSITIVE_INFINITY)
  }

  #sent(code: string, answer: LineAnswer): Result {
    const { conversation } = this.#out
    const { status } = answer
    this.#parts.log.info({ event: 'line.sent', code, conversation, status, id: requestIdOf(answer) })
    return 'sent'
  }

  /** Given up: the words stay in the transcript, and whatever the customer sends next is answered free. */
  #undelivered(code: string, answer?: LineAnswer): Result {
    const { conversation } = this.#out
    const status = answer?.status ?? 'none'
    this.#parts.log.error({
      event: 'line.undelivered',
      code,
      conversation,
      status,
      id: answer ? requestIdOf(answer) : '',
    })
    return 'dropped'
  }

  async #keep(more: Note, isNew = false): Promise<void> {
    this.#note = isNew ? more : { ...this.#note, ...more }
    await this.#remember(this.#note)
  }

  #jittered(ms: number): number {
    return Math.round(ms * (0.8 + 0.4 * (this.#parts.random ?? Math.random)()))
  }
}

/** 409: this retry key was taken before. A 2xx counts whatever its body is. */
function isTaken(status: LineAnswer['status']): boolean {
  return typeof status === 'number' && ((status >= 200 && status < 300) || status === 409)
}

function isUnknown(status: LineAnswer['status']): boolean {
  return status === 'unknown' || (typeof status === 'number' && status >= 500)
}

/** LINE lists what is wrong with a message in `details`; its sentences are not to be relied on. */
function isOfContent(answer: LineAnswer): boolean {
  if (!('body' in answer)) return false
  const { details } = (answer.body ?? {}) as { details?: unknown }
  return Array.isArray(details) && details.length > 0
}

function requestIdOf(answer: LineAnswer): string {
  return ('requestId' in answer && answer.requestId) || ''
}
