import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isPostgres } from './postgresPool.ts'
import { openPostgresSql } from './postgresSql.ts'
import type { Row, Sql, SqlConnection, Value } from './sqlConnection.ts'

export type { Row, Sql, SqlConnection, Value } from './sqlConnection.ts'

/**
 * Opens the database that STORAGE_URL names, e.g. `sqlite:./data/kaijo.db`; the store must have made its file.
 * `sqlite::memory:` gives an empty one.
 */
export function openSql(url: string): SqlConnection {
  if (isPostgres(url)) return openPostgresSql(url)
  const file = /^sqlite:(.+)$/.exec(url)?.[1]
  if (!file) throw new Error(`STORAGE_URL is "${url}"; it must begin with sqlite: and name a file`)
  const db = new DatabaseSync(file, { timeout: 5000 })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
  return new SqliteSql(db)
}

/**
 * SQLite waits for a lock inside its call, and both connections of this process are of one thread. So a transaction
 * here must never be open while the store's own may begin: it is over before the event loop turns, or undone.
 */
class SqliteSql implements SqlConnection {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  all(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return this.#inTurn(async () => this.#all(text, params))
  }

  run(text: string, params: readonly Value[] = []): Promise<number> {
    return this.#inTurn(async () => this.#run(text, params))
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#inTurn(() => this.#transact(work))
  }

  /** Deleted rows are overwritten at once (secure_delete); what they were is still in the write-ahead log. */
  scrub(): Promise<void> {
    return this.#inTurn(async () => this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
  }

  close(): Promise<void> {
    return this.#inTurn(async () => this.#db.close())
  }

  /** One after the other: nobody's statement may slip into another one's transaction. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }

  async #transact<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    let isOpen = true
    const mine = <R>(step: () => R): R => {
      if (!isOpen) throw new Error('A transaction awaited something else than its own sql, and was undone')
      return step()
    }
    const inner: Sql = {
      all: async (text, params = []) => mine(() => this.#all(text, params)),
      run: async (text, params = []) => mine(() => this.#run(text, params)),
      transaction: (nested) => nested(inner),
    }
    const end = (how: 'COMMIT' | 'ROLLBACK') => {
      isOpen = false
      if (this.#db.isTransaction) this.#db.exec(how)
    }
    this.#db.exec('BEGIN IMMEDIATE')
    const late = setImmediate(() => end('ROLLBACK'))
    try {
      const result = await work(inner)
      mine(() => end('COMMIT'))
      return result
    } finally {
      clearImmediate(late)
      if (isOpen || this.#db.isTransaction) end('ROLLBACK')
    }
  }

  #all(text: string, params: readonly Value[]): Row[] {
    return this.#prepared(text).all(...params) as Row[]
  }

  #run(text: string, params: readonly Value[]): number {
    return Number(this.#prepared(text).run(...params).changes)
  }

  #prepared(text: string): StatementSync {
    const known = this.#statements.get(text)
    if (known) return known
    const made = this.#db.prepare(text)
    this.#statements.set(text, made)
    return made
  }
}
