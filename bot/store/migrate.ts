import { readdirSync, readFileSync } from 'node:fs'
import { deskTables } from './deskTables.ts'
import { type Connections, openConnections, patient, type Query } from './postgresPool.ts'

const folder = new URL('./migrations/', import.meta.url)

/**
 * Brings the schema to what this version needs, one process at a time. Migrations only add, so that a process of the
 * version before works on while a new one starts.
 */
export async function migrate(address: string, schema: string): Promise<void> {
  const connections = openConnections(address, schema, () => {}, patient)
  try {
    await applyAll(connections, schema)
  } finally {
    await connections.close()
  }
}

async function applyAll({ transaction }: Connections, schema: string): Promise<void> {
  const files = readdirSync(folder)
    .filter((file) => /^\d{4}\.sql$/.test(file))
    .sort()
  await transaction(async (query) => {
    // Whoever starts at the same time waits here.
    await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`kaijo ${schema}`])
    await query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
    await query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    )
    const applied = new Set((await query('SELECT name FROM migrations')).map(({ name }) => name))
    for (const file of files) if (!applied.has(file)) await apply(query, file)
    for (const statement of deskTables) await query(statement)
  })
}

async function apply(query: Query, file: string): Promise<void> {
  for (const statement of statements(readFileSync(new URL(file, folder), 'utf8'))) await query(statement)
  await query('INSERT INTO migrations (name) VALUES ($1)', [file])
}

/** Our migrations have no semicolon inside a statement but at the end of a line. */
function statements(sql: string): string[] {
  return sql
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter(Boolean)
}
