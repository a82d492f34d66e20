import { createServer as createListener, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import restify from 'restify'
import { giveMetrics, metricsText } from './clusterMetrics.ts'
import type { Config } from './config.ts'
import { createCrowd } from './crowd.ts'
import type { Health } from './health.ts'
import { createRates } from './limits.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { HttpError, type Route } from './route.ts'
import { fallbacks, preflights } from './routeTable.ts'
import { createHeaders, createServe, type Serve, unreadable } from './serve.ts'
import { createTurnAway } from './turnAway.ts'
import { acceptUpgrades, type Upgrade } from './upgrade.ts'

/** The one HTTP server of the bot. */
export interface Server {
  /** Starts listening; rejects when the port is taken. */
  listen(): Promise<{ port: number }>
  /** Still takes what comes for so many milliseconds, and asks everybody to come by another connection next time. */
  drain(ms: number): Promise<void>
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
  /** Conversations whose turns wait for us, and not for the outside; none unless said otherwise. */
  behind?: () => number
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
  const { config, metrics, health, log } = parts
  const rates = createRates(config.limits)
  const crowd = createCrowd(config.limits.requestsAtOnce, parts.behind)
  let isClosing = false
  const headers = createHeaders({ config, isClosing: () => isClosing })
  const serve = createServe({ ...parts, rates, crowd, headers })
  const routes = [...parts.routes, ...health.routes, metricsRoute(metrics)]
  const routed = router(routes, serve)
  const turnsAway = createTurnAway({ crowd, headers, metrics, routes })
  const inLine = oneByOne()
  const front = createListener(listener, (request, response) => {
    response.on('error', () => request.destroy())
    inLine(request, response, () => {
      if (turnsAway(request, response)) return
      const refusal = refused(request)
      if (refusal) void serve(refusing(refusal), request, response)
      else routed(request, response)
    })
  })
  front.on('connection', crowd.knock)
  front.maxConnections = config.limits.connections
  const upgrades = acceptUpgrades(front, parts.upgrades ?? [], { config, rates, log })

  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        front.once('error', reject)
        front.listen(config.port, config.host, resolve)
      })
      front.on('error', (err) => log.error({ event: 'server.error', err }))
      return { port: (front.address() as AddressInfo).port }
    },
    async drain(ms) {
      isClosing = true
      health.closing()
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
    },
    async close() {
      isClosing = true
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

/** No client of ours sends a request before the last is answered; a caller that sends thousands would be all we do. */
const mostAtOnce = 8

/**
 * Begins a connection's requests one after the other: their answers leave in that order anyway (RFC 9112, 9.3.2), and
 * whoever reads none of them has none but the first worked at. One that has sent more than that is cut off.
 */
function oneByOne(): (request: IncomingMessage, response: ServerResponse, begin: () => void) => void {
  const lines = new WeakMap<Socket, (() => void)[]>()
  return ({ socket }, response, begin) => {
    const waiting = lines.get(socket)
    response.once('close', () => {
      const next = lines.get(socket)?.shift()
      if (!next) lines.delete(socket)
      else if (!socket.destroyed) next()
    })
    if (socket.destroyed || (waiting && waiting.length + 1 >= mostAtOnce)) return void socket.destroy()
    if (waiting) return void waiting.push(begin)
    lines.set(socket, [])
    begin()
  }
}

/** restify finds the route; everything before and after is ours, and none of its plugins is used. */
function router(routes: Route[], serve: Serve): (request: IncomingMessage, response: ServerResponse) => void {
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
  return (request, response) => void shell.server.emit('request', request, response)
}

/** restify builds a URL of Host and target in the open, outside any try: what it could choke on stays out. */
function refused(request: IncomingMessage): HttpError | undefined {
  if (!Object.hasOwn(verbs, request.method ?? ''))
    return new HttpError(405, 'MethodNotAllowed', 'This method is not known here', {
      Allow: Object.keys(verbs).join(', '),
    })
  const { host = '' } = request.headers
  const target = request.url ?? ''
  const isPlain = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host) && target.startsWith('/')
  if (!isPlain || !URL.canParse(`http://${host}${target}`) || !isDecodable(target)) return unreadable()
}

function refusing(refusal: HttpError): Route {
  const handle = () => {
    throw refusal
  }
  return { method: 'GET', path: '(refused)', bodiless: true, handle }
}

function isDecodable(target: string): boolean {
  try {
    decodeURIComponent(target.split('?', 1)[0] ?? '')
    return true
  } catch {
    return false
  }
}

function metricsRoute({ registry }: Metrics): Route {
  giveMetrics(registry)
  return {
    method: 'GET',
    path: '/metrics',
    probe: true,
    handle: async () => ({
      status: 200,
      headers: { 'Content-Type': registry.contentType },
      body: await metricsText(registry),
    }),
  }
}
