import { DatabaseSync, StatementSync } from 'node:sqlite'
import pg from 'pg'
import { type KillOrder, killPoints } from './killPoints.ts'

/** Loaded before a process of ours: ends it with SIGKILL at the point that `KILL` names, and tells its parent before. */
const { point, nth }: KillOrder = JSON.parse(process.env.KILL ?? '{"point":-1,"nth":0}')
const wanted = killPoints[point]
let times = 0

function at(sql: string, when: 'before' | 'after'): void {
  if (!wanted || when !== wanted.when || !wanted.sql.test(sql)) return
  if (++times === nth) process.kill(process.pid, 'SIGKILL')
}

for (const name of ['run', 'get', 'all'] as const) {
  const own = StatementSync.prototype[name] as (...values: unknown[]) => unknown
  StatementSync.prototype[name] = function (this: StatementSync, ...values: unknown[]) {
    at(this.sourceSQL, 'before')
    const result = own.apply(this, values)
    at(this.sourceSQL, 'after')
    return result
  } as never
}

const { exec } = DatabaseSync.prototype
DatabaseSync.prototype.exec = function (sql: string) {
  at(sql, 'before')
  exec.call(this, sql)
  at(sql, 'after')
}

const { query } = pg.Client.prototype
pg.Client.prototype.query = async function (this: pg.Client, ...of: [string | { text: string }]) {
  const [first] = of
  const sql = typeof first === 'string' ? first : first.text
  at(sql, 'before')
  const result = await query.apply(this, of as never)
  at(sql, 'after')
  return result
} as never
