import { z } from 'zod'
import { requestId } from './requestId.ts'
import type { UnlockState } from './requestState.ts'
import { unlockStates } from './requestState.ts'

/** An unlock request as the unlock API shows it. */
export interface UnlockRequest {
  id: string
  state: UnlockState
  /** Shown in the chat and asked for on the bank's page, so that a person knows that both speak of the same request. */
  bindingCode: string
  /** The bank's page for this request. */
  link: string
  /** ISO 8601, UTC. */
  expiresAt: string
  createdAt: string
  /** Why it was rejected. */
  reason?: 'declined' | 'wrong-code'
}

/** What is asked of the unlock API; nothing personal goes with it. */
export interface NewUnlockRequest {
  purpose: 'clear-user-suspension'
  locale: 'ja' | 'en'
  /** Which channel asked, shown to the one who approves. */
  channel: string
}

/** The unlock API could not answer in time, or answered something that its contract does not allow. */
export class UnlockUnavailable extends Error {}

/** The unlock API answers, and knows no such request. */
export class UnlockNotFound extends UnlockUnavailable {}

/** The bot's side of `unlock/openapi.yaml`. */
export interface UnlockClient {
  /** Creates a request; the same key gives the same request. Throws UnlockUnavailable within 3 s. */
  create(request: NewUnlockRequest, idempotencyKey: string): Promise<UnlockRequest>
  /** Reads a request as it stands now. Throws UnlockUnavailable within 3 s, UnlockNotFound when there is none. */
  read(id: string): Promise<UnlockRequest>
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
}

const maxAnswer = 64 * 1024

const answer = z.object({
  id: z.string().regex(requestId),
  state: z.enum(unlockStates),
  bindingCode: z.string().regex(/^\d{4}$/),
  link: z.url().max(500),
  expiresAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  reason: z.enum(['declined', 'wrong-code']).optional(),
})

/** Speaks with an unlock API; every answer is checked before anyone sees it. */
export function createUnlockClient(api: UnlockApi): UnlockClient {
  const origin = new URL(api.linkOrigin ?? api.url).origin
  return {
    async create(request, idempotencyKey) {
      const body = JSON.stringify({ ...request, callbackUrl: api.callbackUrl })
      const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey }
      return readAnswer(await call(api, '/v1/requests', 201, { method: 'POST', headers, body }), origin)
    },
    async read(id) {
      const found = readAnswer(await call(api, `/v1/requests/${encodeURIComponent(id)}`, 200, {}), origin)
      if (found.id !== id)
        throw new UnlockUnavailable(`The unlock API was asked for ${id} and answered another request`)
      return found
    },
  }
}

async function call(api: UnlockApi, path: string, expected: number, init: RequestInit): Promise<unknown> {
  const ask = api.fetch ?? fetch
  const name = `${init.method ?? 'GET'} ${path}`
  try {
    const response = await ask(new URL(path, api.url), {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${api.token}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(api.deadline ?? 2500),
    })
    const text = await readText(response)
    if (response.status === 404) throw new UnlockNotFound(`The unlock API knows nothing at ${name}`)
    if (response.status !== expected)
      throw new UnlockUnavailable(`The unlock API answered ${response.status} to ${name}`)
    return JSON.parse(text)
  } catch (cause) {
    if (cause instanceof UnlockUnavailable) throw cause
    throw new UnlockUnavailable(`The unlock API gave no usable answer to ${name}: ${message(cause)}`, {
      cause,
    })
  }
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

function readAnswer(body: unknown, origin: string): UnlockRequest {
  const parsed = answer.safeParse(body)
  if (!parsed.success) {
    const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole answer')
    throw new UnlockUnavailable(`The unlock API's answer breaks its contract at ${places.join(', ')}`)
  }
  const { data } = parsed
  if (new URL(data.link).origin !== origin) {
    throw new UnlockUnavailable(
      `The unlock API's link leads to ${new URL(data.link).origin}; only ${origin} is allowed`,
    )
  }
  return data
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
