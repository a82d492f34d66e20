import type { Sql } from './sql.ts'

/** The desk's tables, in SQL that SQLite and PostgreSQL both read. Times are milliseconds since 1970. */
export const deskTables = [
  // Who works at the desk. `name` is what one logs on with, `shown` what customers read; no password: not yet welcomed, or by OIDC only.
  `CREATE TABLE IF NOT EXISTS desk_accounts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    shown TEXT NOT NULL,
    role TEXT NOT NULL,
    locale TEXT NOT NULL,
    password TEXT,
    subject TEXT UNIQUE,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL
  )`,
  // Only the hash of the cookie: who reads the database cannot be anybody.
  `CREATE TABLE IF NOT EXISTS desk_sessions (
    id_hash TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
  )`,
  'CREATE INDEX IF NOT EXISTS desk_sessions_account ON desk_sessions (account)',
  // One-time links, by the hash of their token; without an account: the first admin's.
  `CREATE TABLE IF NOT EXISTS desk_invitations (
    token_hash TEXT PRIMARY KEY,
    account TEXT,
    expires_at BIGINT NOT NULL
  )`,
  // Where somebody has logged on from: a pseudonym of the address. Others' wrong passwords do not close this door.
  `CREATE TABLE IF NOT EXISTS desk_addresses (
    account TEXT NOT NULL,
    address TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (account, address)
  )`,
  // Log-ons on their way through the bank's identity provider; each state is good once.
  `CREATE TABLE IF NOT EXISTS desk_oidc (
    state_hash TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    expires_at BIGINT NOT NULL
  )`,
  // What agents write for each other; customers never read it.
  `CREATE TABLE IF NOT EXISTS desk_notes (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    account TEXT NOT NULL,
    note TEXT NOT NULL,
    at BIGINT NOT NULL
  )`,
  'CREATE INDEX IF NOT EXISTS desk_notes_conversation ON desk_notes (conversation, at)',
]

/** Makes what is missing of the desk's tables. */
export async function makeDeskTables(sql: Sql): Promise<void> {
  for (const table of deskTables) await sql.run(table)
}
