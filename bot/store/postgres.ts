import { randomUUID } from 'node:crypto'
import { Hints } from './hints.ts'
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
import { migrate } from './migrate.ts'
import { isOneStatement } from './postgresArrival.ts'
import { PostgresBoard } from './postgresBoard.ts'
import { listCounts } from './postgresCounts.ts'
import { columns, forgetAll, listConversations, listHandoffs, queueLength } from './postgresDesk.ts'
import { PostgresExpiry } from './postgresExpiry.ts'
import { acceptEvent, acceptEvents, freeFor, isKnown, pendingOf } from './postgresInbox.ts'
import { claim, giveBack, sendingFor, waitingFor } from './postgresLeases.ts'
import { eraseWords, readLog } from './postgresLog.ts'
import { claimOutbox, oldestUnsent, takeOut } from './postgresOutbox.ts'
import { readPass, spendPass } from './postgresPasses.ts'
import { addressed, type Connections, openConnections, type Query, UnsureCommit } from './postgresPool.ts'
import { listUnanswered } from './postgresQuestions.ts'
import { commitTurn } from './postgresTurn.ts'
import { json, QUESTIONS_KEPT_MS, seqOf, toConversation } from './rows.ts'

/** Where the store is, and what it needs of the outside. */
export interface PostgresPlace {
  /** `postgres://user:password@host/database?schema=kaijo`; the schema is `kaijo` unless it says so. */
  url: string
  /** Milliseconds since 1970. */
  now?: () => number
  /** Hears of connections that broke while nobody waited for them. */
  onError?: (error: unknown) => void
}

/** A store that several processes share: rows are locked in the database, and versions are the fence. */
export async function openPostgres({
  url,
  now = Date.now,
  onError = () => {},
}: PostgresPlace): Promise<Store> {
  const { address, schema } = addressed(url)
  await migrate(address, schema)
  const store = new PostgresStore(openConnections(address, schema, onError), schema, now, onError)
  await store.board.refresh()
  return store
}

class PostgresStore implements Store {
  readonly board: PostgresBoard
  readonly #db: Connections
  readonly #now: () => number
  /** Each with what it does when something may have been missed. */
  readonly #listeners = new Map<LogListener, (() => void) | undefined>()
  readonly #hints: Hints
  readonly #expiry: PostgresExpiry
  /** Under which this process claims its work. */
  readonly #self = randomUUID()
  /** Conversations with a commit whose answer was lost, until somebody has looked. */
  readonly #unsure = new Set<string>()

  constructor(db: Connections, schema: string, now: () => number, onError: (error: unknown) => void) {
    this.#db = db
    this.#now = now
    this.board = new PostgresBoard(db, schema)
    this.#expiry = new PostgresExpiry(db, onError)
    this.#hints = new Hints(db, schema, {
      heard: (conversation, seq) => this.#tell(conversation, seq),
      missed: () => {
        for (const missed of this.#listeners.values()) missed?.()
      },
    })
  }

  async open(id: string, channel: string): Promise<Conversation> {
    await this.#db.query(
      'INSERT INTO conversations (id, channel, touched_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [id, channel, this.#now()],
    )
    return (await this.conversation(id)) as Conversation
  }

  async conversation(id: string): Promise<Conversation | undefined> {
    const [row] = await this.#db.query(`SELECT ${columns}, reference FROM conversations WHERE id = $1`, [id])
    return row && toConversation(row)
  }

  free(inbound: Inbound): Promise<Conversation | undefined> {
    return freeFor(this.#db.query, inbound)
  }

  async accept(inbound: Inbound): Promise<Accepted> {
    const accepted = await this.#told(inbound.conversation, () =>
      this.#db.transaction((query) => acceptEvent(query, inbound, this.#now())),
    )
    const isSettled = this.#unsure.delete(inbound.conversation)
    if (inbound.logged && !accepted.seen) this.#say(inbound.conversation, seqOf(accepted.activityId))
    else if (isSettled) this.#say(inbound.conversation, 0)
    this.#expiry.begin(this.#now())
    return accepted
  }

  knows(channel: string, eventId: string): Promise<boolean> {
    return isKnown(this.#db.query, channel, eventId)
  }

  async pending(conversation: string): Promise<Pending | undefined> {
    const found = await pendingOf(this.#db.query, conversation)
    if (this.#unsure.delete(conversation)) this.#say(conversation, 0)
    return found
  }

  waiting(): Promise<string[]> {
    return waitingFor(this.#db.query, this.#self)
  }

  isShared(): boolean {
    return true
  }

  hold(work: string, ms: number): Promise<boolean> {
    return claim(this.#db.query, work, this.#self, ms)
  }

  letGo(work: string): Promise<boolean> {
    return giveBack(this.#db.query, work, this.#self)
  }

  async commit(turn: Turn): Promise<'committed' | 'stale' | 'seen'> {
    const work = (query: Query) => commitTurn(query, turn, this.#now())
    const logged = await (isOneStatement(turn)
      ? this.#told(turn.conversation, () => this.#db.single(work))
      : this.#told(turn.conversation, () => this.#db.transaction(work)))
    if (logged === 'stale' || logged === 'seen') return logged
    const last = logged.at(-1)
    if (last) this.#say(turn.conversation, last.seq, logged)
    if (turn.accepts) this.#expiry.begin(this.#now())
    return 'committed'
  }

  activities(conversation: string, after: number, most: number): Promise<Logged[]> {
    return readLog(this.#db.query, conversation, after, most)
  }

  erase(conversation: string, activityId: string): Promise<void> {
    return this.#db.transaction((query) => eraseWords(query, conversation, activityId))
  }

  conversations(listing: Listing): Promise<Listed[]> {
    return listConversations(this.#db.query, listing)
  }

  queueLength(queuedAt?: number): Promise<number> {
    return queueLength(this.#db.query, queuedAt)
  }

  handoffs(of: HandoffsOf): Promise<Handoff[]> {
    return listHandoffs(this.#db.query, of)
  }

  forget(conversation: string): Promise<void> {
    return this.#db.transaction((query) => forgetAll(query, [conversation]))
  }

  async purge(before: number): Promise<string[]> {
    const gone: string[] = []
    // A few at a time, so that no turn waits long for its conversation.
    for (;;) {
      const some = await this.#db.transaction(async (query) => {
        const rows = await query(
          'SELECT id FROM conversations WHERE touched_at < $1 ORDER BY id LIMIT 50 FOR UPDATE SKIP LOCKED',
          [before],
        )
        const ids = rows.map(({ id }) => id as string)
        if (ids.length > 0) await forgetAll(query, ids, before)
        return ids
      })
      if (some.length === 0) return gone
      gone.push(...some)
    }
  }

  requesters(request: string): Promise<string[]> {
    return requesters(this.#db.query, request)
  }

  pass(id: string): Promise<(Pass & { isSpent: boolean }) | undefined> {
    return readPass(this.#db.query, id)
  }

  spend(id: string, tells?: (pass: Pass, requesters: string[]) => Inbound[]): Promise<Pass | undefined> {
    return this.#db.transaction(async (query) => {
      const pass = await spendPass(query, id, this.#now())
      if (pass)
        await acceptEvents(query, tells?.(pass, await requesters(query, pass.request)) ?? [], this.#now())
      return pass
    })
  }

  outgoing(conversation: string): Promise<Unsent | undefined> {
    return oldestUnsent(this.#db.query, conversation)
  }

  holdToSend(conversation: string, ms: number): Promise<{ out?: Unsent } | undefined> {
    return claimOutbox(this.#db.query, conversation, this.#self, ms)
  }

  sending(): Promise<string[]> {
    return sendingFor(this.#db.query, this.#self)
  }

  sent(out: Pick<Unsent, 'id' | 'conversation'>): Promise<{ next?: Unsent; isWanted: boolean }> {
    return takeOut(this.#db.query, out, this.#self)
  }

  async postpone(
    id: number,
    { dueAt, attempts, note }: { dueAt: number; attempts: number; note?: object },
  ): Promise<void> {
    await this.#db.query('UPDATE outbox SET due_at = $1, attempts = $2, note = $3 WHERE id = $4', [
      dueAt,
      attempts,
      json(note),
      id,
    ])
  }

  unanswered(): Promise<Unanswered[]> {
    return listUnanswered(this.#db.query, this.#now() - QUESTIONS_KEPT_MS)
  }

  counts(from: string, to: string): Promise<Counted[]> {
    return listCounts(this.#db.query, from, to)
  }

  onLogged(listener: LogListener, missed?: () => void): () => void {
    this.#listeners.set(listener, missed)
    return () => this.#listeners.delete(listener)
  }

  async check(): Promise<void> {
    await this.#db.query('SELECT 1 AS one')
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    await this.#expiry.close()
    await this.#hints.close()
    await this.board.close()
    await this.#db.close()
  }

  /** One whose answer was lost may have been committed, now or in a moment: who listens looks at once, and once more later. */
  async #told<T>(conversation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof UnsureCommit) {
        this.#unsure.add(conversation)
        this.#say(conversation, 0)
      }
      throw error
    }
  }

  #say(conversation: string, seq: number, logged?: readonly Logged[]): void {
    this.#tell(conversation, seq, logged)
    this.#hints.give(conversation, seq)
  }

  #tell(conversation: string, seq: number, logged?: readonly Logged[]): void {
    for (const listener of this.#listeners.keys()) listener(conversation, seq, logged)
  }
}

async function requesters(query: Query, request: string): Promise<string[]> {
  const rows = await query('SELECT conversation FROM requests WHERE id = $1', [request])
  return rows.map((row) => row.conversation as string)
}
