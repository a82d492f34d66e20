import { Client, type ClientBase, Pool, type PoolClient, type QueryResult, types } from 'pg'

/** A row as PostgreSQL gives it; `bigint` columns are numbers. */
export type Row = Record<string, string | number | null>

/** Runs one statement; the same text is planned once a connection. */
export type Query = (text: string, values?: unknown[]) => Promise<Row[]>

/** Runs one statement and gives the number of rows that it has changed. */
export type Run = (text: string, values?: unknown[]) => Promise<number>

/** Connections to one PostgreSQL, with a limit on how long anything may take. */
export interface Connections {
  query: Query
  run: Run
  /** Runs `work` of one statement, which commits by itself. */
  single<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** Runs `work` in one transaction; committed when it resolves, undone when it rejects. */
  transaction<T>(work: (query: Query, run: Run) => Promise<T>): Promise<T>
  /** What others notify on the channel; `undefined` after a gap in which something may have been missed. */
  listen(channel: string, heard: (payload: string | undefined) => void): void
  close(): Promise<void>
}

/** A caller is answered within two seconds, so the database has less. */
const usual = {
  connectionTimeoutMillis: 1000,
  query_timeout: 1500,
  statement_timeout: 1400,
  lock_timeout: 1000,
  idle_in_transaction_session_timeout: 5000,
}
const RECONNECT_MS = [100, 500, 2000, 5000]
/** A line that a firewall has forgotten looks like one on which nobody says anything: it is asked this often. */
const PROBE_MS = 10_000
/** A connection that nobody answers any more would end only when the system gives it up, after minutes. */
const END_MS = 2000

/** Whether STORAGE_URL names a PostgreSQL. */
export function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url)
}

/** The address without `?schema=`, and the schema: `kaijo` unless the address names one. */
export function addressed(url: string): { address: string; schema: string } {
  const place = new URL(url)
  const schema = place.searchParams.get('schema') ?? 'kaijo'
  place.searchParams.delete('schema')
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema))
    throw new Error(`The schema in STORAGE_URL is "${schema}"; it must be made of a-z, 0-9 and _`)
  return { address: String(place), schema }
}

/** For work at the start, for which nobody waits: a migration, or another process's. */
export const patient = { connectionTimeoutMillis: 1000, lock_timeout: 60_000 }

/** Opens nothing yet: the first statement does. `schema` is what unqualified names mean. */
export function openConnections(
  url: string,
  schema: string,
  onError: (error: unknown) => void,
  limits: Partial<typeof usual> = usual,
): Connections {
  const settings = {
    connectionString: url,
    keepAlive: true,
    application_name: 'kaijo',
    options: `-c search_path=${schema}`,
    types: { getTypeParser },
  }
  const pool = new Pool({ ...settings, ...limits, max: 10 })
  // A connection that breaks while nobody uses it; the pool has taken it out already.
  pool.on('error', onError)
  // One that breaks between two statements of a transaction: the next statement says so to whoever waits.
  pool.on('connect', (client) => client.on('error', () => undefined))
  let ear: Ear | undefined

  return {
    query: async (text, values) => (await withClient(pool, (client) => ask(client, text, values))).rows,
    run: async (text, values) =>
      (await withClient(pool, (client) => ask(client, text, values))).rowCount ?? 0,
    single: (work) =>
      withClient(pool, (client) =>
        work(async (text, values) => (await ask(client, text, values).catch(unsure)).rows),
      ),
    transaction: (work) => withClient(pool, (client) => inTransaction(client, work)),
    listen(channel, heard) {
      const { connectionTimeoutMillis, query_timeout } = usual
      ear ??= new Ear(() => new Client({ ...settings, connectionTimeoutMillis, query_timeout }))
      ear.listen(channel, heard)
    },
    async close() {
      await ear?.close()
      await within(END_MS, pool.end())
    },
  }
}

/** Resolves when it does, or when the time is over. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, over])
  clearTimeout(timer)
}

async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: boolean | undefined
  try {
    return await work(client)
  } catch (error) {
    broken = isBroken(error)
    throw error
  } finally {
    client.release(broken)
  }
}

async function inTransaction<T>(
  client: ClientBase,
  work: (query: Query, run: Run) => Promise<T>,
): Promise<T> {
  await client.query('BEGIN')
  try {
    const result = await work(
      async (text, values) => (await ask(client, text, values)).rows,
      async (text, values) => (await ask(client, text, values)).rowCount ?? 0,
    )
    await client.query('COMMIT').catch(unsure)
    return result
  } catch (error) {
    // On a broken connection the server undoes it by itself.
    if (!isBroken(error)) await client.query('ROLLBACK')
    throw error
  }
}

/** Nobody knows whether it was committed: the answer was lost. */
export class UnsureCommit extends Error {}

function unsure(cause: unknown): never {
  if (!isBroken(cause)) throw cause
  throw new UnsureCommit('The answer to a commit was lost; what was written is read again', { cause })
}

/** A refusal of the server has a code of five characters; without one nobody knows what the connection is at. */
function isBroken(error: unknown): boolean {
  const { code = '' } = error as { code?: string }
  return !/^(?!57P|08)(?=.*\d)[0-9A-Z]{5}$/.test(code)
}

const names = new Map<string, string>()

async function ask(client: ClientBase, text: string, values: unknown[] = []): Promise<QueryResult<Row>> {
  let name = names.get(text)
  if (!name) {
    name = `k${names.size}`
    names.set(text, name)
  }
  return await client.query({ name, text, values: values.map(storable) })
}

/** PostgreSQL's text cannot hold NUL; in JSON it is escaped, elsewhere it has no meaning. */
function storable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storable)
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value
}

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  // Sequence numbers and milliseconds stay far below 2^53.
  if (oid === types.builtins.INT8) return Number
  return types.getTypeParser(oid, format as 'text')
}

/** One connection that listens to all channels, and connects again whenever it was lost. */
class Ear {
  readonly #connect: () => Client
  readonly #channels = new Map<string, (payload: string | undefined) => void>()
  #client: Client | undefined
  #timer: NodeJS.Timeout | undefined
  #probing: NodeJS.Timeout | undefined
  #failures = 0
  #isClosed = false

  constructor(connect: () => Client) {
    this.#connect = connect
  }

  /** Before the first of them has been heard of, all channels are named. */
  listen(channel: string, heard: (payload: string | undefined) => void): void {
    this.#channels.set(channel, heard)
    this.#timer ??= setTimeout(() => void this.#open())
  }

  async #open(): Promise<void> {
    const client = this.#connect()
    this.#client = client
    client.on('error', () => this.#again(client))
    client.on('end', () => this.#again(client))
    client.on('notification', ({ channel, payload }) => this.#channels.get(channel)?.(payload ?? ''))
    try {
      await client.connect()
      for (const channel of this.#channels.keys())
        await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
      this.#failures = 0
      this.#probe(client)
      for (const heard of this.#channels.values()) heard(undefined)
    } catch {
      this.#again(client)
    }
  }

  #probe(client: Client): void {
    if (this.#client !== client) return
    this.#probing = setInterval(() => {
      client.query('SELECT 1').catch(() => this.#again(client))
    }, PROBE_MS)
  }

  #again(client: Client): void {
    if (this.#client !== client) return
    this.#client = undefined
    clearInterval(this.#probing)
    void client.end().catch(() => undefined)
    if (this.#isClosed) return
    const wait = RECONNECT_MS[Math.min(this.#failures++, RECONNECT_MS.length - 1)]
    this.#timer = setTimeout(() => void this.#open(), wait)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    clearInterval(this.#probing)
    const client = this.#client
    this.#client = undefined
    if (client)
      await within(
        END_MS,
        client.end().catch(() => undefined),
      )
  }
}
