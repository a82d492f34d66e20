import { createHash } from 'node:crypto'
import { readFeed, readKeys, readRequest, type UnlockEvent, type UnlockRequest } from './answer.ts'
import { createBreaker } from './breaker.ts'
import { limits, UnlockNotFound, UnlockRefused, UnlockUnavailable } from './failure.ts'

/** What is asked of the unlock API; nothing personal goes with it. */
export interface NewUnlockRequest {
  purpose: 'clear-user-suspension'
  locale: 'ja' | 'en'
  /** Which channel asked, shown to the one who approves. */
  channel: string
  /** A pseudonym for the one who asks (16 to 64 of `A–Z a–z 0–9 _ -`), the same for the same person: limits are counted by it. */
  customer: string
}

/** The bot's side of `unlock/openapi.yaml`. */
export interface UnlockClient {
  /** Creates a request; the same key gives the same request. Throws UnlockUnavailable within 3 s. */
  create(request: NewUnlockRequest, idempotencyKey: string): Promise<UnlockRequest>
  /** Reads a request as it stands now. Throws UnlockUnavailable within 3 s, UnlockNotFound when there is none. */
  read(id: string): Promise<UnlockRequest>
}

/** What a bot reads that was away, or that looks after its keys. */
export interface UnlockFeed {
  /** Events whose webhook nobody has taken, oldest first, behind one of them. Throws UnlockUnavailable within 3 s. */
  undelivered(after?: string): Promise<{ events: UnlockEvent[]; more: boolean }>
  /** The public keys that the API lists; worth nothing but to compare. Throws UnlockUnavailable within 3 s. */
  keys(): Promise<string[]>
}

/** Where the unlock API is, and how the bot may speak with it. */
export interface UnlockApi {
  /** The API's origin, e.g. `https://unlock.bank.example`. */
  url: string
  /** The bot's bearer credential. */
  token: string
  /** Where the API sends its webhooks. */
  callbackUrl: string
  /** The only origin a request's link may have; the API's own unless the bank's pages live elsewhere. */
  linkOrigin?: string
  fetch?: typeof fetch
  /** For a whole call, in milliseconds. */
  deadline?: number
  /** How long a dead API is left alone after five failures in a row, in milliseconds. */
  pause?: number
  /** Milliseconds of a clock that never goes back. */
  now?: () => number
}

/** How a call is meant: to which path, with which status when it went well. */
interface Call extends RequestInit {
  path: string
  expected: number
}

const maxAnswer = 64 * 1024

/** Speaks with an unlock API; every answer is checked before anyone sees it, and an API that is dead is left alone for a while. */
export function createUnlockClient(api: UnlockApi): UnlockClient & UnlockFeed {
  const origin = new URL(api.linkOrigin ?? api.url).origin
  const breaker = createBreaker({
    failures: 5,
    pause: api.pause ?? 10_000,
    now: api.now ?? (() => performance.now()),
    isFailure: (error) => !(error instanceof UnlockNotFound || error instanceof UnlockRefused),
    refuse: () =>
      new UnlockUnavailable('The unlock API has failed five times in a row; it is left alone for a while'),
  })
  const ask = <T>(wanted: Call, read: (body: unknown) => T) =>
    breaker.run(async () => read(await call(api, wanted)))

  return {
    create(request, idempotencyKey) {
      const body = JSON.stringify({ ...request, callbackUrl: api.callbackUrl })
      const headers = { 'content-type': 'application/json', 'idempotency-key': keyOf(idempotencyKey) }
      const wanted = { path: '/v1/requests', expected: 201, method: 'POST', headers, body }
      return ask(wanted, (answered) => readRequest(answered, origin))
    },
    read(id) {
      const path = `/v1/requests/${encodeURIComponent(id)}`
      return ask({ path, expected: 200 }, (answered) => {
        const found = readRequest(answered, origin)
        if (found.id === id) return found
        throw new UnlockUnavailable(`The unlock API was asked for ${id} and answered another request`)
      })
    },
    undelivered(after) {
      const path = `/v1/events?undelivered=true${after ? `&after=${encodeURIComponent(after)}` : ''}`
      return ask({ path, expected: 200 }, readFeed)
    },
    keys: () => ask({ path: '/v1/keys', expected: 200 }, readKeys),
  }
}

/** A key as the contract allows it: what a channel calls its events may hold anything. */
function keyOf(key: string): string {
  return /^[!-~]{1,200}$/.test(key) ? key : createHash('sha256').update(key).digest('hex')
}

async function call(api: UnlockApi, { path, expected, ...init }: Call): Promise<unknown> {
  const ask = api.fetch ?? fetch
  const name = `${init.method ?? 'GET'} ${path}`
  try {
    const response = await ask(new URL(path, api.url), {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${api.token}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(api.deadline ?? 2000),
    })
    const text = await readText(response)
    if (response.status === 404) throw new UnlockNotFound(`The unlock API knows nothing at ${name}`)
    if (response.status === 429) throw refusedBy(response, text) ?? unexpected(429, name)
    if (response.status !== expected) throw unexpected(response.status, name)
    return JSON.parse(text)
  } catch (cause) {
    if (cause instanceof UnlockUnavailable) throw cause
    throw new UnlockUnavailable(`The unlock API gave no usable answer to ${name}: ${message(cause)}`, {
      cause,
    })
  }
}

function unexpected(status: number, name: string): UnlockUnavailable {
  return new UnlockUnavailable(`The unlock API answered ${status} to ${name}`)
}

/** A limit of the customer, when the problem names one that we know. */
function refusedBy(response: Response, text: string): UnlockRefused | undefined {
  const { code } = JSON.parse(text) as { code?: unknown }
  const limit = limits.find((one) => one === code)
  const seconds = Number(response.headers.get('retry-after'))
  return limit && new UnlockRefused(limit, Number.isFinite(seconds) && seconds > 0 ? seconds : 60)
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxAnswer)
      throw new UnlockUnavailable(`The unlock API's answer is larger than ${maxAnswer} bytes`)
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
