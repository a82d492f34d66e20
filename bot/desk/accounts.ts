import { randomBytes } from 'node:crypto'
import type { Locale } from '../../locales/index.ts'
import type { Row, Sql, Value } from '../store/sql.ts'
import { type Role, readRole } from './roles.ts'

/** Somebody who may work at the desk. */
export interface Account {
  /** A word that says nothing: what the audit log names them by. */
  id: string
  name: string
  shown: string
  role: Role
  locale: Locale
  isDisabled: boolean
  /** Whether they have chosen a password; false for those who come by the identity provider. */
  hasPassword: boolean
  isOidc: boolean
}

export type NewAccount = Pick<Account, 'name' | 'shown' | 'role' | 'locale'>

/** What can be changed of an account. */
export type Change = Partial<Pick<Account, 'shown' | 'role' | 'locale' | 'isDisabled'>>

/** What is known of an account when somebody logs on. */
export interface Entrant {
  account: Account
  password: string | null
}

/** The accounts of the desk. */
export interface Accounts {
  list(): Promise<Account[]>
  /** Undefined when the name is taken. */
  make(account: NewAccount & { password?: string; subject?: string }): Promise<Account | undefined>
  byId(id: string): Promise<Entrant | undefined>
  byName(name: string): Promise<Entrant | undefined>
  bySubject(subject: string): Promise<Account | undefined>
  /** `last`: nobody would be left who can manage accounts, and nothing was changed; `evenLast` changes it all the same. */
  change(
    id: string,
    change: Change,
    options?: { evenLast?: boolean },
  ): Promise<'changed' | 'unknown' | 'last'>
  setPassword(id: string, hash: string): Promise<void>
  isEmpty(): Promise<boolean>
  /** Whether the account has logged on from this address (a pseudonym) in the last 90 days. */
  isKnown(id: string, address: string): Promise<boolean>
  know(id: string, address: string): Promise<void>
}

const knownFor = 90 * 24 * 3600 * 1000
/** Those who can manage accounts now. */
const admins = `SELECT id FROM desk_accounts WHERE role = 'admin' AND disabled_at IS NULL
  AND (password IS NOT NULL OR subject IS NOT NULL)`
const columns = 'id, name, shown, role, locale, password, subject, disabled_at'

/** Opens the accounts in the desk's tables. */
export function openAccounts(sql: Sql, clock: () => Date): Accounts {
  const now = () => clock().getTime()
  const find = async (column: 'id' | 'name' | 'subject', value: string): Promise<Entrant | undefined> => {
    const [row] = await sql.all(`SELECT ${columns} FROM desk_accounts WHERE ${column} = ?`, [value])
    return row && { account: toAccount(row), password: row.password as string | null }
  }
  return {
    byId: (id) => find('id', id),
    byName: (name) => find('name', name),
    bySubject: async (subject) => (await find('subject', subject))?.account,
    list: async () =>
      (await sql.all(`SELECT ${columns} FROM desk_accounts ORDER BY created_at, id`)).map(toAccount),
    isEmpty: async () => (await sql.all('SELECT id FROM desk_accounts LIMIT 1')).length === 0,
    async make({ name, shown, role, locale, password, subject }) {
      const id = `a${randomBytes(10).toString('hex')}`
      const made = await sql.run(
        `INSERT INTO desk_accounts (id, name, shown, role, locale, password, subject, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        [id, name, shown, role, locale, password ?? null, subject ?? null, now()],
      )
      return made === 1 ? (await find('id', id))?.account : undefined
    },
    change: (id, change, { evenLast = false } = {}) =>
      sql.transaction((inner) => changed(inner, { id, change, evenLast, now: now() })),
    async setPassword(id, hash) {
      await sql.run('UPDATE desk_accounts SET password = ? WHERE id = ?', [hash, id])
    },
    async isKnown(id, address) {
      const since = now() - knownFor
      const found = 'SELECT seen_at FROM desk_addresses WHERE account = ? AND address = ? AND seen_at > ?'
      return (await sql.all(found, [id, address, since])).length > 0
    },
    async know(id, address) {
      await sql.run('DELETE FROM desk_addresses WHERE seen_at <= ?', [now() - knownFor])
      await sql.run(
        `INSERT INTO desk_addresses (account, address, seen_at) VALUES (?, ?, ?)
         ON CONFLICT (account, address) DO UPDATE SET seen_at = excluded.seen_at`,
        [id, address, now()],
      )
    },
  }
}

/** What a name is looked up by; undefined when it cannot be one: 3 to 64 letters, figures, and . _ @ - inside. */
export function readName(name: string): string | undefined {
  const plain = name.normalize('NFKC').trim().toLowerCase()
  return /^[a-z0-9][a-z0-9._@-]{2,63}$/.test(plain) ? plain : undefined
}

/** What customers may read as somebody's name; undefined when it cannot be one: 1 to 40 signs on one line. */
export function readShown(shown: string): string | undefined {
  const plain = shown.normalize('NFC').trim()
  return /^[^\p{C}\p{Zl}\p{Zp}]{1,40}$/u.test(plain) ? plain : undefined
}

interface Wanted {
  id: string
  change: Change
  evenLast: boolean
  now: number
}

async function changed(sql: Sql, { id, change, evenLast, now }: Wanted) {
  const [row] = await sql.all(`SELECT ${columns} FROM desk_accounts WHERE id = ?`, [id])
  if (!row) return 'unknown'
  const { shown, role, locale, isDisabled } = { ...toAccount(row), ...change }
  const disabledAt = isDisabled ? (row.disabled_at ?? now) : null
  const write = (values: Value[]) =>
    sql.run('UPDATE desk_accounts SET shown = ?, role = ?, locale = ?, disabled_at = ? WHERE id = ?', values)
  await write([shown, role, locale, disabledAt, id])
  if (evenLast || (await sql.all(admins)).length > 0) return 'changed'
  await write([row.shown ?? '', row.role ?? '', row.locale ?? '', row.disabled_at ?? null, id])
  return 'last'
}

function toAccount(row: Row): Account {
  const { id, name, shown } = row as Record<'id' | 'name' | 'shown', string>
  return {
    id,
    name,
    shown,
    // A role that this version does not know can do least.
    role: readRole(row.role) ?? 'agent',
    locale: row.locale === 'en' ? 'en' : 'ja',
    isDisabled: row.disabled_at !== null,
    hasPassword: row.password !== null,
    isOidc: row.subject !== null,
  }
}
