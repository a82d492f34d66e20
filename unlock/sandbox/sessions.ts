import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

/** How far a person has come at the bank: each screen asks for the one before. */
export const stages = ['top', 'pin', 'confirm', 'in'] as const
export type Stage = (typeof stages)[number]

/** One person's visit. */
export interface Session {
  stage: Stage
  /** The unlock request whose link the person came by. */
  request?: string
  /** Whose certificate it was that came with the PIN, and its SHA-256 fingerprint: the visit is bound to it. */
  contract?: string
  fingerprint?: string
  /** The place on the お客様カード that this log-on is asked for. */
  place?: number
}

/** Visits by the hash of their cookie: who reads the database cannot be anybody. */
export interface Sessions {
  read(cookie: string): Session | undefined
  /** Keeps the visit under a new cookie, which is returned; the old cookie is worth nothing from now on. */
  begin(session: Session, oldCookie?: string): string
  end(cookie: string): void
  newCookie(): string
  /** What a form of this visitor must carry. */
  formToken(cookie: string): string
  isFormToken(cookie: string, token: string): boolean
}

const idle = 15 * 60 * 1000
const longest = 8 * 60 * 60 * 1000

export function openSessions(db: DatabaseSync, key: Buffer, clock: () => Date): Sessions {
  const hash = (cookie: string) => createHash('sha256').update(cookie).digest('base64')
  const newCookie = () => randomBytes(32).toString('base64url')
  const formToken = (cookie: string) => createHmac('sha256', key).update(`form ${cookie}`).digest('base64url')
  const ago = (time: number) => new Date(clock().getTime() - time).toISOString()
  const end = (cookie: string) => db.prepare('DELETE FROM sessions WHERE id_hash = ?').run(hash(cookie))

  return {
    newCookie,
    formToken,
    isFormToken(cookie, token) {
      const [given, right] = [Buffer.from(token), Buffer.from(formToken(cookie))]
      return given.length === right.length && timingSafeEqual(given, right)
    },
    read(cookie) {
      const row = db
        .prepare('SELECT * FROM sessions WHERE id_hash = ? AND seen_at > ? AND created_at > ?')
        .get(hash(cookie), ago(idle), ago(longest))
      const stage = stages.find((one) => one === row?.stage)
      if (!row || !stage) return undefined
      return {
        stage,
        ...(row.request ? { request: String(row.request) } : {}),
        ...(row.contract ? { contract: String(row.contract) } : {}),
        ...(row.fingerprint ? { fingerprint: String(row.fingerprint) } : {}),
        ...(row.place ? { place: Number(row.place) } : {}),
      }
    },
    begin(session, oldCookie) {
      db.prepare('DELETE FROM sessions WHERE seen_at <= ? OR created_at <= ?').run(ago(idle), ago(longest))
      if (oldCookie) end(oldCookie)
      const cookie = newCookie()
      const at = clock().toISOString()
      db.prepare(
        `INSERT INTO sessions (id_hash, stage, request, contract, fingerprint, place, created_at, seen_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(hash(cookie), ...columns(session), at, at)
      return cookie
    },
    end,
  }
}

function columns({ stage, request, contract, fingerprint, place }: Session) {
  return [stage, request ?? null, contract ?? null, fingerprint ?? null, place ?? null]
}
