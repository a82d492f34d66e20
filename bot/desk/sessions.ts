import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Locale } from '../../locales/index.ts'
import type { Row, Sql } from '../store/sql.ts'
import { type Role, readRole } from './roles.ts'

/** Somebody at the desk, as every route of the desk gets to know them. */
export interface Agent {
  /** The account's id: what is stored as the owner of a conversation, and written in the audit log. */
  id: string
  /** What they log on with; nobody but the desk sees it. */
  name: string
  /** What customers read. */
  shown: string
  role: Role
  locale: Locale
  /** Which of their sessions it is; no credential. */
  session: string
}

/** Who is logged on, by the hash of their cookie. */
export interface Sessions {
  /** Begins a session and gives its cookie; what the browser had before is worth nothing from now on. */
  begin(account: string, oldCookie?: string): Promise<string>
  /** Who has this cookie; `counts` says that a person did something, which puts the idle time-out off. */
  read(cookie: string, counts: boolean): Promise<Agent | undefined>
  end(cookie: string): Promise<void>
  /** Ends all sessions of an account: it was disabled, or has another role or password. */
  endAll(account: string): Promise<void>
  /** What each request that changes something must carry. */
  csrf(cookie: string): string
  isCsrf(cookie: string, token: string): boolean
  /** Calls back once, at most five seconds after the session has ended, however it did. Gives what stops it. */
  watch(session: string, onEnd: () => void): () => void
  close(): void
}

export interface SessionParts {
  sql: Sql
  key: Buffer
  clock: () => Date
}

/** OWASP ASVS 7.3.1–2, for what the desk shows. */
const idle = 15 * 60 * 1000
const longest = 8 * 60 * 60 * 1000
/** A write to the disk for each request would be one too many. */
const seenEvery = 30 * 1000
/** Another process may have ended it, or its time is up: nobody would tell. */
const lookEvery = 2000

const alive = `SELECT s.id_hash, s.seen_at, a.id, a.name, a.shown, a.role, a.locale
  FROM desk_sessions s JOIN desk_accounts a ON a.id = s.account
  WHERE s.id_hash = ? AND s.seen_at > ? AND s.created_at > ? AND a.disabled_at IS NULL`

/** Sessions of 15 idle minutes and 8 hours at most, in the desk's tables. */
export function openSessions({ sql, key, clock }: SessionParts): Sessions {
  const watched = new Map<string, Set<() => void>>()
  let timer: NodeJS.Timeout | undefined
  const now = () => clock().getTime()
  const find = async (hash: string) => (await sql.all(alive, [hash, now() - idle, now() - longest]))[0]
  const csrf = (cookie: string) => createHmac('sha256', key).update(`csrf ${cookie}`).digest('base64url')

  function tellEnd(session: string): void {
    const listeners = watched.get(session) ?? []
    watched.delete(session)
    for (const onEnd of listeners) onEnd()
    if (watched.size === 0) stopLooking()
  }

  function stopLooking(): void {
    clearInterval(timer)
    timer = undefined
  }

  async function look(): Promise<void> {
    for (const session of watched.keys()) if (!(await find(session))) tellEnd(session)
  }

  return {
    csrf,
    async begin(account, oldCookie) {
      if (oldCookie) await this.end(oldCookie)
      const at = now()
      await sql.run('DELETE FROM desk_sessions WHERE seen_at <= ? OR created_at <= ?', [
        at - idle,
        at - longest,
      ])
      const cookie = randomBytes(32).toString('base64url')
      await sql.run('INSERT INTO desk_sessions (id_hash, account, created_at, seen_at) VALUES (?, ?, ?, ?)', [
        hashed(cookie),
        account,
        at,
        at,
      ])
      return cookie
    },
    async read(cookie, counts) {
      const row = await find(hashed(cookie))
      const agent = row && toAgent(row)
      if (!agent) return undefined
      if (counts && now() - Number(row.seen_at) > seenEvery)
        await sql.run('UPDATE desk_sessions SET seen_at = ? WHERE id_hash = ?', [now(), agent.session])
      return agent
    },
    async end(cookie) {
      await sql.run('DELETE FROM desk_sessions WHERE id_hash = ?', [hashed(cookie)])
      tellEnd(hashed(cookie))
    },
    async endAll(account) {
      const rows = await sql.all('SELECT id_hash FROM desk_sessions WHERE account = ?', [account])
      await sql.run('DELETE FROM desk_sessions WHERE account = ?', [account])
      for (const row of rows) tellEnd(String(row.id_hash))
    },
    isCsrf(cookie, token) {
      const [given, right] = [Buffer.from(token), Buffer.from(csrf(cookie))]
      return given.length === right.length && timingSafeEqual(given, right)
    },
    watch(session, onEnd) {
      const listeners = watched.get(session) ?? new Set()
      watched.set(session, listeners.add(onEnd))
      // A look that fails (the disk) is taken again soon.
      timer ??= setInterval(() => void look().catch(() => undefined), lookEvery).unref()
      return () => {
        listeners.delete(onEnd)
        if (listeners.size === 0) watched.delete(session)
        if (watched.size === 0) stopLooking()
      }
    },
    close() {
      watched.clear()
      stopLooking()
    },
  }
}

/** What is stored of a secret that is random enough by itself: a cookie, a token of a link. */
export function hashed(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

function toAgent(row: Row): Agent | undefined {
  const role = readRole(row.role)
  if (!role) return undefined
  const { id, name, shown } = row as Record<string, string>
  const locale = row.locale === 'en' ? 'en' : 'ja'
  return { id, name, shown, role, locale, session: String(row.id_hash) } as Agent
}
