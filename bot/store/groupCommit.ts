import type { DatabaseSync, StatementSync } from 'node:sqlite'

interface Write {
  run(): unknown
  resolve(result: never): void
  reject(error: unknown): void
}

/**
 * Writes that are ready together share one transaction, because the fsync at its end costs milliseconds
 * and the writes before it microseconds. Each write resolves after the commit that holds it.
 */
export class GroupCommit {
  readonly #db: DatabaseSync
  readonly #savepoint: Record<'begin' | 'release' | 'undo', StatementSync>
  #waiting: Write[] = []

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#savepoint = {
      begin: db.prepare('SAVEPOINT one'),
      release: db.prepare('RELEASE one'),
      undo: db.prepare('ROLLBACK TO one'),
    }
  }

  /** Runs `write` in the next transaction, perhaps twice; one that throws is undone alone and rejects alone. */
  write<T>(run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.flush())
      this.#waiting.push({ run, resolve, reject })
    })
  }

  /** Commits what is waiting now. */
  flush(): void {
    const writes = this.#waiting
    this.#waiting = []
    if (writes.length === 0) return
    try {
      this.#together(writes)
    } catch {
      this.#apart(writes)
    }
  }

  #together(writes: readonly Write[]): void {
    this.#commit(() => {
      const results = writes.map((write) => write.run())
      return () => {
        for (const [index, write] of writes.entries()) write.resolve(results[index] as never)
      }
    })
  }

  /** Once more, when one has thrown: with a savepoint for each, which the many that do not throw need not pay for. */
  #apart(writes: readonly Write[]): void {
    try {
      this.#commit(() => {
        const settle = writes.map((write) => this.#one(write))
        return () => {
          for (const settled of settle) settled()
        }
      })
    } catch (error) {
      for (const write of writes) write.reject(error)
    }
  }

  /** In one transaction; what `work` gives is called when it is durable. */
  #commit(work: () => () => void): void {
    let settle: () => void
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      settle = work()
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
    settle()
  }

  #one(write: Write): () => void {
    this.#savepoint.begin.run()
    try {
      const result = write.run() as never
      this.#savepoint.release.run()
      return () => write.resolve(result)
    } catch (error) {
      // A full disk or an I/O error has ended the whole transaction already.
      if (!this.#db.isTransaction) throw error
      this.#savepoint.undo.run()
      this.#savepoint.release.run()
      return () => write.reject(error)
    }
  }
}
