import { chmodSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GroupCommit } from './groupCommit.ts'
import type {
  Accepted,
  Conversation,
  Inbound,
  Logged,
  Outgoing,
  Pass,
  Pending,
  Question,
  Store,
  Turn,
  Unanswered,
} from './index.ts'

const schema = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')

/** Events are remembered this long, so that a late second delivery is still recognised. */
const REMEMBERED_MS = 30 * 24 * 3600 * 1000
/** Writers have this long to answer a question. */
const QUESTIONS_KEPT_MS = 90 * 24 * 3600 * 1000
/** Passes are remembered this long after they expired, so that whoever comes too late is told so. */
const PASSES_REMEMBERED_MS = 24 * 3600 * 1000

type Row = Record<string, string | number | null>

/**
 * Opens (and makes, readable by its owner only) a store in one SQLite file: WAL, synchronous FULL, group commit.
 * `:memory:` keeps everything in memory.
 */
export function openSqlite(file: string, now: () => number = Date.now): Store {
  try {
    return new SqliteStore(openDatabase(file), now)
  } catch (cause) {
    const why = (cause as Error).message
    throw new Error(
      `STORAGE_URL names the file ${file}, which cannot be opened: ${why}. Choose another one`,
      { cause },
    )
  }
}

function openDatabase(file: string): DatabaseSync {
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // Before SQLite opens it: the files that it puts beside it get the mode that this one has then.
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  }
  const db = new DatabaseSync(file, { timeout: 5000 })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
  db.exec(schema)
  return db
}

class SqliteStore implements Store {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #group: GroupCommit
  readonly #sql: ReturnType<typeof statements>
  readonly #listeners = new Set<(conversation: string, seq: number) => void>()
  #forgotAt = 0

  constructor(db: DatabaseSync, now: () => number) {
    this.#db = db
    this.#now = now
    this.#group = new GroupCommit(db)
    this.#sql = statements(db)
  }

  async open(id: string, channel: string): Promise<Conversation> {
    const found = this.#conversation(id)
    if (found) return found
    return this.#group.write(() => {
      this.#sql.make.run(id, channel)
      return this.#conversation(id) as Conversation
    })
  }

  async conversation(id: string): Promise<Conversation | undefined> {
    return this.#conversation(id)
  }

  async accept(inbound: Inbound): Promise<Accepted> {
    const accepted = await this.#group.write(() => this.#accept(inbound))
    if (inbound.logged && !accepted.seen) this.#tell(inbound.conversation, seqOf(accepted.activityId))
    return accepted
  }

  async pending(conversation: string): Promise<Pending | undefined> {
    const row = this.#sql.pending.get(conversation) as Row | undefined
    if (!row) return undefined
    return {
      channel: row.channel as string,
      eventId: row.event as string,
      activity: JSON.parse(row.activity as string),
      ...(row.reply !== null && { reply: JSON.parse(row.reply as string) }),
    }
  }

  async waiting(): Promise<string[]> {
    return (this.#sql.waiting.all() as Row[]).map((row) => row.conversation as string)
  }

  async commit(turn: Turn): Promise<'committed' | 'stale'> {
    const last = await this.#group.write(() => this.#commit(turn))
    if (last === 'stale') return last
    if (last) this.#tell(turn.conversation, seqOf(last))
    return 'committed'
  }

  async activities(conversation: string, after: number, most: number): Promise<Logged[]> {
    const rows = this.#sql.log.all(conversation, after, most) as Row[]
    return rows.map((row) => ({ seq: row.seq as number, activity: JSON.parse(row.activity as string) }))
  }

  erase(conversation: string, activityId: string): Promise<void> {
    return this.#group.write(() => {
      const seq = seqOf(activityId)
      const row = this.#sql.logged.get(conversation, seq) as Row | undefined
      if (!row) return
      const bare = erased(JSON.parse(row.activity as string))
      this.#sql.rewrite.run(JSON.stringify(bare), conversation, seq)
      const gone = { type: 'messageDelete', id: activityId }
      this.#sql.unsay.run(JSON.stringify(gone), conversation, activityId)
    })
  }

  async requesters(request: string): Promise<string[]> {
    return this.#requesters(request)
  }

  async pass(id: string): Promise<(Pass & { isSpent: boolean }) | undefined> {
    const row = this.#sql.pass.get(id) as Row | undefined
    return row && { ...toPass(row), isSpent: row.spent_at !== null }
  }

  spend(id: string, tells?: (pass: Pass, requesters: string[]) => Inbound[]): Promise<Pass | undefined> {
    return this.#group.write(() => {
      const now = this.#now()
      const row = this.#sql.spend.get(now, id, now) as Row | undefined
      if (!row) return undefined
      const pass = toPass(row)
      for (const inbound of tells?.(pass, this.#requesters(pass.request)) ?? []) this.#accept(inbound)
      return pass
    })
  }

  async outgoing(conversation: string): Promise<(Outgoing & { dueAt: number }) | undefined> {
    const row = this.#sql.outgoing.get(conversation) as Row | undefined
    return row && toOutgoing(row)
  }

  async sending(): Promise<string[]> {
    return (this.#sql.sending.all() as Row[]).map((row) => row.conversation as string)
  }

  sent(id: number): Promise<void> {
    return this.#group.write(() => void this.#sql.sent.run(id))
  }

  postpone(
    id: number,
    { dueAt, attempts, note }: { dueAt: number; attempts: number; note?: object },
  ): Promise<void> {
    return this.#group.write(() => void this.#sql.postpone.run(dueAt, attempts, json(note), id))
  }

  async unanswered(): Promise<Unanswered[]> {
    return this.#sql.unanswered.all(this.#now() - QUESTIONS_KEPT_MS) as unknown as Unanswered[]
  }

  onLogged(listener: (conversation: string, seq: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async check(): Promise<void> {
    this.#sql.check.get()
  }

  async close(): Promise<void> {
    this.#group.flush()
    this.#listeners.clear()
    this.#db.close()
  }

  #requesters(request: string): string[] {
    return (this.#sql.requesters.all(request) as Row[]).map((row) => row.conversation as string)
  }

  #conversation(id: string): Conversation | undefined {
    const row = this.#sql.conversation.get(id) as Row | undefined
    if (!row) return undefined
    const { reference, ...rest } = row as unknown as Conversation & {
      state: string | null
      reference: string | null
    }
    const state = rest.state === null ? undefined : JSON.parse(rest.state)
    return { ...rest, state, ...(reference !== null && { reference: JSON.parse(reference) }) }
  }

  #accept(inbound: Inbound): Accepted {
    const before = this.#sql.event.get(inbound.channel, inbound.eventId) as Row | undefined
    if (before) return { seen: true, activityId: before.activity_id as string }
    this.#sql.make.run(inbound.conversation, inbound.channel)
    if (inbound.reference) this.#sql.refer.run(JSON.stringify(inbound.reference), inbound.conversation)
    let activity = inbound.activity
    if (inbound.logged) activity = this.#log(inbound.conversation, activity)
    const id = activity.id ?? inbound.eventId
    const { channel, eventId, conversation } = inbound
    this.#sql.keep.run(
      channel,
      eventId,
      conversation,
      id,
      JSON.stringify(activity),
      json(inbound.reply),
      this.#now(),
    )
    this.#forget()
    return { seen: false, activityId: id }
  }

  /** The id of the last activity it has logged, if any. */
  #commit(turn: Turn): string | undefined | 'stale' {
    const state = JSON.stringify(turn.state)
    const { changes } = this.#sql.advance.run(state, turn.conversation, turn.version)
    if (changes === 0) return 'stale'
    const said = turn.said.map((activity) => this.#log(turn.conversation, activity))
    if (turn.sends && said.length > 0) {
      this.#sql.send.run(turn.conversation, turn.channel, JSON.stringify(said), json(turn.reply))
    }
    for (const request of turn.requests) this.#sql.request.run(request, turn.conversation)
    for (const pass of turn.passes ?? []) this.#issue(pass)
    for (const inbound of turn.tells ?? []) this.#accept(inbound)
    if (turn.question) this.#keepQuestion(turn.conversation, turn.question)
    this.#sql.applied.run(turn.eventChannel, turn.eventId)
    return said.at(-1)?.id
  }

  #issue({ id, flow, step, request, expiresAt }: Pass): void {
    const now = this.#now()
    this.#sql.forgetPasses.run(now - PASSES_REMEMBERED_MS)
    this.#sql.issue.run(id, flow, step, request, expiresAt)
  }

  #keepQuestion(conversation: string, { text, locale, kind }: Question): void {
    const now = this.#now()
    if (text && !kind) this.#sql.ask.run(conversation, text, locale, now)
    if (text && kind) this.#sql.keepQuestion.run(text, locale, kind, now)
    if (!text && kind) this.#sql.keepAsked.run(kind, conversation)
    if (kind) this.#sql.forgetAsked.run(conversation)
  }

  #log(conversation: string, activity: Logged['activity']): Logged['activity'] & { id: string } {
    const { seq } = this.#sql.nextSeq.get(conversation) as { seq: number }
    const logged = { ...activity, id: activityId(conversation, seq) }
    this.#sql.append.run(conversation, seq, JSON.stringify(logged))
    return logged
  }

  /** Once an hour at most, so that the inbox stays bounded without a timer. */
  #forget(): void {
    const now = this.#now()
    if (now - this.#forgotAt < 3600 * 1000) return
    this.#forgotAt = now
    this.#sql.forget.run(now - REMEMBERED_MS)
    this.#sql.purgeAsked.run(now - QUESTIONS_KEPT_MS)
    this.#sql.purgeQuestions.run(now - QUESTIONS_KEPT_MS)
  }

  #tell(conversation: string, seq: number): void {
    for (const listener of this.#listeners) listener(conversation, seq)
  }
}

/** An activity's id: its conversation and its place in the log, so that ids sort as they were said. */
export function activityId(conversation: string, seq: number): string {
  return `${conversation}|${String(seq).padStart(7, '0')}`
}

/** What is left of an activity whose words were taken back: who and when. */
function erased({ id, from, conversation, timestamp }: Logged['activity']): Logged['activity'] {
  return { type: 'messageDelete', id, from, conversation, timestamp }
}

function toPass(row: Row): Pass {
  const { id, flow, step, request, expires_at: expiresAt } = row
  return { id, flow, step, request, expiresAt } as Pass
}

function toOutgoing(row: Row): Outgoing & { dueAt: number } {
  const { id, conversation, channel, attempts, due_at: dueAt } = row as Record<string, never>
  const parts = { activities: row.activities, reply: row.reply, reference: row.reference, note: row.note }
  const read = Object.entries(parts).flatMap(([name, text]) =>
    text === null ? [] : [[name, JSON.parse(text as string)]],
  )
  return { id, conversation, channel, attempts, dueAt, ...Object.fromEntries(read) }
}

function json(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function seqOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('|') + 1))
}

function statements(db: DatabaseSync) {
  return {
    make: db.prepare('INSERT INTO conversations (id, channel) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    conversation: db.prepare(
      'SELECT id, channel, version, state, seq, reference FROM conversations WHERE id = ?',
    ),
    event: db.prepare('SELECT activity_id FROM inbox WHERE channel = ? AND event = ?'),
    keep: db.prepare(
      'INSERT INTO inbox (channel, event, conversation, activity_id, activity, reply, accepted_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    pending: db.prepare(
      'SELECT channel, event, activity, reply FROM inbox WHERE conversation = ? AND activity IS NOT NULL ORDER BY place LIMIT 1',
    ),
    waiting: db.prepare('SELECT DISTINCT conversation FROM inbox WHERE activity IS NOT NULL'),
    applied: db.prepare('UPDATE inbox SET activity = NULL, reply = NULL WHERE channel = ? AND event = ?'),
    forget: db.prepare('DELETE FROM inbox WHERE activity IS NULL AND accepted_at < ?'),
    advance: db.prepare(
      'UPDATE conversations SET state = ?, version = version + 1 WHERE id = ? AND version = ?',
    ),
    nextSeq: db.prepare('UPDATE conversations SET seq = seq + 1 WHERE id = ? RETURNING seq'),
    append: db.prepare('INSERT INTO activities (conversation, seq, activity) VALUES (?, ?, ?)'),
    log: db.prepare(
      'SELECT seq, activity FROM activities WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?',
    ),
    logged: db.prepare('SELECT activity FROM activities WHERE conversation = ? AND seq = ?'),
    rewrite: db.prepare('UPDATE activities SET activity = ? WHERE conversation = ? AND seq = ?'),
    unsay: db.prepare(
      'UPDATE inbox SET activity = ? WHERE conversation = ? AND activity_id = ? AND activity IS NOT NULL',
    ),
    request: db.prepare('INSERT INTO requests (id, conversation) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    requesters: db.prepare('SELECT conversation FROM requests WHERE id = ?'),
    issue: db.prepare('INSERT INTO passes (id, flow, step, request, expires_at) VALUES (?, ?, ?, ?, ?)'),
    pass: db.prepare('SELECT * FROM passes WHERE id = ?'),
    spend: db.prepare(
      'UPDATE passes SET spent_at = ? WHERE id = ? AND spent_at IS NULL AND expires_at > ? RETURNING *',
    ),
    forgetPasses: db.prepare('DELETE FROM passes WHERE expires_at < ?'),
    refer: db.prepare('UPDATE conversations SET reference = ? WHERE id = ?'),
    send: db.prepare('INSERT INTO outbox (conversation, channel, activities, reply) VALUES (?, ?, ?, ?)'),
    outgoing: db.prepare(
      'SELECT outbox.*, reference FROM outbox JOIN conversations ON conversations.id = conversation WHERE conversation = ? ORDER BY outbox.id LIMIT 1',
    ),
    sending: db.prepare('SELECT DISTINCT conversation FROM outbox'),
    sent: db.prepare('DELETE FROM outbox WHERE id = ?'),
    postpone: db.prepare('UPDATE outbox SET due_at = ?, attempts = ?, note = ? WHERE id = ?'),
    ask: db.prepare(
      'INSERT INTO asked (conversation, question, locale, at) VALUES (?, ?, ?, ?) ON CONFLICT (conversation) DO UPDATE SET question = excluded.question, locale = excluded.locale, at = excluded.at',
    ),
    keepQuestion: db.prepare('INSERT INTO unanswered (question, locale, kind, at) VALUES (?, ?, ?, ?)'),
    keepAsked: db.prepare(
      'INSERT INTO unanswered (question, locale, kind, at) SELECT question, locale, ?, at FROM asked WHERE conversation = ?',
    ),
    forgetAsked: db.prepare('DELETE FROM asked WHERE conversation = ?'),
    purgeAsked: db.prepare('DELETE FROM asked WHERE at < ?'),
    purgeQuestions: db.prepare('DELETE FROM unanswered WHERE at < ?'),
    unanswered: db.prepare('SELECT question, locale, kind, at FROM unanswered WHERE at >= ? ORDER BY id'),
    check: db.prepare('SELECT count(*) FROM conversations WHERE id IS NULL'),
  }
}
