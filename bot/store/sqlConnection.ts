/** What a column holds. */
export type Value = string | number | null

export type Row = Record<string, Value>

/**
 * The little of a database that the desk's tables need: portable SQL with `?` for each parameter.
 * Work in a transaction awaits nothing but its own `sql`: no clock, no network, no other promise.
 */
export interface Sql {
  all(text: string, params?: readonly Value[]): Promise<Row[]>
  /** Gives the number of rows changed; durable when it resolves, unless a transaction is around it. */
  run(text: string, params?: readonly Value[]): Promise<number>
  /** Everything or nothing: undone when the work rejects. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
}

/** A connection of its own. */
export interface SqlConnection extends Sql {
  /** Takes what was deleted out of the files too; what others hold goes the next time. Absent: the database does it by itself. */
  scrub?(): Promise<void>
  close(): Promise<void>
}
