import { randomBytes, randomInt } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { UnlockState, UnlockStep } from '../requestState.ts'
import { isFinal, nextState } from '../requestState.ts'
import { writeUpdate } from '../update.ts'
import { transact } from './database.ts'
import type { BankDeed, WriteDeed } from './deed.ts'

/** What the bot asks. */
export interface Asked {
  purpose: 'clear-user-suspension'
  locale: 'ja' | 'en'
  channel: string
  callbackUrl: string
  /** Who asks, by a pseudonym of the bot's choice. */
  customer?: string
}

/** Why a request was rejected, as the contract has it. */
export type Reason = 'declined' | 'wrong-code' | 'too-many' | 'not-suspended'

/** Why no request is made; `retryAfter` in seconds. */
export interface NotMade {
  code: 'key-reused' | 'too-many-open' | 'too-many-this-hour' | 'busy'
  retryAfter: number
}

/** One event as the API lists it. */
export interface ListedEvent {
  id: string
  body: string
  isDelivered: boolean
}

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
  create(asked: Asked, idempotencyKey: string): KeptRequest | NotMade
  read(id: string): KeptRequest | undefined
  /** The open request with the number that people are told. */
  findByNumber(number: string): KeptRequest | undefined
  /** Takes a step; undefined when it may not be taken now, and nothing has changed. */
  step(id: string, step: UnlockStep, reason?: Reason): KeptRequest | undefined
  /** An administrator of this contract has logged on; too many of one contract in a day reject the request. */
  verify(id: string, contract: string): 'verified' | 'too-many' | 'closed'
  /** Undefined, and nothing has changed, when it was not an administrator of this contract who logged on. */
  clear(id: string, contract: string): KeptRequest | undefined
  /** A person types the binding code; too many wrong ones reject the request. */
  enterCode(id: string, code: string): 'right' | 'wrong' | 'closed'
  /** Ends what is too old. */
  expire(): void
  /** Events of the last 30 days behind one of them, oldest first, a page of them. */
  events(wanted: { undelivered: boolean; after?: string }): { events: ListedEvent[]; more: boolean }
}

export const mostWrongCodes = 5
export const mostOfCustomer = 3
export const mostOfCustomerAnHour = 5
export const mostOfContractADay = 20
const mostOpen = 1000
const page = 100
const hour = 60 * 60 * 1000
const day = 24 * hour
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `onChange` is called after a change is durable. */
export function openRequests(place: {
  db: DatabaseSync
  clock: () => Date
  /** How long a request stays open, in milliseconds. */
  lifetime: number
  onChange: () => void
  /** Called inside the transaction of each change. */
  writeDeed?: WriteDeed
}): Requests {
  const { db, clock, onChange, writeDeed = () => {} } = place
  prepareTable(db)
  const byId = db.prepare('SELECT * FROM requests WHERE id = ?')
  const byKey = db.prepare('SELECT * FROM requests WHERE idempotency_key = ?')
  const open = "state IN ('created', 'opened', 'verified')"
  const live = `FROM requests WHERE ${open} AND expires_at > ?2`
  const countOpen = db.prepare(
    `SELECT count(*) AS count, min(expires_at) AS first FROM requests WHERE ${open} AND expires_at > ?`,
  )
  const countOwn = db.prepare(`SELECT count(*) AS count, min(expires_at) AS first ${live} AND customer = ?1`)
  const countLately = db.prepare(
    'SELECT count(*) AS count, min(created_at) AS first FROM requests WHERE customer = ? AND created_at > ?',
  )
  const countOfDay = db.prepare(
    'SELECT count(*) AS count FROM requests WHERE contract = ? AND verified_at > ?',
  )

  function find(id: string): KeptRequest | undefined {
    const row = byId.get(id)
    return row && toRequest(row)
  }

  /** Only inside a transaction. */
  function go(
    request: KeptRequest,
    step: UnlockStep,
    { reason, contract }: { reason?: Reason; contract?: string } = {},
  ): KeptRequest | undefined {
    const state = nextState(request.state, step)
    if (!state || state === 'created') return undefined
    writeDeed({
      who: step === 'expire' || reason === 'too-many' ? 'bank' : 'administrator',
      what: `request.${state}`,
      request: request.id,
      before: request.state,
      after: state,
      ...(contract && { contract }),
      ...(reason && { why: reason }),
    } satisfies BankDeed)
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

  function tooMany(customer: string | undefined): NotMade | undefined {
    const now = clock().getTime()
    const at = (time: number) => new Date(time).toISOString()
    const later = (time: unknown) => Math.max(1, Math.ceil((Date.parse(String(time)) - now) / 1000))
    const all = countOpen.get(at(now))
    if (Number(all?.count) >= mostOpen) return { code: 'busy', retryAfter: later(all?.first) }
    if (!customer) return undefined
    const own = countOwn.get(customer, at(now))
    if (Number(own?.count) >= mostOfCustomer) return { code: 'too-many-open', retryAfter: later(own?.first) }
    const lately = countLately.get(customer, at(now - hour))
    if (Number(lately?.count) < mostOfCustomerAnHour) return undefined
    return { code: 'too-many-this-hour', retryAfter: later(at(Date.parse(String(lately?.first)) + hour)) }
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
        if (before && !isSame(toRequest(before), asked)) return { code: 'key-reused', retryAfter: 0 }
        if (before) return toRequest(before)
        return tooMany(asked.customer) ?? insert(db, asked, idempotencyKey, clock(), place.lifetime)
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
        return request && go(request, step, { ...(reason && { reason }) })
      }),
    verify: (id, contract) =>
      change(() => {
        const request = current(id)
        if (request?.state !== 'opened') return 'closed'
        const at = clock()
        const { count } = countOfDay.get(contract, new Date(at.getTime() - day).toISOString()) ?? {}
        if (Number(count) >= mostOfContractADay) {
          go(request, 'reject', { reason: 'too-many', contract })
          return 'too-many'
        }
        go(request, 'verify', { contract })
        db.prepare('UPDATE requests SET contract = ?, verified_at = ? WHERE id = ?').run(
          contract,
          at.toISOString(),
          id,
        )
        return 'verified'
      }),
    clear: (id, contract) =>
      change(() => {
        const request = current(id)
        if (!request || byId.get(id)?.contract !== contract) return undefined
        return go(request, 'clear', { contract })
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
        const wrong = Number(count.get(id)?.wrong_codes)
        writeDeed({ who: 'administrator', what: 'code.wrong', request: id })
        if (wrong < mostWrongCodes) return 'wrong'
        go(request, 'reject', { reason: 'wrong-code' })
        return 'closed'
      }),
    expire() {
      const late = db
        .prepare(`SELECT id FROM requests WHERE ${open} AND expires_at <= ?`)
        .all(clock().toISOString())
      for (const { id } of late) change(() => current(String(id)))
    },
    events({ undelivered, after }) {
      const since = new Date(clock().getTime() - 30 * day).toISOString()
      const rows = db
        .prepare(
          `SELECT id, body, delivered_at FROM events WHERE at > ?1 AND (?2 = 0 OR delivered_at IS NULL)
             AND seq > coalesce((SELECT seq FROM events WHERE id = ?3), 0) ORDER BY seq LIMIT ${page + 1}`,
        )
        .all(since, undelivered ? 1 : 0, after ?? null)
      const events = rows.slice(0, page).map(({ id, body, delivered_at }) => ({
        id: String(id),
        body: String(body),
        isDelivered: delivered_at !== null,
      }))
      return { events, more: rows.length > page }
    },
  }
}

/** A database of an earlier version has no columns for who asks and who logged on. */
function prepareTable(db: DatabaseSync): void {
  const known = new Set(
    db
      .prepare('PRAGMA table_info(requests)')
      .all()
      .map(({ name }) => name),
  )
  for (const column of ['customer', 'contract', 'verified_at']) {
    if (!known.has(column)) db.exec(`ALTER TABLE requests ADD COLUMN ${column} TEXT`)
  }
  db.exec('CREATE INDEX IF NOT EXISTS requests_of_customer ON requests (customer, created_at)')
  db.exec('CREATE INDEX IF NOT EXISTS requests_of_contract ON requests (contract, verified_at)')
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
       created_at, updated_at, expires_at, customer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    asked.customer ?? null,
  )
  return request
}

function isSame(request: KeptRequest, asked: Asked): boolean {
  const keys = ['purpose', 'locale', 'channel', 'callbackUrl', 'customer'] as const
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
    ...(row.customer ? { customer: String(row.customer) } : {}),
    ...(row.reason ? { reason: row.reason as Reason } : {}),
  }
}
