import type { ServerResponse } from 'node:http'
import type { HttpAnswer } from './route.ts'
import { HttpError } from './route.ts'

/** What every answer carries unless its route says otherwise; pages bring their own Content-Security-Policy. */
const guards: Record<string, string> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

const year = 'max-age=31536000'

/** The headers of all answers of a server; Strict-Transport-Security is for https only (RFC 6797, 7.2). */
export function guardHeaders(isHttps: boolean): Record<string, string> {
  return isHttps ? { ...guards, 'Strict-Transport-Security': year } : guards
}

/** What the caller is told of an error: the HttpError's own words, or one fixed sentence for everything else. */
export function failure(error: unknown): HttpAnswer {
  if (error instanceof HttpError)
    return {
      status: error.status,
      headers: error.headers,
      body: { error: { code: error.code, message: error.message } },
    }
  return {
    status: 500,
    body: { error: { code: 'InternalError', message: 'Something went wrong on our side' } },
  }
}

/** An answer as it goes over the wire. */
export interface Wire {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** Turns an answer into bytes; throws for a body that cannot be written. */
export function wire(answer: HttpAnswer): Wire {
  const { status, body, headers } = answer
  if (body === undefined) return { status, headers: headers ?? {}, body: Buffer.alloc(0) }
  const [type, bytes] =
    typeof body === 'string'
      ? ['text/plain; charset=utf-8', Buffer.from(body)]
      : Buffer.isBuffer(body)
        ? ['application/octet-stream', body]
        : ['application/json; charset=utf-8', Buffer.from(JSON.stringify(body))]
  return { status, headers: { 'Content-Type': type, ...named(headers) }, body: bytes }
}

/** Writes it; `isHead` sends the length of a body without the body. Throws, with nothing sent, for a bad header or status. */
export function send(
  response: ServerResponse,
  { status, headers, body }: Wire,
  common: Record<string, string>,
  isHead: boolean,
): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  const length = status !== 204 && status !== 304 ? { 'Content-Length': String(body.length) } : {}
  // All at once: each header that is set by itself is looked at three times.
  response.writeHead(status, { ...common, ...headers, ...length })
  response.end(isHead ? undefined : body)
}

/** A route may write `content-type`: two spellings of one header must not both be set. */
function named(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace(/(^|-)[a-z]/g, (c) => c.toUpperCase()),
      value,
    ]),
  )
}
