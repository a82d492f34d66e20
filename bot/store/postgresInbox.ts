import type { Accepted, Conversation, Inbound, Pending, Turn } from './index.ts'
import { counting } from './postgresCounts.ts'
import { columns } from './postgresDesk.ts'
import { logAll } from './postgresLog.ts'
import type { Query } from './postgresPool.ts'
import { json, toConversation, toPending } from './rows.ts'

/** Stores an event. Locks its conversation first: copies of an event that come at once stand in line there. */
export async function acceptEvent(query: Query, inbound: Inbound, now: number): Promise<Accepted> {
  const { channel, eventId, conversation, logged } = inbound
  await query(
    'INSERT INTO conversations (id, channel, touched_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET touched_at = excluded.touched_at',
    [conversation, channel, now],
  )
  const [before] = await query('SELECT activity_id FROM inbox WHERE channel = $1 AND event = $2', [
    channel,
    eventId,
  ])
  if (before) return { seen: true, activityId: before.activity_id as string }
  const [activity] = logged ? await logAll(query, conversation, [inbound.activity]) : [inbound.activity]
  const id = activity?.id ?? eventId
  await query(
    'INSERT INTO inbox (channel, event, conversation, activity_id, activity, reply, accepted_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [channel, eventId, conversation, id, JSON.stringify(activity), json(inbound.reply), now],
  )
  if (inbound.reference)
    await query('UPDATE conversations SET reference = $1 WHERE id = $2', [
      JSON.stringify(inbound.reference),
      conversation,
    ])
  return { seen: false, activityId: id }
}

/** The conversation of an event that may be applied at once; nothing else waits there, and nobody has seen it. */
export async function freeFor(
  query: Query,
  { conversation, channel, eventId }: Inbound,
): Promise<Conversation | undefined> {
  const [row] = await query(
    `SELECT ${columns}, reference FROM conversations WHERE id = $1
       AND NOT EXISTS (SELECT 1 FROM inbox WHERE conversation = $1 AND activity IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM inbox WHERE channel = $2 AND event = $3)`,
    [conversation, channel, eventId],
  )
  return row && toConversation(row)
}

/** Conversations are locked in the order of their ids, so that two turns that tell each other do not wait for ever. */
export async function acceptEvents(query: Query, inbounds: Inbound[], now: number): Promise<void> {
  const inOrder = [...inbounds].sort((one, other) => (one.conversation < other.conversation ? -1 : 1))
  for (const inbound of inOrder) await acceptEvent(query, inbound, now)
}

/** The oldest event of a conversation that waits for its turn. */
export async function pendingOf(query: Query, conversation: string): Promise<Pending | undefined> {
  const [row] = await query(
    'SELECT channel, event, activity, reply FROM inbox WHERE conversation = $1 AND activity IS NOT NULL ORDER BY place LIMIT 1',
    [conversation],
  )
  return row && toPending(row)
}

/** Whether this event was accepted, or noted with a commit. */
export async function isKnown(query: Query, channel: string, eventId: string): Promise<boolean> {
  const known = await query('SELECT 1 AS one FROM inbox WHERE channel = $1 AND event = $2', [
    channel,
    eventId,
  ])
  return known.length > 0
}

/** The same for a turn whose event nobody has accepted before; copies that come at once stand in line at their conversation. */
export async function isSeen(query: Query, { conversation, eventChannel, eventId }: Turn): Promise<boolean> {
  await query('SELECT 1 AS one FROM conversations WHERE id = $1 FOR UPDATE', [conversation])
  return isKnown(query, eventChannel, eventId)
}

/** Notes that the turn has applied its event, with what it has counted: the last statement of its commit. */
export async function applied(query: Query, turn: Turn, activityId: string, now: number): Promise<void> {
  const { eventChannel, eventId, conversation } = turn
  const statement: [text: string, params: unknown[]] = turn.isNew
    ? [
        'INSERT INTO inbox (channel, event, conversation, activity_id, accepted_at) VALUES ($1, $2, $3, $4, $5)',
        [eventChannel, eventId, conversation, activityId, now],
      ]
    : [
        'UPDATE inbox SET activity = NULL, reply = NULL WHERE channel = $1 AND event = $2',
        [eventChannel, eventId],
      ]
  await query(...counting(turn, ...statement))
}
