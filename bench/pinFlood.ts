import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Mind } from '../test/support/mind.ts'
import { openDatabase } from '../unlock/sandbox/database.ts'
import { Caller } from './caller.ts'
import { medians, type Row } from './report.ts'
import { type Measure, quantile, ratio, takeRounds } from './rounds.ts'
import { startKaijo } from './servers.ts'
import { recordWalk, withoutTheBank } from './walk.ts'

const attackers = 50
const customers = 20
/** Twenty customers, each so often: a hundred turns a second, whether or not they are answered in time. */
const every = 200

/** How long others' turns take while fifty connections try wrong PINs at the practice bank in the same process; 25 seconds. */
export async function pinFlood(dir: string): Promise<Row[]> {
  const walk = await recordWalk(new Mind(), withoutTheBank)
  const kaijo = await startKaijo(dir)
  const chats = Array.from({ length: customers }, () => new Caller(kaijo.port, walk))
  const at = [`https://localhost:${kaijo.sandboxPort}`, join(dir, 'sandbox', 'ca.crt'), String(attackers)]
  const thieves = fork(join(import.meta.dirname, 'pinThieves.ts'), at)
  try {
    await once(thieves, 'message')
    await Promise.all(chats.map((chat) => chat.open()))
    let tries = 0
    const flooded: Measure = async (ms) => {
      thieves.send(ms)
      const [p99, [done]] = await Promise.all([p99Of(chats, ms), once(thieves, 'message')])
      tries += done
      return p99
    }
    const figures = await takeRounds({ flooded, quiet: (ms) => p99Of(chats, ms) }, { rounds: 4, ms: 2400 })
    return [row(figures, tries, attemptsIn(join(dir, 'sandbox')))]
  } finally {
    thieves.kill('SIGKILL')
    for (const chat of chats) chat.close()
    await kaijo.stop()
  }
}

/** An open loop: a turn that is late delays the next of its customer, and that counts as waiting (no coordinated omission). */
async function p99Of(chats: readonly Caller[], ms: number): Promise<number> {
  const took: number[] = []
  const began = performance.now()
  const talk = async (chat: Caller, n: number) => {
    for (let due = began + (n * every) / customers; due < began + ms; due += every) {
      const early = due - performance.now()
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
      await chat.turn()
      took.push(performance.now() - due)
    }
  }
  await Promise.all(chats.map(talk))
  return quantile(took, 0.99)
}

function attemptsIn(dataDir: string): number {
  const db = openDatabase(dataDir)
  const kept = db.prepare(
    `SELECT max(attempts) AS most FROM secrets WHERE contract = '0001234567' AND kind = 'pin'`,
  )
  const { most } = kept.get() ?? {}
  db.close()
  return Number(most)
}

function row(figures: Record<'flooded' | 'quiet', number[]>, tries: number, verified: number): Row {
  return {
    name: `p99 of chat turns at 100/s while ${attackers} connections try PINs ÷ without`,
    figure: ratio(figures.flooded, figures.quiet),
    unit: 'x',
    aim: { atMost: 2 },
    behind: { ...medians(figures, 'ms p99'), 'wrong PINs': tries, 'of them verified': verified },
  }
}
