import { addressed, openConnections, type Query, type Run } from './postgresPool.ts'
import type { Sql, SqlConnection, Value } from './sqlConnection.ts'

/** The portable statements on PostgreSQL; the store must have made its schema. */
export function openPostgresSql(url: string, onError: (error: unknown) => void = () => {}): SqlConnection {
  const { address, schema } = addressed(url)
  const { query, run, transaction, close } = openConnections(address, schema, onError)
  return {
    ...portable(query, run),
    transaction: (work) => transaction((inQuery, inRun) => work(nested(portable(inQuery, inRun)))),
    close,
  }
}

function portable(query: Query, run: Run): Pick<Sql, 'all' | 'run'> {
  return {
    all: (text, params) => query(numbered(text), params as Value[]),
    run: (text, params) => run(numbered(text), params as Value[]),
  }
}

/** A transaction within one is the same. */
function nested(parts: Pick<Sql, 'all' | 'run'>): Sql {
  const sql: Sql = { ...parts, transaction: (work) => work(sql) }
  return sql
}

/** `?` as PostgreSQL writes it; our statements have none inside of quotes. */
function numbered(text: string): string {
  let place = 0
  return text.replace(/\?/g, () => `$${++place}`)
}
