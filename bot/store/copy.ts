import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { openPostgres } from './postgres.ts'
import { addressed, type Connections, openConnections, type Query, type Row } from './postgresPool.ts'

/** What became of one table. */
export interface Copied {
  table: string
  rows: number
  /** SHA-256 over all rows in the order of their keys, the same on both sides. */
  checksum: string
}

/** A table as both databases have it. */
interface Table {
  name: string
  columns: string[]
  key: string[]
  /** The key as PostgreSQL puts it in the order of SQLite: by bytes. */
  order: string[]
}

const BATCH = 500

/**
 * Copies a SQLite store into an empty PostgreSQL, and proves it by counts and checksums. Each batch goes with the note
 * of how far it has come, so that a copy that was broken off goes on where it stood. Nothing may write to either side
 * meanwhile: the source is locked. Rejects with a sentence that says what stands in the way.
 */
export async function copyStore(
  file: string,
  url: string,
  onBatch: (table: string) => void = () => {},
): Promise<Copied[]> {
  if (!existsSync(file))
    throw new Error(`There is no file ${file} to copy from; name the one of the old STORAGE_URL`)
  const source = new DatabaseSync(file, { timeout: 1000 })
  // Makes the tables, and says so when it cannot be reached.
  await (await openPostgres({ url })).close()
  const { address, schema } = addressed(url)
  const target = openConnections(address, schema, () => {})
  try {
    lock(source, file)
    const tables = await shared(source, target, schema)
    await begin(target, tables)
    for (const table of tables) await copyTable(source, target, table, onBatch)
    const copied = []
    for (const table of tables) copied.push(await compare(source, target, table))
    await finish(target, tables)
    return copied
  } finally {
    await target.close()
    source.close()
  }
}

function lock(source: DatabaseSync, file: string): void {
  try {
    source.exec('BEGIN IMMEDIATE')
  } catch {
    throw new Error(`${file} is in use; stop the bot that writes to it, and copy again`)
  }
}

/** The tables of the source, each with the columns that both sides have. */
async function shared(source: DatabaseSync, target: Connections, schema: string): Promise<Table[]> {
  const found = await target.query(
    'SELECT table_name AS table, column_name AS column, data_type AS type FROM information_schema.columns WHERE table_schema = $1',
    [schema],
  )
  const names = source
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all() as { name: string }[]
  return names.map(({ name }) => {
    const columns = source.prepare(`SELECT name, pk FROM pragma_table_info(?)`).all(name) as {
      name: string
      pk: number
    }[]
    const types = new Map(found.filter((row) => row.table === name).map((row) => [row.column, row.type]))
    const missing = columns.find((column) => !types.has(column.name))
    if (missing)
      throw new Error(
        `The target knows no column "${missing.name}" of "${name}"; both must be of this version`,
      )
    const key = columns.filter(({ pk }) => pk > 0).sort((one, other) => one.pk - other.pk)
    return {
      name,
      columns: columns.map((column) => column.name),
      key: key.map((column) => column.name),
      order: key.map((column) =>
        types.get(column.name) === 'text' ? `${column.name} COLLATE "C"` : column.name,
      ),
    }
  })
}

/** Refuses a target that has something which is not of a copy like this one. */
async function begin({ query, transaction }: Connections, tables: Table[]): Promise<void> {
  await transaction(async (inside) => {
    const [begun] = await inside("SELECT to_regclass('copying') AS copying")
    if (begun?.copying) return
    for (const { name } of tables) {
      const [row] = await inside(`SELECT count(*) AS rows FROM ${name}`)
      if (row?.rows)
        throw new Error(
          `The target has ${row.rows} rows in "${name}" already; copy into an empty database or schema`,
        )
    }
    await inside('CREATE TABLE copying (name text PRIMARY KEY, last text)')
  })
  for (const { name } of tables)
    await query('INSERT INTO copying (name) VALUES ($1) ON CONFLICT DO NOTHING', [name])
}

async function copyTable(
  source: DatabaseSync,
  { query, transaction }: Connections,
  table: Table,
  onBatch: (table: string) => void,
): Promise<void> {
  const [row] = await query('SELECT last FROM copying WHERE name = $1', [table.name])
  let last: unknown[] | undefined = row?.last ? JSON.parse(row.last as string) : undefined
  for (;;) {
    const rows = read(source, table, last)
    const end = rows.at(-1)
    if (!end) return
    last = table.key.map((column) => end[column])
    await transaction(async (inside) => {
      await insert(inside, table, rows)
      await inside('UPDATE copying SET last = $1 WHERE name = $2', [JSON.stringify(last), table.name])
    })
    onBatch(table.name)
  }
}

function read(source: DatabaseSync, { name, columns, key }: Table, last: unknown[] | undefined): Row[] {
  const after = last ? `WHERE (${key}) > (${key.map(() => '?')})` : ''
  return source
    .prepare(`SELECT ${columns} FROM ${name} ${after} ORDER BY ${key} LIMIT ${BATCH}`)
    .all(...((last ?? []) as string[])) as Row[]
}

async function insert(query: Query, { name, columns }: Table, rows: Row[]): Promise<void> {
  const places = rows.map((_, i) => `(${columns.map((_, j) => `$${i * columns.length + j + 1}`)})`)
  await query(
    `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE VALUES ${places}`,
    rows.flatMap((row) => columns.map((column) => row[column])),
  )
}

async function compare(source: DatabaseSync, { query }: Connections, table: Table): Promise<Copied> {
  const { name, columns, key } = table
  const [here, there] = [createHash('sha256'), createHash('sha256')]
  let rows = 0
  let last: unknown[] | undefined
  for (;;) {
    const batch = read(source, table, last)
    const copied = await readCopied(query, table, last)
    for (const row of batch) here.update(line(columns, row))
    for (const row of copied) there.update(line(columns, row))
    rows += batch.length
    const end = batch.at(-1)
    if (!end || copied.length !== batch.length) break
    last = key.map((column) => end[column])
  }
  const [checksum, other] = [here.digest('hex'), there.digest('hex')]
  if (checksum !== other)
    throw new Error(`"${name}" is not the same on both sides; drop the target's schema and copy again`)
  return { table: name, rows, checksum }
}

function readCopied(
  query: Query,
  { name, columns, order }: Table,
  last: unknown[] | undefined,
): Promise<Row[]> {
  const after = last ? `WHERE (${order}) > (${order.map((_, i) => `$${i + 1}`)})` : ''
  return query(`SELECT ${columns} FROM ${name} ${after} ORDER BY ${order} LIMIT ${BATCH}`, last)
}

/** PostgreSQL's text cannot hold NUL, see postgresPool.ts. */
function line(columns: string[], row: Row): string {
  return `${JSON.stringify(columns.map((column) => row[column]))}\n`.replaceAll('\\u0000', '\ufffd')
}

/** New rows are numbered after the copied ones. */
async function finish({ query }: Connections, tables: Table[]): Promise<void> {
  for (const { name } of tables) {
    const numbered = await query(
      "SELECT attname AS column FROM pg_attribute WHERE attrelid = $1::regclass AND attidentity <> ''",
      [name],
    )
    for (const { column } of numbered)
      await query(
        `SELECT setval(pg_get_serial_sequence($1, $2), greatest((SELECT max(${column}) FROM ${name}), 1))`,
        [name, column],
      )
  }
  await query('DROP TABLE copying')
}
