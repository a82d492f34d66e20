import type { IncomingHttpHeaders } from 'node:http'

/** A request after every limit has been checked: the body is whole, raw and small enough. */
export interface HttpRequest {
  /** Goes into every log line and every error answer of this request. */
  id: string
  method: string
  url: URL
  params: Record<string, string>
  headers: IncomingHttpHeaders
  body: Buffer
  ip: string
}

/** What a route answers; an object body is sent as JSON. */
export interface HttpAnswer {
  status: number
  headers?: Record<string, string>
  body?: string | Buffer | object
}

/** One route of the server; throwing HttpError answers it, throwing anything else answers a fixed 500. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS'
  /** restify's path syntax, e.g. `/v3/directline/conversations/:id`. */
  path: string
  /** Largest body in bytes; 0 (the default) refuses any. */
  maxBody?: number
  /** Whether pages of other sites may call it: exact allowed origins only, and preflights are answered. */
  cors?: boolean
  /** Answers the same whatever the body is, so none is read. */
  bodiless?: boolean
  /** Milliseconds after which the caller is told to come again (503); what was begun goes on, and the same call may be made again. */
  within?: number
  /** A probe: neither counted against the caller's rate nor logged. */
  probe?: boolean
  /** A file: whoever is in a conversation goes first when many come at once. */
  yields?: boolean
  handle(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>
}

/** An answer that a route chooses to give instead of its result. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>

  /** The code and the message are sent to the caller: no input, no secret, no path in them. */
  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}
