import { z } from 'zod'
import { HttpError, type HttpRequest, type Route } from '../route.ts'
import { readBody } from './accessRoutes.ts'
import { type Account, type Accounts, readName, readShown } from './accounts.ts'
import type { Audited } from './audited.ts'
import type { Guard } from './guard.ts'
import { roles } from './roles.ts'
import type { Agent, Sessions } from './sessions.ts'
import type { Welcome } from './welcome.ts'

export interface AccountParts {
  guard: Guard
  accounts: Accounts
  sessions: Sessions
  welcome: Welcome
  audited: Audited
  publicUrl: string
}

const small = 4 * 1024
const role = z.enum(roles)
const wanted = z.strictObject({
  name: z.string().max(200),
  shown: z.string().max(200),
  role,
  locale: z.enum(['ja', 'en']).default('ja'),
})
const change = z.strictObject({
  shown: z.string().max(200).optional(),
  role: role.optional(),
  disabled: z.boolean().optional(),
})

/** What admins do with accounts: `/desk/api/accounts`. Links are shown once, and only their hash is kept. */
export function accountRoutes(parts: AccountParts): Route[] {
  const { guard, accounts, audited } = parts
  return [
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/accounts',
      role: 'admin',
      handle: async () => ({ status: 200, body: { accounts: (await accounts.list()).map(seen) } }),
    }),
    guard.deskRoute({
      method: 'POST',
      path: '/desk/api/accounts',
      role: 'admin',
      maxBody: small,
      async handle(request, agent) {
        const account = await made(parts, request)
        audited(agent, 'invited', { account: account.id, after: account.role })
        return { status: 201, body: { account: seen(account), link: await linkFor(parts, account.id) } }
      },
    }),
    guard.deskRoute({
      method: 'PUT',
      path: '/desk/api/accounts/:id',
      role: 'admin',
      maxBody: small,
      handle: (request, agent) => changed(parts, request, agent),
    }),
    guard.deskRoute({
      method: 'POST',
      path: '/desk/api/accounts/:id/invitation',
      role: 'admin',
      async handle({ params }, agent) {
        const { account } = await found(accounts, params.id)
        if (account.isOidc)
          throw new HttpError(409, 'NoPassword', 'This account logs on by the identity provider')
        audited(agent, 'invited', { account: account.id })
        return { status: 201, body: { link: await linkFor(parts, account.id) } }
      },
    }),
  ]
}

async function made({ accounts }: AccountParts, request: HttpRequest): Promise<Account> {
  const body = readBody(request, wanted)
  const [name, shown] = [readName(body.name), readShown(body.shown)]
  if (!name || !shown) throw new HttpError(422, 'BadName', 'The name cannot be used')
  const account = await accounts.make({ ...body, name, shown })
  if (!account) throw new HttpError(409, 'NameTaken', 'There is an account of this name')
  return account
}

async function changed(parts: AccountParts, request: HttpRequest, agent: Agent) {
  const { accounts, sessions, audited } = parts
  const { shown: called, role: after, disabled: isDisabled } = readBody(request, change)
  const { account } = await found(accounts, request.params.id)
  const shown = called === undefined ? undefined : readShown(called)
  if (called !== undefined && !shown) throw new HttpError(422, 'BadName', 'The name cannot be used')
  const wishes = { shown, role: after, isDisabled }
  const given = Object.entries(wishes).filter(([, value]) => value !== undefined)
  const why = isDisabled === undefined ? undefined : isDisabled ? 'disabled' : 'enabled'
  audited(agent, 'changed', {
    account: account.id,
    ...(after && { before: account.role, after }),
    ...(why && { why }),
  })
  if ((await accounts.change(account.id, Object.fromEntries(given))) === 'last')
    throw new HttpError(409, 'LastAdmin', 'Nobody would be left who can manage accounts')
  // Another role begins with another log-on, so that nothing of the old one is left open.
  if (isDisabled || (after && after !== account.role)) await sessions.endAll(account.id)
  return { status: 200, body: seen((await found(accounts, account.id)).account) }
}

async function linkFor({ welcome, publicUrl }: AccountParts, account: string): Promise<string> {
  return `${publicUrl}/desk#welcome=${await welcome.invite(account)}`
}

async function found(accounts: Accounts, id = '') {
  const entrant = await accounts.byId(id)
  if (!entrant) throw new HttpError(404, 'NotFound', 'There is no such account')
  return entrant
}

function seen({ id, name, shown, role, isDisabled, hasPassword, isOidc }: Account): object {
  return { id, name, shown, role, disabled: isDisabled, pending: !hasPassword && !isOidc, sso: isOidc }
}
