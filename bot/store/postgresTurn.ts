import type { Logged, Turn } from './index.ts'
import { applyArrival } from './postgresArrival.ts'
import { changeDesk } from './postgresDesk.ts'
import { acceptEvents, applied, isSeen } from './postgresInbox.ts'
import { eraseWords, logAll } from './postgresLog.ts'
import { issuePass } from './postgresPasses.ts'
import type { Query } from './postgresPool.ts'
import { keepQuestion } from './postgresQuestions.ts'
import { erased, isSent, json, seqOf } from './rows.ts'

/**
 * Also refused when another process has applied the event: one that stood still after it had read what waits, and then
 * read the conversation as the other has left it, has the right version.
 */
const advancing = `UPDATE conversations SET state = $1, version = version + 1, touched_at = $4
  WHERE id = $2 AND version = $3
    AND NOT EXISTS (SELECT 1 FROM inbox WHERE channel = $5 AND event = $6 AND activity IS NULL)
  RETURNING seq`

/** Everything a turn changes, in the transaction of `query`. Gives what it has logged. */
export async function commitTurn(
  query: Query,
  turn: Turn,
  now: number,
): Promise<Logged[] | 'stale' | 'seen'> {
  const { conversation, tells = [] } = turn
  if (tells.length > 0) await lockAll(query, [conversation, ...tells.map((told) => told.conversation)])
  const logged = turn.accepts
    ? await applyArrival(query, turn, turn.accepts, now)
    : await advance(query, turn, now)
  if (logged === 'stale' || logged === 'seen') return logged
  await changeDesk(query, turn, now)
  for (const pass of turn.passes ?? []) await issuePass(query, pass, now)
  await acceptEvents(query, tells, now)
  if (turn.question && !turn.accepts) await keepQuestion(query, conversation, turn.question, now)
  if (turn.unsays) await eraseWords(query, conversation, turn.unsays)
  if (!turn.accepts) await applied(query, turn, logged.at(-1)?.activity.id ?? turn.eventId, now)
  // Whoever listens must not be told what the log has no longer.
  return logged.map((entry) =>
    entry.activity.id === turn.unsays ? { ...entry, activity: erased(entry.activity) } : entry,
  )
}

/** What a turn says of an event that was stored before, or of one that nobody has brought. */
async function advance(query: Query, turn: Turn, now: number): Promise<Logged[] | 'stale' | 'seen'> {
  const { conversation } = turn
  if (turn.isNew && (await isSeen(query, turn))) return 'seen'
  const advanced = await query(advancing, [
    json(turn.state as object | undefined),
    conversation,
    turn.version,
    now,
    turn.eventChannel,
    turn.eventId,
  ])
  if (advanced.length === 0) return 'stale'
  const said = turn.said.length > 0 ? await logAll(query, conversation, turn.said) : []
  const sent = turn.sends ? said.filter(isSent) : []
  if (sent.length > 0)
    await query('INSERT INTO outbox (conversation, channel, activities, reply) VALUES ($1, $2, $3, $4)', [
      conversation,
      turn.channel,
      JSON.stringify(sent),
      json(turn.reply),
    ])
  for (const request of turn.requests)
    await query('INSERT INTO requests (id, conversation) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      request,
      conversation,
    ])
  return said.map((activity) => ({ seq: seqOf(activity.id), activity }))
}

async function lockAll(query: Query, conversations: string[]): Promise<void> {
  await query('SELECT 1 AS one FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE', [conversations])
}
