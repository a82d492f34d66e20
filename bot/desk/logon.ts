import { createHash, createHmac } from 'node:crypto'
import { HttpError } from '../route.ts'
import { type Accounts, readName } from './accounts.ts'
import type { Attempts } from './attempts.ts'
import type { Audited } from './audited.ts'
import type { Identity, OidcRefusal } from './oidc.ts'
import type { Passwords } from './passwords.ts'
import type { Role } from './roles.ts'
import type { Sessions } from './sessions.ts'

/** The ways to a session. */
export interface Logon {
  /** Gives the account's id. Rejects with 401 for a wrong name and for a wrong password alike, 429 after too many. */
  byPassword(given: { name: string; password: string; address: string }): Promise<string>
  /** Gives the account's id; makes the account at the first time, and gives it the role it has by now. */
  byIdentity(identity: Identity): Promise<string | { refused: OidcRefusal | 'role' | 'disabled' }>
}

export interface LogonParts {
  accounts: Accounts
  passwords: Passwords
  attempts: Attempts
  sessions: Sessions
  audited: Audited
  /** Makes pseudonyms of addresses. */
  key: Buffer
}

export function createLogon(parts: LogonParts): Logon {
  const { accounts, passwords, attempts, sessions, audited, key } = parts
  const pseudonym = (address: string) => createHmac('sha256', key).update(address).digest('base64url')

  async function admit({ subject, name, shown }: Identity, role: Role) {
    const mark = createHash('sha256').update(subject).digest('hex').slice(0, 8)
    const plain = readName(name) ?? `sso-${mark}`
    const account = { shown: shown ?? plain, role, locale: 'ja' as const, subject }
    const made =
      (await accounts.make({ ...account, name: plain })) ??
      // The name is another account's: nobody becomes somebody else by being called like them.
      (await accounts.make({ ...account, name: `${plain.slice(0, 50)}-${mark}` })) ??
      (await accounts.bySubject(subject))
    if (!made) throw new Error('An account by OpenID Connect could not be made: its name is taken twice')
    return made
  }

  return {
    async byPassword({ name, password, address }) {
      const plain = readName(name)
      const found = plain === undefined ? undefined : await accounts.byName(plain)
      const from = pseudonym(address)
      const id = found?.account.id
      const isKnown = await accounts.isKnown(id ?? 'nobody', from)
      const tried = { name: plain ?? 'nobody', address, isKnown }
      await attempts.take(tried)
      const isRight = await passwords.isRight(password, found?.password ?? null)
      if (!found || !isRight || found.account.isDisabled) {
        audited(undefined, 'refused', { why: 'password', ...(id && { account: id }) })
        throw new HttpError(401, 'WrongNameOrPassword', 'The name or the password is wrong')
      }
      await attempts.forgive(tried)
      await accounts.know(found.account.id, from)
      return found.account.id
    },
    async byIdentity(identity) {
      const known = await accounts.bySubject(identity.subject)
      const { role } = identity
      if (!role) {
        // Whoever has lost every group has no business in a session that is still open.
        if (known) await sessions.endAll(known.id)
        audited(undefined, 'refused', { why: 'role', ...(known && { account: known.id }) })
        return { refused: 'role' }
      }
      const account = known ?? (await admit(identity, role))
      if (account.isDisabled) {
        audited(undefined, 'refused', { why: 'disabled', account: account.id })
        return { refused: 'disabled' }
      }
      if (account.role !== role) {
        await sessions.endAll(account.id)
        // The provider decides, even when that leaves nobody who manages accounts here.
        await accounts.change(account.id, { role }, { evenLast: true })
        audited(undefined, 'changed', { account: account.id, before: account.role, after: role, why: 'oidc' })
      }
      return account.id
    },
  }
}
