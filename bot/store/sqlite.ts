import { chmodSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GroupCommit } from './groupCommit.ts'
import type {
  Accepted,
  Conversation,
  Counted,
  Counts,
  Handoff,
  HandoffsOf,
  Inbound,
  Listed,
  Listing,
  Logged,
  LogListener,
  Outgoing,
  Pass,
  Pending,
  Question,
  Store,
  Turn,
  Unanswered,
} from './index.ts'
import {
  activityId,
  EVENTS_REMEMBERED_MS,
  erased,
  isSent,
  json,
  PASSES_REMEMBERED_MS,
  QUESTIONS_KEPT_MS,
  type Row,
  seqOf,
  toConversation,
  toOutgoing,
  toPass,
  toPending,
} from './rows.ts'
import { SqliteDesk } from './sqliteDesk.ts'
import { statements } from './sqliteStatements.ts'

const schema = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')

/**
 * Opens (and makes, readable by its owner only) a store in one SQLite file: WAL, synchronous FULL, group commit.
 * `:memory:` keeps everything in memory.
 */
export function openSqlite(file: string, now: () => number = Date.now): Store {
  try {
    return new SqliteStore(openDatabase(file, now), now)
  } catch (cause) {
    const why = (cause as Error).message
    throw new Error(
      `STORAGE_URL names the file ${file}, which cannot be opened: ${why}. Choose another one`,
      { cause },
    )
  }
}

function openDatabase(file: string, now: () => number): DatabaseSync {
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

type WithId = Logged['activity'] & { id: string }

class SqliteStore implements Store {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #group: GroupCommit
  readonly #sql: ReturnType<typeof statements>
  readonly #desk: SqliteDesk
  readonly #listeners = new Set<LogListener>()
  #forgotAt = 0

  constructor(db: DatabaseSync, now: () => number) {
    this.#db = db
    this.#now = now
    this.#group = new GroupCommit(db)
    this.#sql = statements(db)
    this.#desk = new SqliteDesk(db)
  }

  async open(id: string, channel: string): Promise<Conversation> {
    const found = this.#conversation(id)
    if (found) return found
    return this.#group.write(() => {
      this.#sql.make.run(id, channel, this.#now())
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

  async knows(channel: string, eventId: string): Promise<boolean> {
    return this.#sql.event.get(channel, eventId) !== undefined
  }

  async pending(conversation: string): Promise<Pending | undefined> {
    const row = this.#sql.pending.get(conversation) as Row | undefined
    return row && toPending(row)
  }

  /** One process has the file for itself. */
  isShared(): boolean {
    return false
  }

  async hold(): Promise<boolean> {
    return true
  }

  async letGo(): Promise<boolean> {
    return false
  }

  async waiting(): Promise<string[]> {
    return (this.#sql.waiting.all() as Row[]).map((row) => row.conversation as string)
  }

  async commit(turn: Turn): Promise<'committed' | 'stale' | 'seen'> {
    const logged = await this.#group.write(() => this.#commit(turn))
    if (logged === 'stale' || logged === 'seen') return logged
    const last = logged.at(-1)
    if (last) this.#tell(turn.conversation, last.seq, logged)
    return 'committed'
  }

  async activities(conversation: string, after: number, most: number): Promise<Logged[]> {
    const rows = this.#sql.log.all(conversation, after, most) as Row[]
    return rows.map((row) => ({ seq: row.seq as number, activity: JSON.parse(row.activity as string) }))
  }

  erase(conversation: string, activityId: string): Promise<void> {
    return this.#group.write(() => this.#unsay(conversation, activityId))
  }

  async conversations(listing: Listing): Promise<Listed[]> {
    return this.#desk.list(listing)
  }

  async queueLength(queuedAt?: number): Promise<number> {
    return this.#desk.queueLength(queuedAt)
  }

  async handoffs(of: HandoffsOf): Promise<Handoff[]> {
    return this.#desk.handoffs(of)
  }

  forget(conversation: string): Promise<void> {
    return this.#group.write(() => this.#desk.forget(conversation))
  }

  async purge(before: number): Promise<string[]> {
    const gone: string[] = []
    // A few at a time, so that no turn waits long for its commit.
    for (;;) {
      // Looked for inside the transaction: what is accepted just before it counts as touched.
      const some = await this.#group.write(() => {
        const ids = this.#desk.untouched(before, 50)
        if (ids.length > 0) this.#desk.forgetUntouched(ids, before)
        return ids
      })
      if (some.length === 0) return gone
      gone.push(...some)
    }
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

  async counts(from: string, to: string): Promise<Counted[]> {
    return this.#sql.counts.all(from, to) as unknown as Counted[]
  }

  onLogged(listener: LogListener): () => void {
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
    return row && toConversation(row)
  }

  #accept(inbound: Inbound): Accepted {
    const before = this.#sql.event.get(inbound.channel, inbound.eventId) as Row | undefined
    if (before) return { seen: true, activityId: before.activity_id as string }
    this.#sql.make.run(inbound.conversation, inbound.channel, this.#now())
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

  /** What it has logged. */
  #commit(turn: Turn): Logged[] | 'stale' | 'seen' {
    if (turn.isNew && this.#sql.event.get(turn.eventChannel, turn.eventId)) return 'seen'
    const now = this.#now()
    const { inbound, seq: before } = turn.accepts ?? {}
    const logged = inbound?.logged ? [inbound.activity, ...turn.said] : turn.said
    const state = json(turn.state as object | undefined)
    const advanced = this.#sql.advance.get(
      state,
      logged.length,
      turn.conversation,
      turn.version,
      before ?? null,
    )
    if (!advanced) return 'stale'
    const entries = this.#append(turn.conversation, advanced.seq as number, logged)
    const said = inbound?.logged ? entries.slice(1) : entries
    const sent = turn.sends ? said.filter(isSent) : []
    if (sent.length > 0)
      this.#sql.send.run(turn.conversation, turn.channel, JSON.stringify(sent), json(turn.reply))
    this.#desk.change(turn, now)
    for (const request of turn.requests) this.#sql.request.run(request, turn.conversation)
    for (const pass of turn.passes ?? []) this.#issue(pass)
    for (const inbound of turn.tells ?? []) this.#accept(inbound)
    if (turn.question) this.#keepQuestion(turn.conversation, turn.question)
    if (turn.counts) this.#count(turn.channel, turn.counts)
    if (turn.isNew) this.#note(turn, said.at(-1)?.id ?? turn.eventId)
    else if (inbound) this.#noteArrival(inbound, inbound.logged ? entries[0]?.id : undefined)
    else this.#sql.applied.run(turn.eventChannel, turn.eventId)
    if (turn.unsays) this.#unsay(turn.conversation, turn.unsays)
    return entries.map((activity) => ({
      seq: seqOf(activity.id),
      activity: activity.id === turn.unsays ? erased(activity) : activity,
    }))
  }

  #unsay(conversation: string, activityId: string): void {
    const seq = seqOf(activityId)
    const row = this.#sql.logged.get(conversation, seq) as Row | undefined
    if (!row) return
    const bare = erased(JSON.parse(row.activity as string))
    this.#sql.rewrite.run(JSON.stringify(bare), conversation, seq)
    const gone = { type: 'messageDelete', id: activityId }
    this.#sql.unsay.run(JSON.stringify(gone), conversation, activityId)
  }

  /** An event that nobody accepted before its turn: known from now on, and never waiting. */
  #note(
    { eventChannel, eventId, conversation }: Pick<Turn, 'eventChannel' | 'eventId' | 'conversation'>,
    activityId: string,
  ): void {
    const now = this.#now()
    this.#sql.touch.run(now, conversation, now)
    this.#sql.keep.run(eventChannel, eventId, conversation, activityId, null, null, now)
    this.#forget()
  }

  #noteArrival({ channel, eventId, conversation, activity, reference }: Inbound, loggedAs?: string): void {
    if (reference) this.#sql.refer.run(JSON.stringify(reference), conversation)
    this.#note({ eventChannel: channel, eventId, conversation }, loggedAs ?? activity.id ?? eventId)
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

  #count(channel: string, { day, of }: Counts): void {
    for (const { flow, step, what, detail } of of) this.#sql.count.run(day, channel, flow, step, what, detail)
  }

  #log(conversation: string, activity: Logged['activity']): WithId {
    const { seq } = this.#sql.nextSeq.get(conversation) as { seq: number }
    return this.#append(conversation, seq, [activity])[0] as WithId
  }

  /** Puts activities at the end of a log, which has room for them up to `last`. */
  #append(conversation: string, last: number, activities: readonly Logged['activity'][]): WithId[] {
    return activities.map((activity, index) => {
      const seq = last - activities.length + 1 + index
      const logged = { ...activity, id: activityId(conversation, seq) }
      this.#sql.append.run(conversation, seq, JSON.stringify(logged))
      return logged
    })
  }

  /** Once an hour at most, so that the inbox stays bounded without a timer. */
  #forget(): void {
    const now = this.#now()
    if (now - this.#forgotAt < 3600 * 1000) return
    this.#forgotAt = now
    this.#sql.forget.run(now - EVENTS_REMEMBERED_MS)
    this.#sql.purgeAsked.run(now - QUESTIONS_KEPT_MS)
    this.#sql.purgeQuestions.run(now - QUESTIONS_KEPT_MS)
  }

  #tell(conversation: string, seq: number, logged?: readonly Logged[]): void {
    for (const listener of this.#listeners) listener(conversation, seq, logged)
  }
}
