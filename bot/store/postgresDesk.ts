import type { Handoff, HandoffsOf, Listed, Listing, Turn } from './index.ts'
import type { Query } from './postgresPool.ts'
import { toHandoff, toListed } from './rows.ts'

/** The columns of a conversation, named as in `Conversation`. */
export const columns = `id, channel, version, state, seq, owner, agent, queued_at AS "queuedAt",
  waiting_since AS "waitingSince", touched_at AS "touchedAt"`

/** Makes what a commit says of the owner and of the handoff; nothing for most. */
export async function changeDesk(
  query: Query,
  { conversation, ownership, handoff }: Turn,
  now: number,
): Promise<void> {
  if (ownership) {
    const { owner, agent, queuedAt, waitingSince } = ownership
    await query(
      'UPDATE conversations SET owner = $1, agent = $2, queued_at = $3, waiting_since = $4 WHERE id = $5',
      [owner, agent, queuedAt, waitingSince, conversation],
    )
  }
  if (!handoff) return
  if ('begins' in handoff) {
    await query('INSERT INTO handoffs (id, conversation, initiated_at, summary) VALUES ($1, $2, $3, $4)', [
      handoff.begins,
      conversation,
      now,
      JSON.stringify(handoff.summary),
    ])
  } else if ('accepts' in handoff) {
    await query(
      'UPDATE handoffs SET accepted_at = coalesce(accepted_at, $1), agent = $2 WHERE conversation = $3 AND ended_at IS NULL',
      [now, handoff.accepts, conversation],
    )
  } else if ('rates' in handoff) {
    await query(
      `UPDATE handoffs SET rating = $1 WHERE rating IS NULL AND id = (SELECT id FROM handoffs
       WHERE conversation = $2 AND how = 'closed' ORDER BY initiated_at DESC, id DESC LIMIT 1)`,
      [handoff.rates, conversation],
    )
  } else {
    await query('UPDATE handoffs SET ended_at = $1, how = $2 WHERE conversation = $3 AND ended_at IS NULL', [
      now,
      handoff.ends,
      conversation,
    ])
  }
}

/** One page of a list of conversations. */
export async function listConversations(query: Query, { owner, after, most }: Listing): Promise<Listed[]> {
  const listed = `SELECT ${columns},
    (SELECT activity FROM activities WHERE conversation = id AND activities.seq = conversations.seq) AS last
    FROM conversations`
  const rows =
    owner === 'queue'
      ? await query(
          `${listed} WHERE owner = 'queue' AND ($1::text IS NULL OR (queued_at, id) > (SELECT queued_at, id FROM conversations WHERE id = $1))
           ORDER BY queued_at, id LIMIT $2`,
          [after ?? null, most],
        )
      : await query(
          `${listed} WHERE ${owner && owner !== 'bot' ? "owner <> 'bot' AND owner = $1" : '($1::text IS NULL OR owner = $1)'} AND ($2::text IS NULL OR (touched_at, id) < (SELECT touched_at, id FROM conversations WHERE id = $2))
           ORDER BY touched_at DESC, id DESC LIMIT $3`,
          [owner ?? null, after ?? null, most],
        )
  return rows.map(toListed)
}

/** How many wait; of those who came before `queuedAt` when it is given. */
export async function queueLength(query: Query, queuedAt: number = Number.MAX_SAFE_INTEGER): Promise<number> {
  const [row] = await query(
    "SELECT count(*) AS length FROM conversations WHERE owner = 'queue' AND queued_at < $1",
    [queuedAt],
  )
  return row?.length as number
}

/** The handoffs of these conversations, or all since then. */
export async function listHandoffs(query: Query, of: HandoffsOf): Promise<Handoff[]> {
  const handoff = `SELECT id, conversation, initiated_at AS "initiatedAt", accepted_at AS "acceptedAt",
    ended_at AS "endedAt", how, agent, summary, rating FROM handoffs`
  const rows =
    'since' in of
      ? await query(`${handoff} WHERE initiated_at >= $1 ORDER BY initiated_at, id`, [of.since])
      : await query(`${handoff} WHERE conversation = ANY($1) ORDER BY initiated_at, id`, [
          'conversations' in of ? of.conversations : [of.conversation],
        ])
  return rows.map(toHandoff)
}

/** Deletes conversations with everything of them, `before` being later than anything that was accepted for them. */
export async function forgetAll(query: Query, wanted: readonly string[], before?: number): Promise<void> {
  // As every turn does, the conversation first: one that commits meanwhile would leave its words behind, with no owner.
  const locked = 'SELECT id FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE'
  const ids = (await query(locked, [wanted])).map(({ id }) => id)
  // Of many at once by their age, which needs fewer looks.
  if (before === undefined) await query('DELETE FROM inbox WHERE conversation = ANY($1)', [ids])
  else {
    await query('DELETE FROM inbox WHERE activity IS NULL AND accepted_at < $1', [before])
    await query('DELETE FROM inbox WHERE conversation = ANY($1) AND activity IS NOT NULL', [ids])
  }
  for (const table of ['activities', 'requests', 'asked', 'outbox', 'handoffs'])
    await query(`DELETE FROM ${table} WHERE conversation = ANY($1)`, [ids])
  await query('DELETE FROM conversations WHERE id = ANY($1)', [ids])
}
