import { randomUUID } from 'node:crypto'
import { type Board, MemoryBoard } from './board.ts'
import type { Connections, Row } from './postgresPool.ts'

/** What changes together goes together, as hints do. */
const GATHER_MS = 5
/** Everything is read again this often, whatever hints have come. */
const READ_MS = 30_000
const RETRY_MS = 1000
/** What was dropped is remembered, so that whoever has missed the hint learns of it. */
const DROPPED_MS = 10 * 60_000

/** Something of this process that the database has not been told yet; without a value it was dropped. */
interface Change {
  topic: string
  key: string
  value: string | null
  /** By the clock of this process. */
  until: number
}

interface Listener {
  heard(topic: string, key: string): void
  missed?: (() => void) | undefined
}

/**
 * The board of several processes: each keeps a copy, writes through, and reads what others say has changed. Ends are
 * kept by the database's clock. Its table is unlogged: after a crash of the server the copies still stand, and are
 * written anew.
 */
export class PostgresBoard implements Board {
  readonly #db: Connections
  readonly #channel: string
  readonly #self = randomUUID()
  readonly #copy = new MemoryBoard()
  readonly #changes = new Map<string, Change>()
  readonly #hints = new Set<string>()
  readonly #unread = new Map<string, [topic: string, key: string]>()
  readonly #listeners = new Set<Listener>()
  readonly #rereading: NodeJS.Timeout
  #timer: NodeJS.Timeout | undefined
  #isReading = false
  #isClosed = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(db: Connections, schema: string) {
    this.#db = db
    this.#channel = `${schema} board`
    db.listen(this.#channel, (payload) => this.#heard(payload))
    this.#rereading = setInterval(() => void this.refresh().catch(() => undefined), READ_MS)
    this.#rereading.unref()
  }

  put(topic: string, key: string, value: string, ms: number): void {
    // A sign of life every second need not be written every second.
    const isFresh = this.#copy.left(topic, key) > ms - ms / 6
    if (isFresh && this.#copy.read(topic, key) === value) return
    this.#copy.put(topic, key, value, ms)
    this.#change({ topic, key, value, until: Date.now() + ms })
  }

  drop(topic: string, key: string): void {
    this.#copy.drop(topic, key)
    this.#change({ topic, key, value: null, until: Date.now() + DROPPED_MS })
  }

  read(topic: string, key: string): string | undefined {
    return this.#copy.read(topic, key)
  }

  of(topic: string): [key: string, value: string][] {
    return this.#copy.of(topic)
  }

  topics(prefix: string): string[] {
    return this.#copy.topics(prefix)
  }

  hint(topic: string, key: string): void {
    this.#hints.add(JSON.stringify([this.#self, topic, key, 'hint']))
    this.#soon()
  }

  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      const rows = await this.#db.query(`SELECT ${columns} FROM board WHERE until > now()`)
      for (const row of rows) this.#take(row)
      await this.#db.query("DELETE FROM board WHERE until < now() - interval '1 minute'")
    })
  }

  onNews(heard: Listener['heard'], missed?: () => void): () => void {
    const listener = { heard, missed }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What was put up last is still told. */
  async close(): Promise<void> {
    clearInterval(this.#rereading)
    clearTimeout(this.#timer)
    const last = this.#isClosed ? undefined : this.#inTurn(() => this.#write())
    this.#isClosed = true
    await last?.catch(() => undefined)
  }

  #change(change: Change): void {
    this.#changes.set(nameOf(change.topic, change.key), change)
    this.#soon()
  }

  #soon(after = GATHER_MS): void {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#inTurn(() => this.#write()).catch(() => this.#soon(RETRY_MS))
    }, after)
  }

  async #write(): Promise<void> {
    const changes = [...this.#changes]
    const hints = [...this.#hints]
    const puts = changes.map(([, change]) => change)
    if (puts.length > 0) await this.#db.query(...writing(puts))
    const told = puts.map(({ topic, key }) => JSON.stringify([this.#self, topic, key]))
    if (puts.length + hints.length > 0)
      await this.#db.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [
        this.#channel,
        [...told, ...hints],
      ])
    for (const [name, change] of changes) if (this.#changes.get(name) === change) this.#changes.delete(name)
    for (const hint of hints) this.#hints.delete(hint)
  }

  #heard(payload: string | undefined): void {
    if (payload === undefined) this.#missed()
    else {
      const [from, topic, key, isHint] = JSON.parse(payload) as [string, string, string, string?]
      if (from === this.#self) return
      if (isHint) this.#tell(topic, key)
      else this.#readSoon(topic, key)
    }
  }

  #readSoon(topic: string, key: string): void {
    this.#unread.set(nameOf(topic, key), [topic, key])
    if (this.#isReading) return
    this.#isReading = true
    this.#inTurn(() => this.#read()).catch(() => undefined)
  }

  /** The server may have lost everything: what is missing there is written anew, and what others know is read. */
  #missed(): void {
    const known = this.#copy.topics('').flatMap((topic) =>
      this.#copy.of(topic).map(([key, value]) => {
        const until = Date.now() + this.#copy.left(topic, key)
        return { topic, key, value, until }
      }),
    )
    const restored = async () => {
      if (known.length > 0) await this.#db.query(...writing(known, 'NOTHING'))
    }
    void this.#inTurn(restored)
      .then(() => this.refresh())
      .catch(() => undefined)
    for (const { missed } of this.#listeners) missed?.()
  }

  async #read(): Promise<void> {
    this.#isReading = false
    const unread = [...this.#unread.values()]
    this.#unread.clear()
    const rows = await this.#db.query(
      `SELECT ${columns} FROM board WHERE until > now() AND (topic, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
      [unread.map(([topic]) => topic), unread.map(([, key]) => key)],
    )
    for (const row of rows) this.#take(row)
  }

  /** What this process has changed meanwhile is newer. */
  #take({ topic, key, value, ms }: Row): void {
    const [about, who] = [topic as string, key as string]
    if (this.#changes.has(nameOf(about, who))) return
    const before = this.#copy.read(about, who)
    if (value === null) this.#copy.drop(about, who)
    else this.#copy.put(about, who, value as string, ms as number)
    if (before !== (value ?? undefined)) this.#tell(about, who)
  }

  #tell(topic: string, key: string): void {
    for (const { heard } of this.#listeners) heard(topic, key)
  }

  /** One after the other: what was read before a change must not come after it. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}

const columns = 'topic, key, value, ceil(extract(epoch FROM until - now()) * 1000)::bigint AS ms'

function nameOf(topic: string, key: string): string {
  return `${topic}\n${key}`
}

/** In the order of their names, so that two processes never wait for each other for ever. */
function writing(
  changes: Change[],
  overOthers = 'UPDATE SET value = excluded.value, until = excluded.until',
): [text: string, values: unknown[]] {
  const now = Date.now()
  const of = (column: (change: Change) => unknown) => changes.map(column)
  return [
    `INSERT INTO board (topic, key, value, until)
     SELECT topic, key, value, now() + ms * interval '1 millisecond'
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS put (topic, key, value, ms) ORDER BY topic, key
     ON CONFLICT (topic, key) DO ${overOthers}`,
    [
      of(({ topic }) => topic),
      of(({ key }) => key),
      of(({ value }) => value),
      of(({ until }) => Math.max(0, Math.round(until - now))),
    ],
  ]
}
