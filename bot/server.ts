import { randomUUID } from 'node:crypto'
import { createServer as createListener, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import restify from 'restify'
import { failure, guardHeaders, send, type Wire, wire } from './answer.ts'
import { readBody } from './body.ts'
import type { Config } from './config.ts'
import type { Health } from './health.ts'
import { createRates, type Rates } from './limits.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { createOrigins } from './origins.ts'
import { createPeers } from './peer.ts'
import { HttpError, type Route } from './route.ts'
import { fallbacks, preflights } from './routeTable.ts'
import { acceptUpgrades, type Upgrade } from './upgrade.ts'

/** The one HTTP server of the bot. */
export interface Server {
  /** Starts listening; rejects when the port is taken. */
  listen(): Promise<{ port: number }>
  /** Takes no more, lets running requests finish for up to ten seconds, sends open sockets away with 1012. */
  close(): Promise<void>
}

/** What the server is made of; routes and upgrades come from the channels and pages. */
export interface ServerParts {
  config: Config
  routes: Route[]
  upgrades?: Upgrade[]
  log: Logger
  metrics: Metrics
  health: Health
  /** Milliseconds that running requests are given at the end. */
  patience?: number
}

/**
 * Node's own defaults close none of 500 slow senders in 12 seconds; these close all within 7.
 * restify makes its http server without options, so ours listens and restify is only asked for the route.
 */
const listener = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16 * 1024,
  // Otherwise a polite `Upgrade: h2c` (Java's client sends it with every first request) would be turned away.
  shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === 'websocket',
}

const verbs = { GET: 'get', HEAD: 'head', POST: 'post', PUT: 'put', DELETE: 'del', OPTIONS: 'opts' } as const

/** Makes the server: every route is wrapped once in limits, error answers, guarding headers, log and metrics. */
export function createServer(parts: ServerParts): Server {
  const { config, log, metrics, health } = parts
  const routes = [...parts.routes, ...health.routes, metricsRoute(metrics)]
  const rates = createRates(config.limits)
  const serve = createServe(parts, rates)
  const shell = restify.createServer({ name: '', maxParamLength: 512 } as restify.ServerOptions)
  const mount = (method: keyof typeof verbs, route: Route) =>
    shell[verbs[method]](
      route.path,
      (request: IncomingMessage, response: ServerResponse, next: restify.Next) => {
        void serve(route, request, response).finally(() => next(false))
      },
    )
  for (const route of [...routes, ...preflights(routes)]) {
    mount(route.method, route)
    if (route.method === 'GET') mount('HEAD', route)
  }
  for (const { methods, route } of fallbacks(routes)) for (const method of methods) mount(method, route)

  const front = createListener(listener, (request, response) => {
    response.on('error', () => request.destroy())
    const refusal = refused(request)
    if (refusal) void serve(refusal, request, response)
    else shell.server.emit('request', request, response)
  })
  front.maxConnections = config.limits.connections
  const upgrades = acceptUpgrades(front, parts.upgrades ?? [], { config, rates, log })

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        front.once('error', reject)
        front.listen(config.port, config.host, () => {
          front.off('error', reject)
          front.on('error', (err) => log.error({ event: 'server.error', err }))
          resolve({ port: (front.address() as AddressInfo).port })
        })
      }),
    async close() {
      health.closing()
      const closed = new Promise<void>((resolve) => front.close(() => resolve()))
      upgrades.close()
      const timer = setTimeout(() => {
        front.closeAllConnections()
        upgrades.destroy()
      }, parts.patience ?? 10_000)
      await closed
      clearTimeout(timer)
    },
  }
}

type Serve = (route: Route, request: IncomingMessage, response: ServerResponse) => Promise<void>

function createServe({ config, log, metrics }: ServerParts, rates: Rates): Serve {
  const origins = createOrigins(config.ownOrigin, config.widgetOrigins)
  const peers = createPeers(config.trustedProxies)
  const guards = guardHeaders(config.publicUrl.startsWith('https:'))

  const respond = async (route: Route, request: IncomingMessage, id: string) => {
    const { origin, host } = request.headers
    if (route.cors && origin !== undefined && !origins.allows(origin, host))
      throw new HttpError(403, 'OriginNotAllowed', 'Pages of this origin may not call this address')
    const ip = peers(request)
    if (!route.probe) await rates.request(ip)
    const body = await readBody(request, route.maxBody ?? 0)
    const { params = {} } = request as { params?: Record<string, string> }
    const url = new URL((config.ownOrigin ?? `http://${host}`) + request.url)
    const method = request.method ?? 'GET'
    return wire(
      await route.handle({ id, method, url, params: { ...params }, headers: request.headers, body, ip }),
    )
  }

  return async (route, request, response) => {
    const id = randomUUID()
    const started = performance.now()
    let answer: Wire
    try {
      answer = await respond(route, request, id)
    } catch (err) {
      answer = wire(failure(err))
      if (!(err instanceof HttpError)) log.error({ event: 'http.failed', id, route: route.path, err })
    }
    const { origin, host } = request.headers
    const isAllowed = route.cors && origin !== undefined && origins.allows(origin, host)
    const headers = {
      ...guards,
      'X-Request-Id': id,
      ...(isAllowed ? shared(origin) : {}),
      // What is left of a body that nobody read must not be taken for the next request.
      ...(request.complete ? {} : { Connection: 'close' }),
      ...answer.headers,
    }
    try {
      send(response, { ...answer, headers }, request.method === 'HEAD')
    } catch (err) {
      log.error({ event: 'http.unsendable', id, route: route.path, err })
      response.destroy()
    }
    const { status } = answer
    const ms = performance.now() - started
    metrics.requests.inc({ method: request.method, route: route.path, status })
    metrics.requestSeconds.observe({ route: route.path }, ms / 1000)
    if (!route.probe)
      log.debug({ event: 'http', id, method: request.method, route: route.path, status, ms: Math.round(ms) })
  }
}

/** restify builds a URL of Host and target in the open, outside any try: what it could choke on stays out. */
function refused(request: IncomingMessage): Route | undefined {
  const refusing = (
    status: number,
    code: string,
    message: string,
    headers?: Record<string, string>,
  ): Route => ({
    method: 'GET',
    path: '(refused)',
    handle: () => {
      throw new HttpError(status, code, message, headers)
    },
  })
  if (!Object.hasOwn(verbs, request.method ?? ''))
    return refusing(405, 'MethodNotAllowed', 'This method is not known here', {
      Allow: Object.keys(verbs).join(', '),
    })
  const { host = '' } = request.headers
  const target = request.url ?? ''
  const isPlain = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host) && target.startsWith('/')
  if (!isPlain || !URL.canParse(`http://${host}${target}`) || !isDecodable(target))
    return refusing(400, 'BadRequest', 'The address of the request cannot be read')
}

function isDecodable(target: string): boolean {
  try {
    decodeURIComponent(target.split('?', 1)[0] ?? '')
    return true
  } catch {
    return false
  }
}

function shared(origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': 'Retry-After, X-Request-Id',
    Vary: 'Origin',
  }
}

function metricsRoute({ registry }: Metrics): Route {
  return {
    method: 'GET',
    path: '/metrics',
    probe: true,
    handle: async () => ({
      status: 200,
      headers: { 'Content-Type': registry.contentType },
      body: await registry.metrics(),
    }),
  }
}
