import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startPostgres } from '../support/postgres.ts'
import { killAtEveryPoint, type Toll } from './killed.ts'
import { killAtRandomOnPostgres, killAtRandomOnSqlite } from './killedAtRandom.ts'
import type { Context, Scenario } from './scenario.ts'

export const scenario: Scenario = {
  id: 'F01',
  title: 'loses no turn and takes none twice, at whichever point of it the process is killed',
  minutes: 120,
  async run(context) {
    await Promise.all([
      onSqlite(context, context.quick ? 1 : 50),
      onPostgres(context, context.quick ? 1 : 15),
    ])
    // Its quick cut is test/bot/crash.test.ts.
    if (context.quick) return
    await killAtRandomOnSqlite(context)
    await killAtRandomOnPostgres(context)
  },
}

async function onSqlite(context: Context, each: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-fault-'))
  const file = join(dir, 'kaijo.db')
  try {
    gateToll(context, 'SQLite', await killAtEveryPoint(`sqlite:${file}`, each, context))
    const db = new DatabaseSync(file, { readOnly: true })
    const found = db.prepare('PRAGMA integrity_check').all()
    db.close()
    context.gate(
      'SQLite: faults in the file',
      found.filter((row) => row.integrity_check !== 'ok').length,
      '==',
      0,
    )
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function onPostgres(context: Context, each: number): Promise<void> {
  const postgres = await startPostgres()
  try {
    gateToll(context, 'PostgreSQL', await killAtEveryPoint(postgres.place(), each, context))
  } finally {
    await postgres.stop()
  }
}

function gateToll({ gate, pace, figure }: Context, name: string, toll: Toll): void {
  figure(`${name}: messages`, toll.messages)
  figure(`${name}: kills`, toll.kills)
  figure(`${name}: answers sent a second time, under the same number`, toll.resent)
  gate(`${name}: points that no process came to`, toll.unreached.length, '==', 0)
  gate(`${name}: lost`, toll.lost, '==', 0)
  gate(`${name}: applied twice`, toll.doubled, '==', 0)
  gate(`${name}: conversations out of order`, toll.disordered, '==', 0)
  gate(`${name}: answers never sent`, toll.unsent, '==', 0)
  pace(`${name}: slowest start, ms`, Math.round(toll.slowestStart), '<=', 3000)
  pace(`${name}: started and drained at the end, ms`, Math.round(toll.drained), '<=', 10_000)
}
