import type { Query } from './postgresPool.ts'

const isFree = '(leases.holder = excluded.holder OR leases.held_until < now())'
/** Of $1, a piece of work, for $2, who claims it, and $3 milliseconds. Whoever has it hears of it when that cannot be. */
export const claiming = `INSERT INTO leases (work, holder, held_until)
  VALUES ($1, $2, now() + $3 * interval '1 millisecond')
  ON CONFLICT (work) DO UPDATE SET
    holder = CASE WHEN ${isFree} THEN excluded.holder ELSE leases.holder END,
    held_until = CASE WHEN ${isFree} THEN excluded.held_until ELSE leases.held_until END,
    is_wanted = leases.is_wanted OR NOT ${isFree}
  RETURNING holder`

/** Claims a piece of work for `holder`. */
export async function claim(query: Query, work: string, holder: string, ms: number): Promise<boolean> {
  const [row] = await query(claiming, [work, holder, ms])
  return row?.holder === holder
}

/** Gives it back; whether another one has asked for it meanwhile. */
export async function giveBack(query: Query, work: string, holder: string): Promise<boolean> {
  const [row] = await query('DELETE FROM leases WHERE work = $1 AND holder = $2 RETURNING is_wanted', [
    work,
    holder,
  ])
  return Boolean(row?.is_wanted)
}

/** Conversations in which an event waits, and at which nobody but `holder` works. */
export async function waitingFor(query: Query, holder: string): Promise<string[]> {
  const rows = await query(
    `SELECT DISTINCT conversation FROM inbox WHERE activity IS NOT NULL AND NOT ${heldByOthers('turn')}`,
    [holder],
  )
  return rows.map((row) => row.conversation as string)
}

/** Conversations in which something is to be sent, and at which nobody but `holder` is. */
export async function sendingFor(query: Query, holder: string): Promise<string[]> {
  const rows = await query(`SELECT DISTINCT conversation FROM outbox WHERE NOT ${heldByOthers('send')}`, [
    holder,
  ])
  return rows.map((row) => row.conversation as string)
}

/** `$1` is who asks. */
function heldByOthers(work: 'turn' | 'send'): string {
  return `EXISTS (SELECT 1 FROM leases WHERE work = '${work} ' || conversation AND holder <> $1 AND held_until >= now())`
}
