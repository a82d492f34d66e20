import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { ApiHandler } from './api.ts'
import { problem } from './api.ts'
import { readBody } from './body.ts'
import type { Face } from './frame.ts'
import type { Holder, PeerRefusal } from './peer.ts'
import { Refusal } from './refusal.ts'
import { failurePage, refusedPage } from './screens.ts'
import { createTurnstile } from './turnstile.ts'
import type { Bank, PageAnswer, PageHandler } from './visit.ts'
import { meet, setCookies } from './visitor.ts'
import type { Locale, Say } from './words.ts'

const css = readFileSync(new URL('./sandbox.css', import.meta.url))

/** A form may lead to the other face, and browsers hold its redirects to `form-action` too. */
function pageHeaders(other: string) {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'self'; form-action 'self' ${other}; img-src 'self'; frame-ancestors 'none'; base-uri 'none'`,
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  }
}

/** What a face serves. */
export interface Served {
  face: Face
  bank: Bank
  pages: Map<string, PageHandler>
  api: Map<string, ApiHandler>
  words: Record<Locale, Say>
  /** Hears of what should not have happened. */
  onError: (error: unknown) => void
}

/** Answers requests: JSON under /v1/, pages elsewhere; nothing a visitor sends ends it. */
export function createAnswers(served: Served) {
  const enter = createTurnstile()
  const answerInTurn = async (request: IncomingMessage, response: ServerResponse) => {
    // Now, while TLS has the request in hand: what OpenSSL notes of a signature that does not fit would break off the
    // next answer of any connection.
    const admitted = admit(served, request)
    await enter()
    await answerPage(served, request, response, { admitted, goOut: enter })
  }
  return (request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader('cache-control', 'no-store')
    response.setHeader('x-content-type-options', 'nosniff')
    const isApi = served.api.size > 0 && (request.url ?? '').startsWith('/v1/')
    const answer = isApi ? answerApi(served, request, response) : answerInTurn(request, response)
    answer.catch((error) => {
      served.onError(error)
      response.destroy()
    })
  }
}

async function answerApi(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body, headers } = await attempt(
    served,
    async () => {
      const url = readUrl(request)
      const { handler, id } = match(served.api, request, url)
      return await handler(request, url, id)
    },
    problem,
  )
  send(request, response, status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body))
}

/** Whoever was waited for together goes out one by one, too. */
async function answerPage(
  served: Served,
  request: IncomingMessage,
  response: ServerResponse,
  { admitted, goOut }: { admitted: Holder | undefined | PeerRefusal; goOut: () => Promise<void> },
): Promise<void> {
  const url = readUrl(request)
  if (url.pathname === '/sandbox.css')
    return send(request, response, 200, { 'content-type': 'text/css' }, css)
  const visit = meet(served.bank, served.words, request, url)
  let refusal: Refusal | undefined
  const answer = await attempt<PageAnswer>(
    served,
    async () => {
      if (typeof admitted === 'string') return { status: 403, html: refusedPage(visit.view, admitted) }
      const { handler, id } = match(served.pages, request, url)
      const form = await readOwnForm(served, request, visit.cookie)
      try {
        return await handler({ ...visit, form, id, holder: admitted })
      } finally {
        await goOut()
      }
    },
    (error) => {
      refusal = error
      const known = ['not-found', 'stale', 'broken'].includes(error.kind)
      return { status: error.status, html: failurePage(visit.view, known ? error.kind : 'refused') }
    },
  )
  if ('file' in answer) return sendFile(request, response, answer)
  const cookie = answer.cookie ?? (visit.isNew ? visit.cookie : undefined)
  const { origins } = visit.view
  const headers = {
    ...pageHeaders(served.face === 'open' ? origins.logon : origins.open),
    ...refusal?.headers,
    'set-cookie': setCookies(visit.view, url, cookie),
  }
  if ('location' in answer) return send(request, response, 303, { ...headers, location: answer.location }, '')
  send(request, response, answer.status, headers, answer.html.text)
}

const refused = new WeakSet<TLSSocket>()

/** On the face behind certificates every request is looked at anew: a connection outlives what it was opened with. */
function admit({ face, bank }: Served, request: IncomingMessage): Holder | undefined | PeerRefusal {
  if (face === 'open') return undefined
  const socket = request.socket as TLSSocket
  const certificate = socket.getPeerX509Certificate()
  const admitted = bank.admit({ certificate, isAuthorized: socket.authorized })
  // Once a connection: whoever knocks without end must not fill the bank's log.
  if (typeof admitted === 'string' && admitted !== 'none' && !refused.has(socket)) {
    refused.add(socket)
    bank.writeDeed({ who: 'administrator', what: 'certificate.refused', why: admitted })
  }
  return admitted
}

/** The form of a POST that belongs to this visit; empty for GET. */
async function readOwnForm(
  served: Served,
  request: IncomingMessage,
  cookie: string,
): Promise<URLSearchParams> {
  if (request.method !== 'POST') return new URLSearchParams()
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin')
    throw new Refusal(403, 'refused', 'The form is of another site')
  const form = new URLSearchParams(await readBody(request, 'application/x-www-form-urlencoded'))
  if (served.bank.sessions.isFormToken(cookie, form.get('token') ?? '')) return form
  throw new Refusal(403, 'stale', 'The form does not belong to this visit')
}

/** Finds the handler of `METHOD /path`; HEAD is GET without its body. */
function match<Handler>(handlers: Map<string, Handler>, request: IncomingMessage, url: URL) {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const [, start, id = ''] = /^((?:\/v1)?\/requests|\/certificates)\/([^/]+)$/.exec(url.pathname) ?? []
  const path = start ? `${start}/:id` : url.pathname
  const handler = handlers.get(`${method} ${path}`)
  if (handler) return { handler, id }
  const allowed = ['GET', 'POST'].filter((one) => handlers.has(`${one} ${path}`))
  if (allowed.length === 0) throw new Refusal(404, 'not-found', 'There is nothing here')
  throw new Refusal(405, 'wrong-method', 'This method is not allowed here', { allow: allowed.join(', ') })
}

async function attempt<T>(
  served: Served,
  work: () => Promise<T>,
  refuse: (refusal: Refusal) => T,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal) return refuse(error)
    served.onError(error)
    return refuse(new Refusal(500, 'broken', 'The sandbox has a problem'))
  }
}

function readUrl(request: IncomingMessage): URL {
  const url = URL.parse(`http://sandbox${request.url?.startsWith('/') ? request.url : '/'}`)
  return url ?? new URL('http://sandbox/not-found')
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Record<string, string | string[]>,
  body: string | Buffer,
): void {
  // Not writeHead: the bot's restify, in the same process, replaces it for everyone.
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.setHeader('content-length', Buffer.byteLength(body))
  // Else what is left of a body without end would be read for as long as a request may take.
  if (!request.complete) response.setHeader('connection', 'close')
  response.end(request.method === 'HEAD' ? undefined : body)
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { file, type, name }: { file: Buffer; type: string; name: string },
): void {
  const headers = { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` }
  send(request, response, 200, headers, file)
}
