import type { Counted, Turn } from './index.ts'
import type { Query } from './postgresPool.ts'

/** Turns that come to the same step at the same instant count into so many rows, and seldom wait for each other. */
const shards = 16

/**
 * A turn's last statement, together with its counts: they cost no way to the database of their own, and their rows are
 * locked no longer than the commit takes. In the order of their keys, so that two turns never wait for each other for ever.
 */
export function counting(turn: Turn, text: string, params: unknown[]): [text: string, params: unknown[]] {
  const { counts, channel, conversation } = turn
  if (!counts || counts.of.length === 0) return [text, params]
  const p = (place: number) => `$${params.length + place}`
  const counted = `WITH counted AS (
    INSERT INTO counts (day, channel, flow, step, what, detail, shard, times)
    SELECT ${p(1)}::text, ${p(2)}::text, flow, step, what, detail, ${p(3)}::int, count(*)
    FROM unnest(${p(4)}::text[], ${p(5)}::text[], ${p(6)}::text[], ${p(7)}::text[]) AS happened (flow, step, what, detail)
    GROUP BY flow, step, what, detail ORDER BY flow, step, what, detail
    ON CONFLICT (day, channel, flow, step, what, detail, shard) DO UPDATE SET times = counts.times + excluded.times
  )`
  const columns = (['flow', 'step', 'what', 'detail'] as const).map((name) =>
    counts.of.map((count) => count[name]),
  )
  return [`${counted} ${text}`, [...params, counts.day, channel, shardOf(conversation), ...columns]]
}

/** What was counted from one day to another. */
export async function listCounts(query: Query, from: string, to: string): Promise<Counted[]> {
  const rows = await query(
    `SELECT day, channel, flow, step, what, detail, sum(times)::bigint AS times FROM counts
     WHERE day BETWEEN $1 AND $2 GROUP BY day, channel, flow, step, what, detail
     ORDER BY day, channel, flow, step, what, detail`,
    [from, to],
  )
  return rows as unknown as Counted[]
}

/** Which of the rows of a count a conversation adds to. */
export function shardOf(conversation: string): number {
  let sum = 0
  for (let at = 0; at < conversation.length; at++) sum += conversation.charCodeAt(at)
  return sum % shards
}
