import type { Store } from '../../bot/store/index.ts'
import { openPostgres } from '../../bot/store/postgres.ts'
import { addressed, type Connections, openConnections, type Query } from '../../bot/store/postgresPool.ts'
import { sharedPostgres } from './postgres.ts'
import { until } from './until.ts'

/** Two processes' stores on one PostgreSQL, and a way to its rows beside them. */
export interface TwoStores {
  one: Store
  other: Store
  rows: Connections
  /** Resolves when a statement like this one waits for a lock. */
  waits(like: string): Promise<void>
  close(): Promise<unknown>
}

/** Opens both at the same instant: one makes the tables, the other one waits for them. */
export async function openTwoStores(): Promise<TwoStores> {
  const url = (await sharedPostgres()).place()
  const [one, other] = await Promise.all([openPostgres({ url }), openPostgres({ url })])
  const { address, schema } = addressed(url)
  const rows = openConnections(address, schema, () => {}, {})
  const waiting = "SELECT 1 AS one FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1"
  return {
    ...{ one, other, rows },
    waits: (like) => until(async () => (await rows.query(waiting, [like])).length > 0),
    close: () => Promise.all([one.close(), other.close(), rows.close()]),
  }
}

/** A transaction that has done its first part, and stands there until it is told to go on; that resolves at its end. */
export async function inTheMiddle(
  rows: Connections,
  first: string,
  rest: readonly string[] = [],
): Promise<() => Promise<void>> {
  const isThere = Promise.withResolvers<void>()
  const goesOn = Promise.withResolvers<void>()
  const done = rows.transaction(async (query: Query) => {
    await query(first)
    isThere.resolve()
    await goesOn.promise
    for (const statement of rest) await query(statement)
  })
  await Promise.race([isThere.promise, done])
  return () => {
    goesOn.resolve()
    return done
  }
}
