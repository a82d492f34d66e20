import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '../support/postgres.ts'
import type { Served } from '../support/process.ts'
import { endBots, startBots } from './bots.ts'
import { Crowd, gateVerdict, versionsIn } from './crowd.ts'
import type { History } from './history.ts'
import type { Context } from './scenario.ts'

const CUSTOMERS = 20
const EACH = 200
const KILLS = 20

/** The whole bot, killed at any moment while customers write 4,000 messages, one in ten of them twice: on SQLite. */
export async function killAtRandomOnSqlite(context: Context): Promise<void> {
  const [bot] = (await startBots(1, {})) as [Served]
  try {
    await letThemWrite(context, 'SQLite, at any moment', [bot], (histories) => {
      const db = new DatabaseSync(join(bot.dir, 'kaijo.db'), { readOnly: true })
      const rows = db.prepare('SELECT id, version FROM conversations').all()
      db.close()
      count(histories, new Map(rows.map(({ id, version }) => [String(id), Number(version)])))
    })
  } finally {
    await bot.end()
  }
}

/** The same with two processes on one PostgreSQL, of which one is killed each time. */
export async function killAtRandomOnPostgres(context: Context): Promise<void> {
  const postgres = await startPostgres()
  const place = postgres.place()
  const bots = await startBots(2, { STORAGE_URL: place })
  try {
    await letThemWrite(context, 'PostgreSQL, at any moment', bots, async (histories) =>
      count(histories, await versionsIn(place)),
    )
  } finally {
    await endBots(bots)
    await postgres.stop()
  }
}

async function letThemWrite(
  context: Context,
  name: string,
  bots: Served[],
  look: (histories: History[]) => Promise<void> | void,
): Promise<void> {
  const crowd = new Crowd(bots, CUSTOMERS, { pause: 0, repeats: () => context.random() < 0.1 })
  await crowd.begin(EACH)
  let slowestStart = 0
  for (let kills = 1; kills <= KILLS; kills++) {
    // Each kill falls after a further share of the messages, in the middle of whatever is going on then.
    while (crowd.taken < (kills * CUSTOMERS * EACH) / (KILLS + 1)) await sleep(1)
    const bot = bots[Math.floor(context.random() * bots.length)] as Served
    await bot.kill()
    const began = performance.now()
    await bot.start()
    slowestStart = Math.max(slowestStart, performance.now() - began)
  }
  const histories = await crowd.whole(60_000)
  await look(histories)
  gateVerdict(context, name, histories)
  context.figure(`${name}: messages`, crowd.taken)
  context.figure(`${name}: kills`, KILLS)
  context.figure(`${name}: answers`, String(crowd.answers))
  context.pace(`${name}: slowest start, ms`, Math.round(slowestStart), '<=', 3000)
  context.pace(
    `${name}: drained after the last message, ms`,
    Math.round(crowd.restedAt - crowd.writtenAt),
    '<=',
    10_000,
  )
}

function count(histories: History[], versions: ReadonlyMap<string, number>): void {
  for (const history of histories) history.version = versions.get(history.conversation)
}
