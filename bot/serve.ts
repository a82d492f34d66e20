import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { failure, guardHeaders, send, type Wire, wire } from './answer.ts'
import { readBody } from './body.ts'
import type { Config } from './config.ts'
import type { Crowd } from './crowd.ts'
import type { Rates } from './limits.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { createOrigins } from './origins.ts'
import { createPeers } from './peer.ts'
import { type HttpAnswer, HttpError, type HttpRequest, type Route } from './route.ts'

/** Answers one request by one route, whatever happens; never rejects. */
export type Serve = (route: Route, request: IncomingMessage, response: ServerResponse) => Promise<void>

interface Parts {
  config: Config
  log: Logger
  metrics: Metrics
  rates: Rates
  crowd: Crowd
  headers: CommonHeaders
}

/** What every answer carries, whatever its route says. */
export type CommonHeaders = (
  route: Pick<Route, 'cors'>,
  request: IncomingMessage,
  id: string,
) => Record<string, string>

/** Milliseconds; Node looks twice before it believes that nothing moves. */
const unread = 5000

/** The one wrapping of all routes: limits before, guarding headers and fixed errors after, a line in log and metrics. */
export function createServe(parts: Parts): Serve {
  const { config, log, crowd, headers } = parts
  const admitted = createAdmission(parts)
  const own = config.ownOrigin

  return async (route, request, response) => {
    const id = randomUUID()
    const started = performance.now()
    const isHead = request.method === 'HEAD'
    let answer: Wire
    try {
      const call = await admitted(route, request)
      const url = URL.parse((own ?? `http://${request.headers.host}`) + request.url)
      if (!url) throw unreadable()
      answer = wire(await crowd.serve(route, () => inTime(route, route.handle({ ...call, id, url }))))
    } catch (err) {
      answer = wire(failure(err))
      if (!(err instanceof HttpError)) log.error({ event: 'http.failed', id, route: route.path, err })
    }
    const common = headers(route, request, id)
    try {
      send(response, answer, common, isHead)
    } catch (err) {
      log.error({ event: 'http.unsendable', id, route: route.path, err })
      answer = wire(failure(err))
      send(response, answer, common, isHead)
    }
    // While it is under way: whoever takes nothing of it for so long is gone. Node's own time begins when all has left.
    response.socket?.setTimeout(unread)
    noted(parts, route, { id, method: request.method ?? '', status: answer.status, started })
  }
}

/** The route's answer, or the one for what takes too long. */
async function inTime({ within }: Route, answer: HttpAnswer | Promise<HttpAnswer>): Promise<HttpAnswer> {
  if (within === undefined) return answer
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = () => new HttpError(503, 'TooSlow', 'It takes too long now', { 'Retry-After': '2' })
    timer = setTimeout(() => reject(error()), within)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What is said to an address, or a Host, that cannot be read. */
export function unreadable(): HttpError {
  return new HttpError(400, 'BadRequest', 'The address of the request cannot be read')
}

/** Lets a request in: right page, not too often, body whole and small. */
function createAdmission({ config, rates }: Parts) {
  const origins = createOrigins(config.ownOrigin, config.widgetOrigins)
  const peers = createPeers(config.trustedProxies)
  return async (route: Route, request: IncomingMessage): Promise<Omit<HttpRequest, 'id' | 'url'>> => {
    const { headers } = request
    if (route.cors && headers.origin !== undefined && !origins.allows(headers.origin, headers.host))
      throw new HttpError(403, 'OriginNotAllowed', 'Pages of this origin may not call this address')
    const ip = peers(request)
    if (!route.probe) await rates.request(ip)
    const body = route.bodiless ? Buffer.alloc(0) : await readBody(request, route.maxBody ?? 0)
    // restify leaves what `:names` of the path matched on the request.
    const { params = {} } = request as { params?: Record<string, string> }
    return { method: request.method ?? 'GET', params: { ...params }, headers, body, ip }
  }
}

/** Guards, the request's id, and what pages of allowed origins may read. */
export function createHeaders({
  config,
  isClosing,
}: {
  config: Config
  isClosing: () => boolean
}): CommonHeaders {
  const origins = createOrigins(config.ownOrigin, config.widgetOrigins)
  const guards = guardHeaders(config.publicUrl.startsWith('https:'))
  return (route, request, id) => {
    const { origin, host } = request.headers
    const isShared = route.cors && origin !== undefined && origins.allows(origin, host)
    return {
      ...guards,
      'X-Request-Id': id,
      ...(isShared ? shared(origin) : {}),
      // What is left of a body that nobody read must not be taken for the next request.
      ...((request.complete || isSmall(request)) && !isClosing() ? {} : { Connection: 'close' }),
    }
  }
}

/** Whether Node, which drops what nobody reads of a body, has little to drop. */
function isSmall({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length']) <= 16 * 1024
}

function shared(origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': 'Retry-After, X-Request-Id',
    Vary: 'Origin',
  }
}

function noted(
  { log, metrics }: Parts,
  { path: route, probe }: Route,
  { id, method, status, started }: { id: string; method: string; status: number; started: number },
): void {
  const ms = performance.now() - started
  metrics.requests.inc({ method, route, status })
  metrics.requestSeconds.observe({ route }, ms / 1000)
  if (!probe) log.debug({ event: 'http', id, method, route, status, ms: Math.round(ms * 10) / 10 })
}
