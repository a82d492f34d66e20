import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type HttpAnswer, HttpError, type HttpRequest, type Route } from '../route.ts'
import { mayAct, type Role } from './roles.ts'
import type { Agent, Sessions } from './sessions.ts'

/** One route of the desk; whoever has not at least this role never comes to `handle`. */
export interface DeskRoute extends Pick<Route, 'method' | 'path' | 'maxBody'> {
  role: Role
  handle(request: HttpRequest, agent: Agent): HttpAnswer | Promise<HttpAnswer>
}

/** One route that must work before anybody has logged on. */
export interface OpenRoute extends Pick<Route, 'method' | 'path' | 'maxBody' | 'handle'> {
  /** Another site may lead the browser here (the identity provider, when it sends somebody back). */
  isLanding?: boolean
}

/** The only maker of routes and doors below `/desk`. */
export interface Guard {
  /**
   * A route for whoever is logged on and has the role. Anything but GET must come from our own page, with the token of
   * `GET /desk/api/me` in `X-Kaijo-CSRF` and a body of JSON or none. 401 not logged on, 403 not allowed, 415 not JSON.
   * A request that nobody pressed (a poll) carries `X-Kaijo-Background: 1`, so that it does not put the idle time-out off.
   */
  deskRoute(route: DeskRoute): Route
  /** A route without a session; anything but GET must still come from our own page. */
  openRoute(route: OpenRoute): Route
  /**
   * For a WebSocket handshake: who it is. Throws HttpError for a page of another origin, or without a session. A page
   * opens it by itself, again and again, so it does not put the idle time-out off.
   * `onEnd` is called at most five seconds after the session has ended: then close the socket with 4401.
   */
  enter(request: IncomingMessage, role: Role, onEnd: () => void): Promise<{ agent: Agent; leave: () => void }>
  /** The routes made so far, each with the role it needs. */
  readonly made: ReadonlyMap<Route, Role | 'anyone'>
}

export interface GuardParts {
  sessions: Sessions
  /** Undefined: the name in the address bar is believed (PUBLIC_URL is not set). */
  ownOrigin: string | undefined
  /** Hears of what was refused to somebody, by its code. */
  onRefused?: (code: string, agent?: Agent) => void
}

/** The name says that a browser takes it from this very host only, over https (or from this machine), for all paths. */
const cookieName = '__Host-kaijo_desk'

/** Makes the guard of the desk. */
export function createGuard(parts: GuardParts): Guard {
  const { sessions, onRefused = () => {} } = parts
  const made = new Map<Route, Role | 'anyone'>()
  const keep = (route: Route, role: Role | 'anyone') => {
    made.set(route, role)
    return route
  }

  async function agentOf(headers: IncomingHttpHeaders, role: Role, isPressed: boolean): Promise<Agent> {
    const cookie = readCookie(headers)
    const agent = cookie && (await sessions.read(cookie, isPressed))
    if (!agent) throw new HttpError(401, 'NotLoggedOn', 'Log on first')
    if (mayAct(agent.role, role)) return agent
    onRefused('NotAllowed', agent)
    throw new HttpError(403, 'NotAllowed', 'Your role may not do this')
  }

  function checkCsrf({ headers }: HttpRequest, agent: Agent): void {
    const token = headers['x-kaijo-csrf']
    if (typeof token === 'string' && sessions.isCsrf(readCookie(headers) ?? '', token)) return
    onRefused('CrossSite', agent)
    throw new HttpError(403, 'CrossSite', 'The token of this session is missing or wrong')
  }

  return {
    made,
    deskRoute: ({ role, handle, ...route }) =>
      keep(
        {
          ...route,
          async handle(request) {
            const isChange = request.method !== 'GET' && request.method !== 'HEAD'
            if (isChange) checkOwnPage(request, parts.ownOrigin, onRefused)
            else checkReader(request.headers)
            const isPressed = request.headers['x-kaijo-background'] === undefined
            const agent = await agentOf(request.headers, role, isPressed)
            if (isChange) checkCsrf(request, agent)
            return handle(request, agent)
          },
        },
        role,
      ),
    openRoute: ({ handle, isLanding, ...route }) =>
      keep(
        {
          ...route,
          handle(request) {
            if (request.method !== 'GET' && request.method !== 'HEAD')
              checkOwnPage(request, parts.ownOrigin, onRefused)
            else if (!isLanding) checkReader(request.headers)
            return handle(request)
          },
        },
        'anyone',
      ),
    async enter({ headers }, role, onEnd) {
      const own = parts.ownOrigin ?? `http://${headers.host}`
      if (headers.origin !== own) throw crossSite()
      const agent = await agentOf(headers, role, false)
      return { agent, leave: sessions.watch(agent.session, onEnd) }
    },
  }
}

/** The cookie of a session; undefined when there is none, or more than one: then somebody else may have put one in. */
export function readCookie(headers: IncomingHttpHeaders, name = cookieName): string | undefined {
  const found = (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  return found.length === 1 && /^[\w-]{43}$/.test(found[0] ?? '') ? found[0] : undefined
}

/** The `Set-Cookie` of a session that begins; without one: of a session that ends. */
export function writeCookie(cookie: string | undefined, name = cookieName, sameSite = 'Strict'): string {
  const rest = `Path=/; Secure; HttpOnly; SameSite=${sameSite}`
  return cookie === undefined ? `${name}=; Max-Age=0; ${rest}` : `${name}=${cookie}; ${rest}`
}

/** Throws when a route below `/desk` was not made by the guard: nobody would ask who calls it. */
export function refuseUnguarded(routes: readonly Route[], { made }: Pick<Guard, 'made'>): void {
  const open = routes.filter((route) => /^\/desk(\/|$)/.test(route.path) && !made.has(route))
  if (open.length === 0) return
  const names = open.map(({ method, path }) => `${method} ${path}`).join(', ')
  throw new Error(`${names} was not made by deskRoute or openRoute: make it there, with its role`)
}

/**
 * Only a page of ours may change something. Every browser that knows `__Host-` cookies and Fetch Metadata says where a
 * request comes from (https://www.w3.org/TR/fetch-metadata/); one that does not say it is refused.
 */
function checkOwnPage(
  { headers, body }: HttpRequest,
  ownOrigin: string | undefined,
  onRefused: (code: string) => void,
): void {
  const own = ownOrigin ?? `http://${headers.host}`
  if (headers['sec-fetch-site'] !== 'same-origin' || headers.origin !== own) {
    onRefused('CrossSite')
    throw crossSite()
  }
  const isJson = /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')
  if (body.length > 0 && !isJson)
    throw new HttpError(415, 'UnsupportedMediaType', 'The body must be application/json')
}

/** Reading changes nothing, but another site's page need not even try. */
function checkReader(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site']
  const isNavigation = headers['sec-fetch-mode'] === 'navigate'
  if (site === undefined || site === 'same-origin' || site === 'none' || isNavigation) return
  throw crossSite()
}

function crossSite(): HttpError {
  return new HttpError(403, 'CrossSite', 'Only pages of the desk itself may call this address')
}
