import type { DatabaseSync } from 'node:sqlite'
import type { Handoff, HandoffsOf, Listed, Listing, Turn } from './index.ts'
import { type Row, toHandoff, toListed } from './rows.ts'

/** Tables with rows of one conversation, and an index on it; forgotten together with it. */
const tables = ['activities', 'requests', 'asked', 'outbox', 'handoffs']

/** Who has which conversation: the part of the SQLite store that the agents' desk works with. Opens no transaction. */
export class SqliteDesk {
  readonly #sql: ReturnType<typeof statements>

  constructor(db: DatabaseSync) {
    this.#sql = statements(db)
  }

  /** Makes what a commit says of the owner and of the handoff; nothing for most. */
  change({ conversation, ownership, handoff }: Turn, now: number): void {
    if (ownership) {
      const { owner, agent, queuedAt, waitingSince } = ownership
      this.#sql.own.run(owner, agent, queuedAt, waitingSince, conversation)
    }
    if (!handoff) return
    if ('begins' in handoff)
      this.#sql.begin.run(handoff.begins, conversation, now, JSON.stringify(handoff.summary))
    else if ('accepts' in handoff) this.#sql.acceptance.run(now, handoff.accepts, conversation)
    else if ('rates' in handoff) this.#sql.rate.run(handoff.rates, conversation)
    else this.#sql.end.run(now, handoff.ends, conversation)
  }

  list({ owner, after: last, most }: Listing): Listed[] {
    const after = last ?? null
    const rows =
      owner === 'queue'
        ? this.#sql.queue.all(after, after, most)
        : owner && owner !== 'bot'
          ? this.#sql.owned.all(owner, after, after, most)
          : after === null
            ? this.#sql.latest.all(owner ?? null, owner ?? null, most)
            : this.#sql.older.all(after, owner ?? null, owner ?? null, most)
    return (rows as Row[]).map(toListed)
  }

  queueLength(queuedAt: number = Number.MAX_SAFE_INTEGER): number {
    return (this.#sql.ahead.get(queuedAt) as { length: number }).length
  }

  handoffs(of: HandoffsOf): Handoff[] {
    const rows =
      'since' in of
        ? this.#sql.handoffsSince.all(of.since)
        : 'conversations' in of
          ? this.#sql.handoffsOf.all(JSON.stringify(of.conversations))
          : this.#sql.handoffs.all(of.conversation)
    return (rows as Row[]).map(toHandoff)
  }

  untouched(before: number, most: number): string[] {
    return (this.#sql.untouched.all(before, most) as Row[]).map(({ id }) => id as string)
  }

  /** Reads the whole inbox: right for one, too slow for many. */
  forget(conversation: string): void {
    this.#sql.forgetEvents.run(conversation)
    this.#remove(conversation)
  }

  /** Of conversations untouched since `before`, everything that was accepted is as old. */
  forgetUntouched(conversations: readonly string[], before: number): void {
    this.#sql.forgetApplied.run(before)
    for (const conversation of conversations) {
      this.#sql.forgetPending.run(conversation)
      this.#remove(conversation)
    }
  }

  #remove(conversation: string): void {
    for (const remove of this.#sql.remove) remove.run(conversation)
  }
}

/** A conversation of a list, with the newest activity of its log. */
const listed = `SELECT id, channel, version, state, seq, owner, agent, queued_at AS queuedAt,
  waiting_since AS waitingSince, touched_at AS touchedAt,
  (SELECT activity FROM activities WHERE conversation = id AND activities.seq = conversations.seq) AS last
  FROM conversations`

/** SQLite looks into its index of the few that the bot does not have only for a query that says so in these words. */
export const held = "owner <> 'bot'"

const handoff = `SELECT id, conversation, initiated_at AS initiatedAt, accepted_at AS acceptedAt,
  ended_at AS endedAt, how, agent, summary, rating FROM handoffs`

function statements(db: DatabaseSync) {
  return {
    own: db.prepare(
      'UPDATE conversations SET owner = ?, agent = ?, queued_at = ?, waiting_since = ? WHERE id = ?',
    ),
    begin: db.prepare('INSERT INTO handoffs (id, conversation, initiated_at, summary) VALUES (?, ?, ?, ?)'),
    acceptance: db.prepare(
      'UPDATE handoffs SET accepted_at = coalesce(accepted_at, ?), agent = ? WHERE conversation = ? AND ended_at IS NULL',
    ),
    end: db.prepare('UPDATE handoffs SET ended_at = ?, how = ? WHERE conversation = ? AND ended_at IS NULL'),
    rate: db.prepare(
      `UPDATE handoffs SET rating = ? WHERE rating IS NULL AND id = (SELECT id FROM handoffs
       WHERE conversation = ? AND how = 'closed' ORDER BY initiated_at DESC, id DESC LIMIT 1)`,
    ),
    queue: db.prepare(
      `${listed} WHERE ${held} AND owner = 'queue' AND (? IS NULL OR (queued_at, id) > (SELECT queued_at, id FROM conversations WHERE id = ?))
       ORDER BY queued_at, id LIMIT ?`,
    ),
    owned: db.prepare(
      `${listed} WHERE ${held} AND owner = ? AND (? IS NULL OR (touched_at, id) < (SELECT touched_at, id FROM conversations WHERE id = ?))
       ORDER BY touched_at DESC, id DESC LIMIT ?`,
    ),
    latest: db.prepare(`${listed} WHERE (? IS NULL OR owner = ?) ORDER BY touched_at DESC, id DESC LIMIT ?`),
    // Found by the index: a walk through all of them would else read each page's predecessors again.
    older: db.prepare(
      `${listed} JOIN (SELECT touched_at AS at, id AS last_id FROM conversations WHERE id = ?)
       WHERE (? IS NULL OR owner = ?) AND touched_at <= at AND (touched_at < at OR id < last_id)
       ORDER BY touched_at DESC, id DESC LIMIT ?`,
    ),
    ahead: db.prepare(
      `SELECT count(*) AS length FROM conversations WHERE ${held} AND owner = 'queue' AND queued_at < ?`,
    ),
    handoffs: db.prepare(`${handoff} WHERE conversation = ? ORDER BY initiated_at, id`),
    handoffsOf: db.prepare(
      `${handoff} WHERE conversation IN (SELECT value FROM json_each(?)) ORDER BY initiated_at, id`,
    ),
    handoffsSince: db.prepare(`${handoff} WHERE initiated_at >= ? ORDER BY initiated_at, id`),
    untouched: db.prepare('SELECT id FROM conversations WHERE touched_at < ? LIMIT ?'),
    forgetEvents: db.prepare('DELETE FROM inbox WHERE conversation = ?'),
    forgetPending: db.prepare('DELETE FROM inbox WHERE conversation = ? AND activity IS NOT NULL'),
    forgetApplied: db.prepare('DELETE FROM inbox WHERE activity IS NULL AND accepted_at < ?'),
    remove: [
      ...tables.map((table) => db.prepare(`DELETE FROM ${table} WHERE conversation = ?`)),
      db.prepare('DELETE FROM conversations WHERE id = ?'),
    ],
  }
}
