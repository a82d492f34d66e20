import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

/** How far a person has come at the bank: each screen asks for the one before. */
export const stages = ['top', 'certificate', 'pin', 'confirm', 'in'] as const
export type Stage = (typeof stages)[number]

/** One person's visit. */
export interface Session {
  stage: Stage
  /** The unlock request whose link the person came by. */
  request?: string
  /** Whose certificate was chosen. */
  contract?: string
}

/** Visits by the hash of their cookie: who reads the database cannot be anybody. */
export interface Sessions {
  read(cookie: string): Session | undefined
  /** Keeps the visit under a new cookie, which is returned; the old cookie is worth nothing from now on. */
  begin(session: Session, oldCookie?: string): string
  update(cookie: string, session: Session): void
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
      }
    },
    begin(session, oldCookie) {
      db.prepare('DELETE FROM sessions WHERE seen_at <= ? OR created_at <= ?').run(ago(idle), ago(longest))
      if (oldCookie) end(oldCookie)
      const cookie = newCookie()
      const at = clock().toISOString()
      db.prepare(
        'INSERT INTO sessions (id_hash, stage, request, contract, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)',
      ).run(hash(cookie), session.stage, session.request ?? null, session.contract ?? null, at, at)
      return cookie
    },
    update(cookie, session) {
      db.prepare(
        'UPDATE sessions SET stage = ?, request = ?, contract = ?, seen_at = ? WHERE id_hash = ?',
      ).run(
        session.stage,
        session.request ?? null,
        session.contract ?? null,
        clock().toISOString(),
        hash(cookie),
      )
    },
    end,
  }
}
