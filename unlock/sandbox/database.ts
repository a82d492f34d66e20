import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const tables = `
  CREATE TABLE IF NOT EXISTS contracts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, card INTEGER NOT NULL, card_lost INTEGER NOT NULL DEFAULT 0,
    card_attempts INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE IF NOT EXISTS spent_passwords (
    contract TEXT NOT NULL REFERENCES contracts, card INTEGER NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (contract, card, place)) STRICT;
  CREATE TABLE IF NOT EXISTS secrets (
    contract TEXT NOT NULL REFERENCES contracts, kind TEXT NOT NULL, hash TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (contract, kind)) STRICT;
  CREATE TABLE IF NOT EXISTS tries (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO tries VALUES (1, 0);
  CREATE TABLE IF NOT EXISTS certificates (
    fingerprint TEXT PRIMARY KEY, contract TEXT NOT NULL REFERENCES contracts, valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL, issued_at TEXT NOT NULL, revoked_at TEXT, p12 BLOB NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS certificates_of ON certificates (contract);
  CREATE TABLE IF NOT EXISTS users (
    contract TEXT NOT NULL REFERENCES contracts, id TEXT NOT NULL, name TEXT NOT NULL,
    suspended INTEGER NOT NULL, PRIMARY KEY (contract, id)) STRICT;
  CREATE TABLE IF NOT EXISTS requests (
    id TEXT PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, purpose TEXT NOT NULL, locale TEXT NOT NULL,
    channel TEXT NOT NULL, callback_url TEXT NOT NULL, binding_code TEXT NOT NULL,
    wrong_codes INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, reason TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, expires_at TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS requests_open ON requests (expires_at)
    WHERE state IN ('created', 'opened', 'verified');
  CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, request TEXT NOT NULL REFERENCES requests, url TEXT NOT NULL,
    body TEXT NOT NULL, at TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at TEXT, delivered_at TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS events_due ON events (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS sessions (
    id_hash TEXT PRIMARY KEY, stage TEXT NOT NULL, request TEXT, contract TEXT, fingerprint TEXT, place INTEGER,
    created_at TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT;
`
const version = 2

/** Opens the sandbox's own database; what it has said is on the disk when it has said it. */
export function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'sandbox.db')
  // Before SQLite opens it: the files that it puts beside it get the mode that this one has then.
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000')
  const kept = Number(db.prepare('PRAGMA user_version').get()?.user_version)
  if (kept !== version && db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'contracts'").get()) {
    db.close()
    throw new Error(`${path} is of another version of the sandbox (${kept}, not ${version}); move it away`)
  }
  db.exec(`${tables} PRAGMA user_version = ${version}`)
  return db
}

/** All of it or none of it; nothing may be awaited inside. */
export function transact<T>(db: DatabaseSync, change: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = change()
    db.exec('COMMIT')
    return result
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}
