import type { DatabaseSync } from 'node:sqlite'
import { GroupCommit } from './groupCommit.ts'
import type {
  Accepted,
  Conversation,
  Counted,
  Handoff,
  HandoffsOf,
  Inbound,
  Listed,
  Listing,
  Logged,
  LogListener,
  Pass,
  Pending,
  Store,
  Turn,
  Unanswered,
  Unsent,
} from './index.ts'
import {
  json,
  QUESTIONS_KEPT_MS,
  type Row,
  seqOf,
  toConversation,
  toPass,
  toPending,
  toUnsent,
} from './rows.ts'
import { SqliteDesk } from './sqliteDesk.ts'
import { openDatabase } from './sqliteFile.ts'
import { statements } from './sqliteStatements.ts'
import { SqliteTurns } from './sqliteTurns.ts'

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

class SqliteStore implements Store {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #group: GroupCommit
  readonly #sql: ReturnType<typeof statements>
  readonly #desk: SqliteDesk
  readonly #turns: SqliteTurns
  readonly #listeners = new Set<LogListener>()

  constructor(db: DatabaseSync, now: () => number) {
    this.#db = db
    this.#now = now
    this.#group = new GroupCommit(db)
    this.#sql = statements(db)
    this.#desk = new SqliteDesk(db)
    this.#turns = new SqliteTurns(this.#sql, this.#desk, now)
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
    const accepted = await this.#group.write(() => this.#turns.accept(inbound))
    if (inbound.logged && !accepted.seen) this.#tell(inbound.conversation, seqOf(accepted.activityId))
    return accepted
  }

  async free({ conversation, channel, eventId }: Inbound): Promise<Conversation | undefined> {
    if (this.#sql.pending.get(conversation) || this.#sql.event.get(channel, eventId)) return undefined
    return this.#conversation(conversation)
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
    const logged = await this.#group.write(() => this.#turns.commit(turn))
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
    return this.#group.write(() => this.#turns.unsay(conversation, activityId))
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
      for (const inbound of tells?.(pass, this.#requesters(pass.request)) ?? []) this.#turns.accept(inbound)
      return pass
    })
  }

  async outgoing(conversation: string): Promise<Unsent | undefined> {
    const row = this.#sql.outgoing.get(conversation) as Row | undefined
    return row && toUnsent(row)
  }

  async holdToSend(conversation: string): Promise<{ out?: Unsent }> {
    return { out: await this.outgoing(conversation) }
  }

  async sending(): Promise<string[]> {
    return (this.#sql.sending.all() as Row[]).map((row) => row.conversation as string)
  }

  async sent({ id, conversation }: Unsent): Promise<{ next?: Unsent; isWanted: boolean }> {
    await this.#group.write(() => void this.#sql.sent.run(id))
    return { next: await this.outgoing(conversation), isWanted: false }
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

  #tell(conversation: string, seq: number, logged?: readonly Logged[]): void {
    for (const listener of this.#listeners) listener(conversation, seq, logged)
  }
}
