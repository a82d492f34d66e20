import { chmodSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const schema = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')

/** Opens the file of a store, and makes it, readable by its owner only; brings that of an older version up to date. */
export function openDatabase(file: string, now: () => number): DatabaseSync {
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // Before SQLite opens it: the files that it puts beside it get the mode that this one has then.
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  }
  const db = new DatabaseSync(file, { timeout: 5000 })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
  upgrade(db, now())
  db.exec(schema)
  return db
}

/** Columns that an older version's file has not; the schema's indexes need them. */
const later: Record<string, string[]> = {
  conversations: [
    "owner TEXT NOT NULL DEFAULT 'bot'",
    'agent TEXT',
    'queued_at INTEGER',
    'waiting_since INTEGER',
    'touched_at INTEGER NOT NULL DEFAULT 0',
  ],
  handoffs: ['rating INTEGER'],
}

function upgrade(db: DatabaseSync, now: number): void {
  for (const [table, columns] of Object.entries(later)) {
    const there = db
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => name)
    if (there.length === 0) continue
    const missing = columns.filter((column) => !there.includes(column.split(' ')[0] as string))
    for (const column of missing) db.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`)
    // As if touched just now: else all of them would be too old to be kept.
    if (missing.some((column) => column.startsWith('touched_at')))
      db.prepare(`UPDATE ${table} SET touched_at = ?`).run(now)
  }
}
