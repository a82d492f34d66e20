import type { Logged } from './index.ts'
import type { Query } from './postgresPool.ts'
import { activityId, erased, seqOf } from './rows.ts'

/** Puts activities at the end of a conversation's log; gives them with their ids. */
export async function logAll(query: Query, conversation: string, activities: Logged['activity'][]) {
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

/** The log after a sequence number, in order. */
export async function readLog(
  query: Query,
  conversation: string,
  after: number,
  most: number,
): Promise<Logged[]> {
  const rows = await query(
    'SELECT seq, activity FROM activities WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3',
    [conversation, after, most],
  )
  return rows.map((row) => ({ seq: row.seq as number, activity: JSON.parse(row.activity as string) }))
}

/** Takes the words out of an activity, and out of its event when that waits for its turn. */
export async function eraseWords(query: Query, conversation: string, activityId: string): Promise<void> {
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
}
