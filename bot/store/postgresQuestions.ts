import type { Question, Unanswered } from './index.ts'
import type { Query } from './postgresPool.ts'

/** Keeps what was asked until it is known whether the answer helped, and what it was when it did not. */
export async function keepQuestion(
  query: Query,
  conversation: string,
  { text, locale, kind }: Question,
  now: number,
): Promise<void> {
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

/** The questions without an answer that helped since then, oldest first. */
export async function listUnanswered(query: Query, since: number): Promise<Unanswered[]> {
  const rows = await query('SELECT question, locale, kind, at FROM unanswered WHERE at >= $1 ORDER BY id', [
    since,
  ])
  return rows as unknown as Unanswered[]
}
