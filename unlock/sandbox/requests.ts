import { randomBytes, randomInt } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { UnlockState, UnlockStep } from '../requestState.ts'
import { isFinal, nextState } from '../requestState.ts'
import { writeUpdate } from '../update.ts'
import { transact } from './database.ts'

/** What the bot asks. */
export interface Asked {
  purpose: 'clear-user-suspension'
  locale: 'ja' | 'en'
  channel: string
  callbackUrl: string
}

/** Why a request was rejected: the person said no, or the binding code was wrong too often. */
export type Reason = 'declined' | 'wrong-code'

/** An unlock request as the bank keeps it; times are ISO 8601, UTC. */
export interface KeptRequest extends Asked {
  id: string
  state: UnlockState
  reason?: Reason
  bindingCode: string
  createdAt: string
  updatedAt: string
  expiresAt: string
}

/** The bank's unlock requests; every change is one transaction with the event that tells of it. */
export interface Requests {
  /** `reused`: the key came before with another body; `busy`: too many are open. */
  create(asked: Asked, idempotencyKey: string): KeptRequest | 'reused' | 'busy'
  read(id: string): KeptRequest | undefined
  /** The open request with the number that people are told. */
  findByNumber(number: string): KeptRequest | undefined
  /** Takes a step; undefined when it may not be taken now, and nothing has changed. */
  step(id: string, step: UnlockStep, reason?: Reason): KeptRequest | undefined
  /** A person types the binding code; too many wrong ones reject the request. */
  enterCode(id: string, code: string): 'right' | 'wrong' | 'closed'
  /** Ends what is too old. */
  expire(): void
}

export const mostWrongCodes = 5
const mostOpen = 1000
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `onChange` is called after a change is durable. */
export function openRequests(place: {
  db: DatabaseSync
  clock: () => Date
  /** How long a request stays open, in milliseconds. */
  lifetime: number
  onChange: () => void
}): Requests {
  const { db, clock, onChange } = place
  const byId = db.prepare('SELECT * FROM requests WHERE id = ?')
  const byKey = db.prepare('SELECT * FROM requests WHERE idempotency_key = ?')
  const open = "state IN ('created', 'opened', 'verified')"

  function find(id: string): KeptRequest | undefined {
    const row = byId.get(id)
    return row && toRequest(row)
  }

  /** Only inside a transaction. */
  function go(request: KeptRequest, step: UnlockStep, reason?: Reason): KeptRequest | undefined {
    const state = nextState(request.state, step)
    if (!state) return undefined
    const at = clock().toISOString()
    db.prepare('UPDATE requests SET state = ?, reason = ?, updated_at = ? WHERE id = ?').run(
      state,
      reason ?? null,
      at,
      request.id,
    )
    db.prepare('INSERT INTO events (id, request, url, body, at, due_at) VALUES (?, ?, ?, ?, ?, ?)').run(
      `msg_${randomBytes(16).toString('base64url')}`,
      request.id,
      request.callbackUrl,
      writeUpdate({ id: request.id, state, at }),
      at,
      at,
    )
    return { ...request, state, updatedAt: at, ...(reason && { reason }) }
  }

  /** The request with its time taken into account; only inside a transaction. */
  function current(id: string): KeptRequest | undefined {
    const request = find(id)
    const isLate = request && !isFinal(request.state) && request.expiresAt <= clock().toISOString()
    return isLate ? go(request, 'expire') : request
  }

  function change<T>(work: () => T): T {
    const result = transact(db, work)
    onChange()
    return result
  }

  return {
    create: (asked, idempotencyKey) =>
      transact(db, () => {
        const before = byKey.get(idempotencyKey)
        if (before) return isSame(toRequest(before), asked) ? toRequest(before) : 'reused'
        const { count } = db.prepare(`SELECT count(*) AS count FROM requests WHERE ${open}`).get() ?? {}
        if (Number(count) >= mostOpen) return 'busy'
        return insert(db, asked, idempotencyKey, clock(), place.lifetime)
      }),
    read(id) {
      const request = find(id)
      if (!request || isFinal(request.state) || request.expiresAt > clock().toISOString()) return request
      return change(() => current(id))
    },
    findByNumber(number) {
      const start = number
        .normalize('NFKC')
        .toUpperCase()
        .replace(/[^0-9A-Z]/g, '')
      if (start.length !== 8) return undefined
      const rows = db.prepare(`SELECT * FROM requests WHERE ${open} AND substr(id, 1, 8) = ?`).all(start)
      return rows[0] && toRequest(rows[0])
    },
    step: (id, step, reason) =>
      change(() => {
        const request = current(id)
        return request && go(request, step, reason)
      }),
    enterCode: (id, code) =>
      change(() => {
        const request = current(id)
        if (!request || isFinal(request.state)) return 'closed'
        if (code.normalize('NFKC').trim() === request.bindingCode) {
          go(request, 'open')
          return 'right'
        }
        const count = db.prepare(
          'UPDATE requests SET wrong_codes = wrong_codes + 1 WHERE id = ? RETURNING wrong_codes',
        )
        if (Number(count.get(id)?.wrong_codes) < mostWrongCodes) return 'wrong'
        go(request, 'reject', 'wrong-code')
        return 'closed'
      }),
    expire() {
      const late = db
        .prepare(`SELECT id FROM requests WHERE ${open} AND expires_at <= ?`)
        .all(clock().toISOString())
      for (const { id } of late) change(() => current(String(id)))
    },
  }
}

function insert(db: DatabaseSync, asked: Asked, key: string, now: Date, lifetime: number): KeptRequest {
  const at = now.toISOString()
  const request: KeptRequest = {
    ...asked,
    id: Array.from({ length: 26 }, () => alphabet[randomInt(alphabet.length)]).join(''),
    state: 'created',
    bindingCode: String(randomInt(10_000)).padStart(4, '0'),
    createdAt: at,
    updatedAt: at,
    expiresAt: new Date(now.getTime() + lifetime).toISOString(),
  }
  db.prepare(
    `INSERT INTO requests (id, idempotency_key, purpose, locale, channel, callback_url, binding_code, state,
       created_at, updated_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    request.id,
    key,
    asked.purpose,
    asked.locale,
    asked.channel,
    asked.callbackUrl,
    request.bindingCode,
    request.state,
    at,
    at,
    request.expiresAt,
  )
  return request
}

function isSame(request: KeptRequest, asked: Asked): boolean {
  const keys = ['purpose', 'locale', 'channel', 'callbackUrl'] as const
  return keys.every((key) => request[key] === asked[key])
}

function toRequest(row: Record<string, unknown>): KeptRequest {
  return {
    id: String(row.id),
    purpose: 'clear-user-suspension',
    locale: row.locale === 'en' ? 'en' : 'ja',
    channel: String(row.channel),
    callbackUrl: String(row.callback_url),
    bindingCode: String(row.binding_code),
    state: row.state as UnlockState,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
    expiresAt: String(row.expires_at),
    ...(row.reason ? { reason: row.reason as Reason } : {}),
  }
}
