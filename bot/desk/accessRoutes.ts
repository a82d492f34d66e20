import { z } from 'zod'
import { readJson } from '../body.ts'
import { type HttpAnswer, HttpError, type HttpRequest, type Route } from '../route.ts'
import type { Accounts } from './accounts.ts'
import type { Attempts } from './attempts.ts'
import type { Audited } from './audited.ts'
import { type Guard, readCookie, writeCookie } from './guard.ts'
import type { Logon } from './logon.ts'
import type { Oidc } from './oidc.ts'
import { isFit, type Passwords } from './passwords.ts'
import type { Agent, Sessions } from './sessions.ts'
import type { Welcome } from './welcome.ts'

export interface AccessParts {
  guard: Guard
  sessions: Sessions
  accounts: Accounts
  passwords: Passwords
  attempts: Attempts
  logon: Logon
  welcome: Welcome
  oidc: Oidc | undefined
  audited: Audited
}

const small = 4 * 1024
/** Longer than any password may be, so that a wrong one is wrong and not an error. */
const text = z.string().max(1000)
const credentials = z.strictObject({ name: text, password: text })
const token = z.strictObject({ token: text })
const locale = z.enum(['ja', 'en'])
const chosen = z.strictObject({
  token: text,
  name: text.optional(),
  shown: text.optional(),
  password: text,
  locale: locale.optional(),
})
const own = z.strictObject({ locale })
const passwords = z.strictObject({ old: text, password: text })
/** A browser keeps it while somebody is at the identity provider; Lax, because they come back from another site. */
const oidcCookie = '__Host-kaijo_oidc'

/** The ways in and out of the desk: `/desk/api/session`, `/me`, `/welcome`, `/desk/oidc/…`. */
export function accessRoutes(parts: AccessParts): Route[] {
  return [...entrance(parts), ...me(parts), ...welcomeRoutes(parts), ...oidcRoutes(parts)]
}

function entrance(parts: AccessParts): Route[] {
  const { guard, logon, oidc, sessions, audited } = parts
  return [
    guard.openRoute({
      method: 'GET',
      path: '/desk/api/entrance',
      handle: () => ({ status: 200, body: { oidc: oidc !== undefined } }),
    }),
    guard.openRoute({
      method: 'POST',
      path: '/desk/api/session',
      maxBody: small,
      async handle(request) {
        const { name, password } = readBody(request, credentials)
        const account = await logon.byPassword({ name, password, address: request.ip })
        return enter(parts, account, request)
      },
    }),
    guard.deskRoute({
      method: 'DELETE',
      path: '/desk/api/session',
      role: 'agent',
      async handle({ headers }, agent) {
        audited(agent, 'left')
        await sessions.end(readCookie(headers) ?? '')
        return { status: 204, headers: { 'Set-Cookie': writeCookie(undefined) } }
      },
    }),
  ]
}

function me(parts: AccessParts): Route[] {
  const { guard, accounts, sessions, attempts, passwords: hashes, audited } = parts
  return [
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/me',
      role: 'agent',
      handle: async ({ headers }, agent) => ({
        status: 200,
        body: await about(parts, agent, readCookie(headers)),
      }),
    }),
    guard.deskRoute({
      method: 'PUT',
      path: '/desk/api/me',
      role: 'agent',
      maxBody: small,
      async handle(request, agent) {
        await accounts.change(agent.id, readBody(request, own))
        return { status: 204 }
      },
    }),
    guard.deskRoute({
      method: 'PUT',
      path: '/desk/api/me/password',
      role: 'agent',
      maxBody: small,
      async handle(request, agent) {
        const { old, password } = readBody(request, passwords)
        const tried = { name: agent.name, address: request.ip, isKnown: true }
        await attempts.take(tried)
        const found = await accounts.byId(agent.id)
        if (!(await hashes.isRight(old, found?.password ?? null)))
          throw new HttpError(403, 'WrongPassword', 'The old password is wrong')
        await attempts.forgive(tried)
        if (!isFit(password, agent.name)) throw unfit()
        audited(agent, 'changed', { account: agent.id, why: 'password' })
        await accounts.setPassword(agent.id, await hashes.hash(password))
        await sessions.endAll(agent.id)
        return enter(parts, agent.id, request)
      },
    }),
  ]
}

function welcomeRoutes(parts: AccessParts): Route[] {
  const { guard, welcome, attempts, sessions, audited } = parts
  return [
    guard.openRoute({
      method: 'POST',
      path: '/desk/api/welcome/look',
      maxBody: small,
      async handle(request) {
        await attempts.link(request.ip)
        const found = await welcome.look(readBody(request, token).token)
        if (!found) throw gone()
        return { status: 200, body: found }
      },
    }),
    guard.openRoute({
      method: 'POST',
      path: '/desk/api/welcome',
      maxBody: small,
      async handle(request) {
        const { token: link, ...rest } = readBody(request, chosen)
        await attempts.link(request.ip)
        const used = await welcome.use(link, rest)
        if ('refused' in used) {
          audited(undefined, 'refused', { why: 'welcome' })
          if (used.refused === 'password') throw unfit()
          if (used.refused === 'expired') throw gone()
          const code = used.refused === 'name' ? 'BadName' : 'NameTaken'
          throw new HttpError(422, code, 'The name cannot be used')
        }
        audited(undefined, 'welcomed', { account: used.account })
        // A link may have been a new password for somebody whose old one was known to others.
        await sessions.endAll(used.account)
        return enter(parts, used.account, request)
      },
    }),
  ]
}

function oidcRoutes(parts: AccessParts): Route[] {
  const { guard, oidc, logon, attempts } = parts
  if (!oidc) return []
  return [
    guard.openRoute({
      method: 'GET',
      path: '/desk/oidc/start',
      async handle({ ip }) {
        await attempts.begin(ip)
        const begun = await oidc.start()
        if ('refused' in begun) return toDesk(begun.refused)
        const cookie = `${writeCookie(begun.browser, oidcCookie, 'Lax')}; Max-Age=600`
        return { status: 303, headers: { Location: begun.url.href, 'Set-Cookie': cookie } }
      },
    }),
    guard.openRoute({
      method: 'GET',
      path: '/desk/oidc/callback',
      isLanding: true,
      async handle(request) {
        const identity = await oidc.finish(request.url, readCookie(request.headers, oidcCookie))
        if ('refused' in identity) return toDesk(identity.refused)
        const account = await logon.byIdentity(identity)
        if (typeof account !== 'string') return toDesk(account.refused)
        const { headers } = await enter(parts, account, request)
        return { status: 303, headers: { ...headers, Location: '/desk' } }
      },
    }),
  ]
}

/** Always the same place, whatever was asked for; the page has a sentence for each refusal. */
function toDesk(refused: string): HttpAnswer {
  return { status: 303, headers: { Location: `/desk#refused=${refused}` } }
}

/** Begins a session under a new cookie; the one that came with the request is worth nothing any more. */
async function enter(parts: AccessParts, account: string, { headers }: HttpRequest): Promise<HttpAnswer> {
  const { sessions, audited } = parts
  const cookie = await sessions.begin(account, readCookie(headers))
  const agent = await sessions.read(cookie, false)
  if (!agent) throw new HttpError(401, 'NotLoggedOn', 'Log on first')
  audited(agent, 'entered')
  return {
    status: 200,
    headers: { 'Set-Cookie': writeCookie(cookie) },
    body: await about(parts, agent, cookie),
  }
}

async function about({ accounts, sessions }: AccessParts, agent: Agent, cookie = ''): Promise<object> {
  const { id, name, shown, role, locale } = agent
  const hasPassword = (await accounts.byId(id))?.account.hasPassword ?? false
  return { id, name, shown, role, locale, hasPassword, csrf: sessions.csrf(cookie) }
}

/** The body of a request, by its shape. Throws HttpError 400 for any other. */
export function readBody<T>(request: HttpRequest, shape: z.ZodType<T>): T {
  const read = shape.safeParse(readJson(request))
  if (read.success) return read.data
  throw new HttpError(400, 'BadArgument', 'The body has not the fields that are needed, or others')
}

function unfit(): HttpError {
  return new HttpError(
    422,
    'UnfitPassword',
    'The password needs 15 characters or more, and not the name in it',
  )
}

function gone(): HttpError {
  return new HttpError(404, 'LinkGone', 'The link was used, has expired, or never was one')
}
