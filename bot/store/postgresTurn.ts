import type { Turn } from './index.ts'
import { changeDesk } from './postgresDesk.ts'
import { acceptEvents, applied, isSeen } from './postgresInbox.ts'
import { eraseWords, logAll } from './postgresLog.ts'
import { issuePass } from './postgresPasses.ts'
import type { Query } from './postgresPool.ts'
import { keepQuestion } from './postgresQuestions.ts'
import { isSent, json } from './rows.ts'

/**
 * Also refused when another process has applied the event: one that stood still after it had read what waits, and then
 * read the conversation as the other has left it, has the right version.
 */
const advancing = `UPDATE conversations SET state = $1, version = version + 1, touched_at = $4
  WHERE id = $2 AND version = $3
    AND NOT EXISTS (SELECT 1 FROM inbox WHERE channel = $5 AND event = $6 AND activity IS NULL)
  RETURNING seq`

/** Everything a turn changes, in the transaction of `query`. Gives the id of the last activity it has logged, if any. */
export async function commitTurn(
  query: Query,
  turn: Turn,
  now: number,
): Promise<string | undefined | 'stale' | 'seen'> {
  const { conversation, tells = [] } = turn
  if (tells.length > 0) await lockAll(query, [conversation, ...tells.map((told) => told.conversation)])
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
  await changeDesk(query, turn, now)
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
  for (const pass of turn.passes ?? []) await issuePass(query, pass, now)
  await acceptEvents(query, tells, now)
  if (turn.question) await keepQuestion(query, conversation, turn.question, now)
  if (turn.unsays) await eraseWords(query, conversation, turn.unsays)
  await applied(query, turn, said.at(-1)?.id ?? turn.eventId, now)
  return said.at(-1)?.id
}

async function lockAll(query: Query, conversations: string[]): Promise<void> {
  await query('SELECT 1 AS one FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE', [conversations])
}
