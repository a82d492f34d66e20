import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** Lets one process at a time do something; one that was killed holds up nobody. */
export interface Lock {
  /** Waits for its turn, ten seconds at most, then throws. Nothing may be awaited inside. */
  hold<T>(work: () => T): T
  close(): void
}

/** A lock that is a file. Node has no lock on files of its own; SQLite's is let go by the system when its process ends. */
export function openLock(path: string): Lock {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const db = new DatabaseSync(path, { timeout: 10_000 })
  return {
    hold(work) {
      db.exec('BEGIN IMMEDIATE')
      try {
        return work()
      } finally {
        // Nothing is ever kept in it.
        db.exec('ROLLBACK')
      }
    },
    close: () => db.close(),
  }
}
