import type { Connections } from './postgresPool.ts'
import { EVENTS_REMEMBERED_MS, PASSES_REMEMBERED_MS, QUESTIONS_KEPT_MS } from './rows.ts'

const EVERY_MS = 3600 * 1000
/** A statement has little more than a second, and an hour at a hundred turns a second leaves 400,000 rows. */
const AT_A_TIME = 5000

/** What goes when it has been kept so long, by its table and that table's key. */
const kept = [
  { table: 'inbox', key: 'place', isOld: 'activity IS NULL AND accepted_at < $1', ms: EVENTS_REMEMBERED_MS },
  { table: 'asked', key: 'conversation', isOld: 'at < $1', ms: QUESTIONS_KEPT_MS },
  { table: 'unanswered', key: 'id', isOld: 'at < $1', ms: QUESTIONS_KEPT_MS },
  { table: 'passes', key: 'id', isOld: 'expires_at < $1', ms: PASSES_REMEMBERED_MS },
] as const

/** Keeps the tables bounded without a timer: whoever stores something lets go of what is old, once an hour. */
export class PostgresExpiry {
  readonly #db: Connections
  readonly #onError: (error: unknown) => void
  #begunAt = 0
  #last: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(db: Connections, onError: (error: unknown) => void) {
    this.#db = db
    this.#onError = onError
  }

  /** Begins when it is time, and is waited for by nobody: whatever goes wrong there hurts nobody now. */
  begin(now: number): void {
    if (now - this.#begunAt < EVERY_MS) return
    this.#begunAt = now
    this.#last = this.#last.then(() => this.#letGo(now))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#last
  }

  async #letGo(now: number): Promise<void> {
    for (const { table, key, isOld, ms } of kept) {
      const piece = `DELETE FROM ${table} WHERE ${key} IN
        (SELECT ${key} FROM ${table} WHERE ${isOld} LIMIT ${AT_A_TIME} FOR UPDATE SKIP LOCKED)`
      await this.#inPieces(() => this.#db.run(piece, [now - ms])).catch(this.#onError)
    }
    await this.#db.query('DELETE FROM leases WHERE held_until < now()').catch(this.#onError)
  }

  async #inPieces(work: () => Promise<number>): Promise<void> {
    while (!this.#isClosed && (await work()) === AT_A_TIME);
  }
}
