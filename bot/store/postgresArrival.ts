import type { Logged, Turn } from './index.ts'
import { shardOf } from './postgresCounts.ts'
import type { Query } from './postgresPool.ts'
import { activityId, isSent, json } from './rows.ts'

/**
 * What nearly every turn changes, and the event it applies, in one statement: where it is all, it is one way to the
 * database, and commits by itself. Each part writes nothing unless the conversation still stands as the turn has read it,
 * with nothing waiting in it. An event that another process stores at this very instant meets the key of the inbox.
 */
const arriving = statement()
const arrivingWithQuestion = statement(`, asking AS (
    INSERT INTO asked (conversation, question, locale, at)
    SELECT id, $21::text, $22::text, $6 FROM moved WHERE $21::text IS NOT NULL AND $23::text IS NULL
    ON CONFLICT (conversation) DO UPDATE SET question = excluded.question, locale = excluded.locale, at = excluded.at
  ), unanswering AS (
    INSERT INTO unanswered (question, locale, kind, at)
    SELECT $21::text, $22::text, $23::text, $6 FROM moved WHERE $21::text IS NOT NULL AND $23::text IS NOT NULL
    UNION ALL
    SELECT question, locale, $23::text, at FROM asked JOIN moved ON id = conversation
    WHERE $21::text IS NULL AND $23::text IS NOT NULL
  ), forgetting AS (
    DELETE FROM asked USING moved WHERE conversation = moved.id AND $23::text IS NOT NULL
  )`)

function statement(more = ''): string {
  return `WITH moved AS (
    UPDATE conversations SET state = $3, version = version + 1, seq = seq + cardinality($5::text[]), touched_at = $6,
      reference = coalesce($7, reference)
    WHERE id = $1 AND version = $2 AND seq = $4
      AND NOT EXISTS (SELECT 1 FROM inbox WHERE conversation = $1 AND activity IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM inbox WHERE channel = $8 AND event = $9)
    RETURNING id
  ), logged AS (
    INSERT INTO activities (conversation, seq, activity)
    SELECT id, $4::bigint + place, activity FROM moved, unnest($5::text[]) WITH ORDINALITY AS said (activity, place)
  ), sent AS (
    INSERT INTO outbox (conversation, channel, activities, reply)
    SELECT id, $11, $12, $13 FROM moved WHERE $12::text IS NOT NULL
  ), requested AS (
    INSERT INTO requests (id, conversation)
    SELECT request, moved.id FROM moved, unnest($14::text[]) AS request ON CONFLICT DO NOTHING
  ), counted AS (
    INSERT INTO counts (day, channel, flow, step, what, detail, shard, times)
    SELECT $15::text, $11, flow, step, what, detail, $16::int, count(*)
    FROM moved, unnest($17::text[], $18::text[], $19::text[], $20::text[]) AS happened (flow, step, what, detail)
    GROUP BY flow, step, what, detail ORDER BY flow, step, what, detail
    ON CONFLICT (day, channel, flow, step, what, detail, shard) DO UPDATE SET times = counts.times + excluded.times
  ), noted AS (
    INSERT INTO inbox (channel, event, conversation, activity_id, accepted_at) SELECT $8, $9, id, $10, $6 FROM moved
  )${more}
  SELECT id FROM moved`
}

/** Whether a turn changes no more than one statement can: then it needs no transaction around it. */
export function isOneStatement({ accepts, tells, ownership, handoff, passes, unsays }: Turn): boolean {
  const others = (tells?.length ?? 0) + (passes?.length ?? 0)
  return accepts !== undefined && others === 0 && !ownership && !handoff && !unsays
}

/** Applies the event that the turn accepts; gives what was logged, the event first where it belongs into the log. */
export async function applyArrival(
  query: Query,
  turn: Turn,
  { inbound, seq }: NonNullable<Turn['accepts']>,
  now: number,
): Promise<Logged[] | 'stale'> {
  const { conversation, counts, question } = turn
  const logged = (inbound.logged ? [inbound.activity, ...turn.said] : turn.said).map((activity, place) => ({
    seq: seq + place + 1,
    activity: { ...activity, id: activityId(conversation, seq + place + 1) },
  }))
  const said = logged.slice(inbound.logged ? 1 : 0).map(({ activity }) => activity)
  const sent = turn.sends ? said.filter(isSent) : []
  const counted = (name: 'flow' | 'step' | 'what' | 'detail') =>
    (counts?.of ?? []).map((count) => count[name])
  const moved = await query(question ? arrivingWithQuestion : arriving, [
    conversation,
    turn.version,
    json(turn.state as object | undefined),
    seq,
    logged.map(({ activity }) => JSON.stringify(activity)),
    now,
    json(inbound.reference),
    inbound.channel,
    inbound.eventId,
    inbound.logged ? logged[0]?.activity.id : (inbound.activity.id ?? inbound.eventId),
    turn.channel,
    sent.length > 0 ? JSON.stringify(sent) : null,
    json(turn.reply),
    turn.requests,
    counts?.day ?? '',
    shardOf(conversation),
    counted('flow'),
    counted('step'),
    counted('what'),
    counted('detail'),
    ...(question ? [question.text, question.locale, question.kind] : []),
  ]).catch(keyOfInbox)
  return moved.length > 0 ? logged : 'stale'
}

/** Nothing was changed: another process has stored the event meanwhile. */
function keyOfInbox(error: { code?: string; table?: string }): never[] {
  if (error.code === '23505' && error.table === 'inbox') return []
  throw error
}
