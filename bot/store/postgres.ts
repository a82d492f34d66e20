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
  Outgoing,
  Pass,
  Pending,
  Question,
  Store,
  Turn,
  Unanswered,
} from './index.ts'
import { migrate } from './migrate.ts'
import { PostgresBoard } from './postgresBoard.ts'
import { counting, listCounts } from './postgresCounts.ts'
import {
  changeDesk,
  columns,
  forgetAll,
  listConversations,
  listHandoffs,
  queueLength,
} from './postgresDesk.ts'
import { addressed, type Connections, openConnections, type Query, UnsureCommit } from './postgresPool.ts'
import {
  activityId,
  EVENTS_REMEMBERED_MS,
  erased,
  isSent,
  json,
  PASSES_REMEMBERED_MS,
  QUESTIONS_KEPT_MS,
  seqOf,
  toConversation,
  toOutgoing,
  toPass,
  toPending,
} from './rows.ts'

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
  readonly #onError: (error: unknown) => void
  /** Each with what it does when something may have been missed. */
  readonly #listeners = new Map<(conversation: string, seq: number) => void, (() => void) | undefined>()
  readonly #hints: Hints
  /** Under which this process claims its work. */
  readonly #self = randomUUID()
  /** Conversations with a commit whose answer was lost, until somebody has looked. */
  readonly #unsure = new Set<string>()
  #forgotAt = 0

  constructor(db: Connections, schema: string, now: () => number, onError: (error: unknown) => void) {
    this.#db = db
    this.#now = now
    this.#onError = onError
    this.board = new PostgresBoard(db, schema)
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

  async accept(inbound: Inbound): Promise<Accepted> {
    const accepted = await this.#told(inbound.conversation, (query) => this.#accept(query, inbound))
    if (inbound.logged && !accepted.seen) this.#say(inbound.conversation, seqOf(accepted.activityId))
    await this.#forget()
    return accepted
  }

  knows(channel: string, eventId: string): Promise<boolean> {
    return isKnown(this.#db.query, channel, eventId)
  }

  async pending(conversation: string): Promise<Pending | undefined> {
    const [row] = await this.#db.query(
      'SELECT channel, event, activity, reply FROM inbox WHERE conversation = $1 AND activity IS NOT NULL ORDER BY place LIMIT 1',
      [conversation],
    )
    if (this.#unsure.delete(conversation)) this.#say(conversation, 0)
    return row && toPending(row)
  }

  async waiting(): Promise<string[]> {
    const rows = await this.#db.query(
      `SELECT DISTINCT conversation FROM inbox WHERE activity IS NOT NULL AND NOT ${heldByOthers('turn')}`,
      [this.#self],
    )
    return rows.map((row) => row.conversation as string)
  }

  isShared(): boolean {
    return true
  }

  async hold(work: string, ms: number): Promise<boolean> {
    const [row] = await this.#db.query(
      `INSERT INTO leases (work, holder, held_until) VALUES ($1, $2, now() + $3 * interval '1 millisecond')
       ON CONFLICT (work) DO UPDATE SET
         holder = CASE WHEN ${isFree} THEN excluded.holder ELSE leases.holder END,
         held_until = CASE WHEN ${isFree} THEN excluded.held_until ELSE leases.held_until END,
         is_wanted = leases.is_wanted OR NOT ${isFree}
       RETURNING holder`,
      [work, this.#self, ms],
    )
    return row?.holder === this.#self
  }

  async letGo(work: string): Promise<boolean> {
    const [row] = await this.#db.query(
      'DELETE FROM leases WHERE work = $1 AND holder = $2 RETURNING is_wanted',
      [work, this.#self],
    )
    return Boolean(row?.is_wanted)
  }

  async commit(turn: Turn): Promise<'committed' | 'stale' | 'seen'> {
    const last = await this.#told(turn.conversation, (query) => this.#commit(query, turn))
    if (last === 'stale' || last === 'seen') return last
    if (last) this.#say(turn.conversation, seqOf(last))
    return 'committed'
  }

  async activities(conversation: string, after: number, most: number): Promise<Logged[]> {
    const rows = await this.#db.query(
      'SELECT seq, activity FROM activities WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3',
      [conversation, after, most],
    )
    return rows.map((row) => ({ seq: row.seq as number, activity: JSON.parse(row.activity as string) }))
  }

  erase(conversation: string, activityId: string): Promise<void> {
    return this.#db.transaction(async (query) => {
      const [row] = await query(
        'SELECT activity FROM activities WHERE conversation = $1 AND seq = $2 FOR UPDATE',
        [conversation, seqOf(activityId)],
      )
      if (!row) return
      await query('UPDATE activities SET activity = $1 WHERE conversation = $2 AND seq = $3', [
        JSON.stringify(erased(JSON.parse(row.activity as string))),
        conversation,
        seqOf(activityId),
      ])
      await query(
        'UPDATE inbox SET activity = $1 WHERE conversation = $2 AND activity_id = $3 AND activity IS NOT NULL',
        [JSON.stringify({ type: 'messageDelete', id: activityId }), conversation, activityId],
      )
    })
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

  async pass(id: string): Promise<(Pass & { isSpent: boolean }) | undefined> {
    const [row] = await this.#db.query(
      'SELECT id, flow, step, request, expires_at, spent_at FROM passes WHERE id = $1',
      [id],
    )
    return row && { ...toPass(row), isSpent: row.spent_at !== null }
  }

  spend(id: string, tells?: (pass: Pass, requesters: string[]) => Inbound[]): Promise<Pass | undefined> {
    return this.#db.transaction(async (query) => {
      const now = this.#now()
      const [row] = await query(
        'UPDATE passes SET spent_at = $1 WHERE id = $2 AND spent_at IS NULL AND expires_at > $1 RETURNING id, flow, step, request, expires_at',
        [now, id],
      )
      if (!row) return undefined
      const pass = toPass(row)
      await this.#acceptAll(query, tells?.(pass, await requesters(query, pass.request)) ?? [])
      return pass
    })
  }

  async outgoing(conversation: string): Promise<(Outgoing & { dueAt: number }) | undefined> {
    const [row] = await this.#db.query(
      'SELECT outbox.id, conversation, outbox.channel, activities, reply, attempts, due_at, note, reference FROM outbox JOIN conversations ON conversations.id = conversation WHERE conversation = $1 ORDER BY outbox.id LIMIT 1',
      [conversation],
    )
    return row && toOutgoing(row)
  }

  async sending(): Promise<string[]> {
    const rows = await this.#db.query(
      `SELECT DISTINCT conversation FROM outbox WHERE NOT ${heldByOthers('send')}`,
      [this.#self],
    )
    return rows.map((row) => row.conversation as string)
  }

  async sent(id: number): Promise<void> {
    await this.#db.query('DELETE FROM outbox WHERE id = $1', [id])
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

  async unanswered(): Promise<Unanswered[]> {
    const since = this.#now() - QUESTIONS_KEPT_MS
    const rows = await this.#db.query(
      'SELECT question, locale, kind, at FROM unanswered WHERE at >= $1 ORDER BY id',
      [since],
    )
    return rows as unknown as Unanswered[]
  }

  counts(from: string, to: string): Promise<Counted[]> {
    return listCounts(this.#db.query, from, to)
  }

  onLogged(listener: (conversation: string, seq: number) => void, missed?: () => void): () => void {
    this.#listeners.set(listener, missed)
    return () => this.#listeners.delete(listener)
  }

  async check(): Promise<void> {
    await this.#db.query('SELECT 1 AS one')
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    this.#hints.close()
    await this.board.close()
    await this.#db.close()
  }

  /** Locks its conversation first: copies of an event that come at once stand in line there. */
  async #accept(query: Query, inbound: Inbound): Promise<Accepted> {
    const { channel, eventId, conversation, logged } = inbound
    await query(
      'INSERT INTO conversations (id, channel, touched_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET touched_at = excluded.touched_at',
      [conversation, channel, this.#now()],
    )
    const [before] = await query('SELECT activity_id FROM inbox WHERE channel = $1 AND event = $2', [
      channel,
      eventId,
    ])
    if (before) return { seen: true, activityId: before.activity_id as string }
    const [activity] = logged ? await this.#log(query, conversation, [inbound.activity]) : [inbound.activity]
    const id = activity?.id ?? eventId
    await query(
      'INSERT INTO inbox (channel, event, conversation, activity_id, activity, reply, accepted_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [channel, eventId, conversation, id, JSON.stringify(activity), json(inbound.reply), this.#now()],
    )
    if (inbound.reference)
      await query('UPDATE conversations SET reference = $1 WHERE id = $2', [
        JSON.stringify(inbound.reference),
        conversation,
      ])
    return { seen: false, activityId: id }
  }

  /** Conversations are locked in the order of their ids, so that two turns that tell each other do not wait for ever. */
  async #acceptAll(query: Query, inbounds: Inbound[]): Promise<void> {
    const inOrder = [...inbounds].sort((one, other) => (one.conversation < other.conversation ? -1 : 1))
    for (const inbound of inOrder) await this.#accept(query, inbound)
  }

  /** The id of the last activity it has logged, if any. */
  async #commit(query: Query, turn: Turn): Promise<string | undefined | 'stale' | 'seen'> {
    const { conversation, tells = [] } = turn
    const now = this.#now()
    if (tells.length > 0) await lockAll(query, [conversation, ...tells.map((told) => told.conversation)])
    if (turn.isNew && (await isSeen(query, turn))) return 'seen'
    const advanced = await query(
      'UPDATE conversations SET state = $1, version = version + 1, touched_at = $4 WHERE id = $2 AND version = $3 RETURNING seq',
      [json(turn.state as object | undefined), conversation, turn.version, now],
    )
    if (advanced.length === 0) return 'stale'
    const said = turn.said.length > 0 ? await this.#log(query, conversation, turn.said) : []
    await changeDesk(query, turn, now)
    const sent = turn.sends ? said.filter(isSent) : []
    if (sent.length > 0) {
      await query('INSERT INTO outbox (conversation, channel, activities, reply) VALUES ($1, $2, $3, $4)', [
        conversation,
        turn.channel,
        JSON.stringify(sent),
        json(turn.reply),
      ])
    }
    for (const request of turn.requests) {
      await query('INSERT INTO requests (id, conversation) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        request,
        conversation,
      ])
    }
    for (const pass of turn.passes ?? []) await this.#issue(query, pass)
    await this.#acceptAll(query, tells)
    if (turn.question) await this.#keepQuestion(query, conversation, turn.question)
    if (turn.isNew) await this.#note(query, turn, said.at(-1)?.id ?? turn.eventId)
    else
      await query(
        ...counting(
          turn,
          'UPDATE inbox SET activity = NULL, reply = NULL WHERE channel = $1 AND event = $2',
          [turn.eventChannel, turn.eventId],
        ),
      )
    return said.at(-1)?.id
  }

  async #note(query: Query, turn: Turn, activityId: string): Promise<void> {
    const { eventChannel, eventId, conversation } = turn
    await query(
      ...counting(
        turn,
        'INSERT INTO inbox (channel, event, conversation, activity_id, accepted_at) VALUES ($1, $2, $3, $4, $5)',
        [eventChannel, eventId, conversation, activityId, this.#now()],
      ),
    )
  }

  async #log(query: Query, conversation: string, activities: Logged['activity'][]) {
    const [row] = await query('UPDATE conversations SET seq = seq + $1 WHERE id = $2 RETURNING seq', [
      activities.length,
      conversation,
    ])
    const first = (row?.seq as number) - activities.length + 1
    const logged = activities.map((activity, place) => ({
      ...activity,
      id: activityId(conversation, first + place),
    }))
    await query(
      'INSERT INTO activities (conversation, seq, activity) SELECT $1, $2 + place - 1, activity FROM unnest($3::text[]) WITH ORDINALITY AS said (activity, place)',
      [conversation, first, logged.map((activity) => JSON.stringify(activity))],
    )
    return logged
  }

  async #issue(query: Query, { id, flow, step, request, expiresAt }: Pass): Promise<void> {
    const longAgo = this.#now() - PASSES_REMEMBERED_MS
    await query('DELETE FROM passes WHERE id = $1 AND expires_at < $2', [id, longAgo])
    await query('INSERT INTO passes (id, flow, step, request, expires_at) VALUES ($1, $2, $3, $4, $5)', [
      id,
      flow,
      step,
      request,
      expiresAt,
    ])
  }

  async #keepQuestion(query: Query, conversation: string, { text, locale, kind }: Question): Promise<void> {
    const now = this.#now()
    if (text && !kind) {
      await query(
        'INSERT INTO asked (conversation, question, locale, at) VALUES ($1, $2, $3, $4) ON CONFLICT (conversation) DO UPDATE SET question = excluded.question, locale = excluded.locale, at = excluded.at',
        [conversation, text, locale, now],
      )
    }
    if (text && kind) {
      await query('INSERT INTO unanswered (question, locale, kind, at) VALUES ($1, $2, $3, $4)', [
        text,
        locale,
        kind,
        now,
      ])
    }
    if (!text && kind) {
      await query(
        'INSERT INTO unanswered (question, locale, kind, at) SELECT question, locale, $1, at FROM asked WHERE conversation = $2',
        [kind, conversation],
      )
    }
    if (kind) await query('DELETE FROM asked WHERE conversation = $1', [conversation])
  }

  /** Once an hour at most, so that the inbox stays bounded without a timer; whatever goes wrong there hurts nobody now. */
  async #forget(): Promise<void> {
    const now = this.#now()
    if (now - this.#forgotAt < 3600 * 1000) return
    this.#forgotAt = now
    const old: [string, number][] = [
      ['DELETE FROM inbox WHERE activity IS NULL AND accepted_at < $1', EVENTS_REMEMBERED_MS],
      ['DELETE FROM asked WHERE at < $1', QUESTIONS_KEPT_MS],
      ['DELETE FROM unanswered WHERE at < $1', QUESTIONS_KEPT_MS],
      ['DELETE FROM passes WHERE expires_at < $1', PASSES_REMEMBERED_MS],
    ]
    for (const [text, kept] of old) await this.#db.query(text, [now - kept]).catch(this.#onError)
    await this.#db.query('DELETE FROM leases WHERE held_until < now()').catch(this.#onError)
  }

  /** One whose answer was lost may have been committed, now or in a moment: who listens looks at once, and once more later. */
  async #told<T>(conversation: string, work: (query: Query) => Promise<T>): Promise<T> {
    try {
      return await this.#db.transaction(work)
    } catch (error) {
      if (error instanceof UnsureCommit) {
        this.#unsure.add(conversation)
        this.#say(conversation, 0)
      }
      throw error
    }
  }

  #say(conversation: string, seq: number): void {
    this.#tell(conversation, seq)
    this.#hints.give(conversation, seq)
  }

  #tell(conversation: string, seq: number): void {
    for (const listener of this.#listeners.keys()) listener(conversation, seq)
  }
}

/** Copies that come at once stand in line at their conversation. */
async function isSeen(query: Query, { conversation, eventChannel, eventId }: Turn): Promise<boolean> {
  await query('SELECT 1 AS one FROM conversations WHERE id = $1 FOR UPDATE', [conversation])
  return isKnown(query, eventChannel, eventId)
}

async function isKnown(query: Query, channel: string, eventId: string): Promise<boolean> {
  const known = await query('SELECT 1 AS one FROM inbox WHERE channel = $1 AND event = $2', [
    channel,
    eventId,
  ])
  return known.length > 0
}

const isFree = '(leases.holder = excluded.holder OR leases.held_until < now())'

/** `$1` is who asks. */
function heldByOthers(work: 'turn' | 'send'): string {
  return `EXISTS (SELECT 1 FROM leases WHERE work = '${work} ' || conversation AND holder <> $1 AND held_until >= now())`
}

async function lockAll(query: Query, conversations: string[]): Promise<void> {
  await query('SELECT 1 AS one FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE', [conversations])
}

async function requesters(query: Query, request: string): Promise<string[]> {
  const rows = await query('SELECT conversation FROM requests WHERE id = $1', [request])
  return rows.map((row) => row.conversation as string)
}
