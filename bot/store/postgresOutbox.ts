import type { Unsent } from './index.ts'
import { claiming } from './postgresLeases.ts'
import type { Query } from './postgresPool.ts'
import { toUnsent } from './rows.ts'

const unsent = `SELECT outbox.id, conversation, outbox.channel, activities, reply, attempts, due_at, note, reference
  FROM outbox JOIN conversations ON conversations.id = conversation`

/** The oldest of a conversation. */
export async function oldestUnsent(query: Query, conversation: string): Promise<Unsent | undefined> {
  const [row] = await query(`${unsent} WHERE conversation = $1 ORDER BY outbox.id LIMIT 1`, [conversation])
  return row && toUnsent(row)
}

/**
 * What another process has sent while we waited for its claim is gone, and must not be seen as it was when the statement
 * began: that is what the lock on the row is for. It is looked for after the claim, never before.
 */
const claimingOutbox = `WITH lane AS (${claiming})
  SELECT lane.holder, oldest.* FROM lane LEFT JOIN LATERAL (
    ${unsent} WHERE conversation = $4 AND lane.holder = $2 ORDER BY outbox.id LIMIT 1 FOR UPDATE OF outbox
  ) AS oldest ON true`

/** Claims the sending of a conversation for `holder`, with the oldest there is; undefined when another process has it. */
export async function claimOutbox(
  query: Query,
  conversation: string,
  holder: string,
  ms: number,
): Promise<{ out?: Unsent } | undefined> {
  const [row] = await query(claimingOutbox, [`send ${conversation}`, holder, ms, conversation])
  if (row?.holder !== holder) return undefined
  return row.id === null ? {} : { out: toUnsent(row) }
}

const takingOut = `WITH taken AS (
    DELETE FROM outbox WHERE id = $1
  ), next AS (
    ${unsent} WHERE conversation = $2 AND outbox.id <> $1 ORDER BY outbox.id LIMIT 1
  ), given AS (
    DELETE FROM leases WHERE work = $3 AND holder = $4 AND NOT EXISTS (SELECT 1 FROM next) RETURNING is_wanted
  )
  SELECT next.*, (SELECT is_wanted FROM given) AS is_wanted FROM (SELECT 1) AS one LEFT JOIN next ON true`

/** Takes one out that was sent, and gives the next; when there is none, the claim of `holder` is given back. */
export async function takeOut(
  query: Query,
  { id, conversation }: Pick<Unsent, 'id' | 'conversation'>,
  holder: string,
): Promise<{ next?: Unsent; isWanted: boolean }> {
  const [row] = await query(takingOut, [id, conversation, `send ${conversation}`, holder])
  return row && row.id !== null
    ? { next: toUnsent(row), isWanted: false }
    : { isWanted: Boolean(row?.is_wanted) }
}
