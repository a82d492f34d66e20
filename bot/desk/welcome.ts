import { randomBytes } from 'node:crypto'
import type { Locale } from '../../locales/index.ts'
import type { Sql } from '../store/sql.ts'
import { type Accounts, readName, readShown } from './accounts.ts'
import { isFit, type Passwords } from './passwords.ts'
import { hashed } from './sessions.ts'

/** What somebody chooses who comes by a one-time link. */
export interface Chosen {
  /** Only the first admin chooses it; whoever was invited has it already. */
  name?: string
  shown?: string
  password: string
  /** The language of the page they chose it on. */
  locale?: Locale
}

/** Why a one-time link did not let somebody in; the link is still good for everything but `expired`. */
export type Unwelcome = 'expired' | 'name' | 'password' | 'taken'

/** One-time links by which accounts get their password: `/desk#welcome=<token>`. */
export interface Welcome {
  /** A token for the first admin; undefined when there is an account already. One from before is worth nothing any more. */
  first(): Promise<string | undefined>
  /** A token for an account; one from before is worth nothing any more. */
  invite(account: string): Promise<string>
  /** Whom a token is for, without using it up: `name` is undefined for the first admin. */
  look(token: string): Promise<{ name?: string } | undefined>
  /** Uses the token up, and gives the account's id. */
  use(token: string, chosen: Chosen): Promise<{ account: string } | { refused: Unwelcome }>
}

export interface WelcomeParts {
  sql: Sql
  accounts: Accounts
  passwords: Passwords
  clock: () => Date
}

/** The first admin reads the link on the screen; an invitation travels by mail. */
const lasts = { first: 15 * 60 * 1000, invitation: 24 * 3600 * 1000 }

export function openWelcome({ sql, accounts, passwords, clock }: WelcomeParts): Welcome {
  const now = () => clock().getTime()
  const put = async (account: string | null, ms: number) => {
    const token = randomBytes(32).toString('base64url')
    await sql.transaction(async (inner) => {
      const older = account === null ? 'account IS NULL' : 'account = ?'
      await inner.run(
        `DELETE FROM desk_invitations WHERE ${older} OR expires_at <= ?`,
        account === null ? [now()] : [account, now()],
      )
      await inner.run('INSERT INTO desk_invitations (token_hash, account, expires_at) VALUES (?, ?, ?)', [
        hashed(token),
        account,
        now() + ms,
      ])
    })
    return token
  }
  const find = async (token: string) => {
    const found = 'SELECT account FROM desk_invitations WHERE token_hash = ? AND expires_at > ?'
    return (await sql.all(found, [hashed(token), now()]))[0]
  }
  /** Of two who use a link at once, one has it. */
  const spend = async (token: string) =>
    (await sql.run('DELETE FROM desk_invitations WHERE token_hash = ? AND expires_at > ?', [
      hashed(token),
      now(),
    ])) === 1

  async function beFirst(token: string, { name = '', shown, password, locale = 'ja' }: Chosen) {
    const plain = readName(name)
    if (!plain) return { refused: 'name' } as const
    if (!isFit(password, plain)) return { refused: 'password' } as const
    const hash = await passwords.hash(password)
    if (!(await spend(token)) || !(await accounts.isEmpty())) return { refused: 'expired' } as const
    const made = await accounts.make({
      name: plain,
      shown: readShown(shown ?? '') ?? plain,
      role: 'admin',
      locale,
      password: hash,
    })
    return made ? { account: made.id } : ({ refused: 'taken' } as const)
  }

  async function join(token: string, account: string, { shown, password, locale }: Chosen) {
    const found = await accounts.byId(account)
    if (!found || found.account.isDisabled) return { refused: 'expired' } as const
    if (!isFit(password, found.account.name)) return { refused: 'password' } as const
    const hash = await passwords.hash(password)
    if (!(await spend(token))) return { refused: 'expired' } as const
    await accounts.setPassword(account, hash)
    const called = readShown(shown ?? '')
    await accounts.change(account, { ...(called && { shown: called }), ...(locale && { locale }) })
    return { account }
  }

  return {
    first: async () => ((await accounts.isEmpty()) ? put(null, lasts.first) : undefined),
    invite: (account) => put(account, lasts.invitation),
    async look(token) {
      const row = await find(token)
      if (!row) return undefined
      if (row.account === null) return {}
      const found = await accounts.byId(String(row.account))
      return found && !found.account.isDisabled ? { name: found.account.name } : undefined
    },
    async use(token, chosen) {
      const row = await find(token)
      if (!row) return { refused: 'expired' }
      return row.account === null ? beFirst(token, chosen) : join(token, String(row.account), chosen)
    },
  }
}
