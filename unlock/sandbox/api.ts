import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { readBody } from './body.ts'
import { Refusal } from './refusal.ts'
import type { KeptRequest, Requests } from './requests.ts'

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
  callbackUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    // Asked of what is no address too: a refinement runs whatever came out before it.
    .refine((text) => URL.parse(text)?.username === '' && URL.parse(text)?.password === ''),
})

/** The bank's side of `unlock/openapi.yaml`, by `METHOD path`. */
export function createApi(place: {
  db: DatabaseSync
  requests: Requests
  token: string
  publicKey: string
  /** Where the pages are, for links. */
  origin: () => string
}): Map<string, ApiHandler> {
  const { requests, origin } = place
  const show = (request: KeptRequest) => showRequest(request, origin())
  const authorized =
    (handler: ApiHandler): ApiHandler =>
    (request, url, id) => {
      authorize(request, place.token)
      return handler(request, url, id)
    }
  const handlers: Record<string, ApiHandler> = {
    'POST /v1/requests': authorized(async (request) => {
      const key = readKey(request)
      const created = requests.create(readNewRequest(await readBody(request, 'application/json')), key)
      if (created === 'busy')
        throw new Refusal(429, 'too-many-open', 'Too many requests are open', { 'retry-after': '60' })
      if (created === 'reused') {
        throw new Refusal(
          422,
          'key-reused',
          'This Idempotency-Key came before with another body; use a new key',
        )
      }
      return { status: 201, body: show(created), headers: { location: `/v1/requests/${created.id}` } }
    }),
    'GET /v1/requests/:id': authorized((_request, _url, id) => {
      const found = requests.read(id)
      if (!found) throw new Refusal(404, 'not-found', 'There is no such request')
      return { status: 200, body: show(found) }
    }),
    'GET /v1/events': authorized((_request, url) => {
      const asked = url.searchParams.get('undelivered') ?? 'false'
      if (asked !== 'true' && asked !== 'false')
        throw new Refusal(400, 'bad-request', 'undelivered is true or false')
      return { status: 200, body: { events: listEvents(place.db, asked === 'true') } }
    }),
    'GET /v1/keys': () => ({
      status: 200,
      body: { keys: [{ algorithm: 'ed25519', publicKey: place.publicKey }] },
    }),
  }
  return new Map(Object.entries(handlers))
}

/** Problem details (RFC 9457). */
export function problem({ status, kind, message, headers }: Refusal): ApiAnswer {
  return {
    status,
    body: { type: `/problems/${kind}`, title: message, status },
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

function listEvents(db: DatabaseSync, undelivered: boolean): object[] {
  const rows = db
    .prepare(
      `SELECT id, body, delivered_at FROM events WHERE ? = 0 OR delivered_at IS NULL ORDER BY seq LIMIT 100`,
    )
    .all(undelivered ? 1 : 0)
  return rows.map(({ id, body, delivered_at }) => ({
    id,
    event: JSON.parse(String(body)),
    delivered: delivered_at !== null,
  }))
}
