import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { readBody } from './body.ts'
import { createRate } from './rate.ts'
import { Refusal } from './refusal.ts'
import type { KeptRequest, ListedEvent, NotMade, Requests } from './requests.ts'

/** What the API answers: JSON. */
export interface ApiAnswer {
  status: number
  body: object
  headers?: Record<string, string>
}

export type ApiHandler = (request: IncomingMessage, url: URL, id: string) => ApiAnswer | Promise<ApiAnswer>

const newRequest = z.strictObject({
  purpose: z.literal('clear-user-suspension'),
  locale: z.enum(['ja', 'en']),
  channel: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  customer: z.string().regex(/^[\w-]{16,64}$/),
  callbackUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    // Asked of what is no address too: a refinement runs whatever came out before it.
    .refine((text) => URL.parse(text)?.username === '' && URL.parse(text)?.password === ''),
})

/** What the API needs. */
export interface ApiPlace {
  requests: Requests
  token: string
  /** Those that sign webhooks now; at most three. */
  publicKeys: () => readonly string[]
  /** Where the pages are, for links. */
  origin: () => string
  /** How many calls in how many seconds; 6,000 in a minute unless said otherwise. */
  quota?: { calls: number; seconds: number }
  /** Real time unless a test says otherwise. */
  clock?: () => Date
}

/** The bank's side of `unlock/openapi.yaml`, by `METHOD path`. */
export function createApi(place: ApiPlace): Map<string, ApiHandler> {
  const { requests, origin, publicKeys } = place
  const rate = createRate(place.quota ?? { calls: 6000, seconds: 60 }, place.clock ?? (() => new Date()))
  const show = (request: KeptRequest) => showRequest(request, origin())
  const authorized =
    (handler: ApiHandler): ApiHandler =>
    async (request, url, id) => {
      authorize(request, place.token)
      const headers = rate.take()
      try {
        const answer = await handler(request, url, id)
        return { ...answer, headers: { ...headers, ...answer.headers } }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        throw new Refusal(error.status, error.kind, error.message, { ...headers, ...error.headers })
      }
    }
  const handlers: Record<string, ApiHandler> = {
    'POST /v1/requests': authorized(async (request) => {
      const key = readKey(request)
      const created = requests.create(readNewRequest(await readBody(request, 'application/json')), key)
      if ('code' in created) throw refuse(created)
      return { status: 201, body: show(created), headers: { location: `/v1/requests/${created.id}` } }
    }),
    'GET /v1/requests/:id': authorized((_request, _url, id) => {
      const found = requests.read(id)
      if (!found) throw new Refusal(404, 'not-found', 'There is no such request')
      return { status: 200, body: show(found) }
    }),
    'GET /v1/events': authorized((_request, url) => {
      const { events, more } = requests.events(readWanted(url))
      return { status: 200, body: { events: events.map(showEvent), more } }
    }),
    'GET /v1/keys': () => ({
      status: 200,
      body: {
        keys: publicKeys().map((publicKey) => ({ algorithm: 'ed25519', publicKey })),
      },
    }),
  }
  return new Map(Object.entries(handlers))
}

/** Problem details (RFC 9457). */
export function problem({ status, kind, message, headers }: Refusal): ApiAnswer {
  return {
    status,
    body: { type: `/problems/${kind}`, title: message, status, code: kind },
    headers: { ...headers, 'content-type': 'application/problem+json' },
  }
}

function authorize(request: IncomingMessage, token: string): void {
  const given = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const hash = (text: string) => createHash('sha256').update(text).digest()
  if (timingSafeEqual(hash(given), hash(token))) return
  throw new Refusal(401, 'unauthorized', 'Send the bearer credential of the bot', {
    'www-authenticate': 'Bearer',
  })
}

function readKey(request: IncomingMessage): string {
  const key = request.headers['idempotency-key']
  if (typeof key === 'string' && /^[!-~]{1,200}$/.test(key)) return key
  throw new Refusal(400, 'no-key', 'Send an Idempotency-Key of 1 to 200 visible ASCII characters')
}

function readNewRequest(text: string) {
  const parsed = newRequest.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the body')
  throw new Refusal(
    422,
    'bad-request',
    `The request breaks the contract at: ${[...new Set(places)].join(', ')}`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'bad-json', 'The body is not JSON')
  }
}

function showRequest(request: KeptRequest, origin: string): object {
  const { id, purpose, state, reason, bindingCode, createdAt, updatedAt, expiresAt } = request
  const link = `${origin}/requests/${id}`
  return { id, purpose, state, ...(reason && { reason }), bindingCode, link, createdAt, updatedAt, expiresAt }
}

function showEvent({ id, body, isDelivered }: ListedEvent): object {
  return { id, event: JSON.parse(body), delivered: isDelivered }
}

function readWanted(url: URL): { undelivered: boolean; after?: string } {
  const undelivered = url.searchParams.get('undelivered') ?? 'false'
  if (undelivered !== 'true' && undelivered !== 'false')
    throw new Refusal(400, 'bad-request', 'undelivered is true or false')
  const after = url.searchParams.get('after')
  if (after !== null && !/^[\w-]{1,64}$/.test(after))
    throw new Refusal(400, 'bad-request', 'after is the id of an event')
  return { undelivered: undelivered === 'true', ...(after && { after }) }
}

const refusals: Record<NotMade['code'], [status: number, why: string]> = {
  'key-reused': [422, 'This Idempotency-Key came before with another body; use a new key'],
  'too-many-open': [429, 'This customer has three open requests; use one of them, or wait until it ends'],
  'too-many-this-hour': [429, 'This customer has made five requests in an hour; wait'],
  busy: [503, 'Too many requests are open at this bank'],
}

function refuse({ code, retryAfter }: NotMade): Refusal {
  const [status, why] = refusals[code]
  return new Refusal(status, code, why, status === 422 ? {} : { 'retry-after': String(retryAfter) })
}
