import type { Pass } from './index.ts'
import type { Query } from './postgresPool.ts'
import { PASSES_REMEMBERED_MS, toPass } from './rows.ts'

/** Keeps a new pass; fails when somebody else's has its id, unless that one is long over. */
export async function issuePass(
  query: Query,
  { id, flow, step, request, expiresAt }: Pass,
  now: number,
): Promise<void> {
  await query('DELETE FROM passes WHERE id = $1 AND expires_at < $2', [id, now - PASSES_REMEMBERED_MS])
  await query('INSERT INTO passes (id, flow, step, request, expires_at) VALUES ($1, $2, $3, $4, $5)', [
    id,
    flow,
    step,
    request,
    expiresAt,
  ])
}

/** A pass as it stands, spent or not. */
export async function readPass(query: Query, id: string): Promise<(Pass & { isSpent: boolean }) | undefined> {
  const [row] = await query(
    'SELECT id, flow, step, request, expires_at, spent_at FROM passes WHERE id = $1',
    [id],
  )
  return row && { ...toPass(row), isSpent: row.spent_at !== null }
}

/** Spends it, once and only before it expires; undefined when that cannot be. */
export async function spendPass(query: Query, id: string, now: number): Promise<Pass | undefined> {
  const [row] = await query(
    'UPDATE passes SET spent_at = $1 WHERE id = $2 AND spent_at IS NULL AND expires_at > $1 RETURNING id, flow, step, request, expires_at',
    [now, id],
  )
  return row && toPass(row)
}
