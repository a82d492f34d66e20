import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '../support/postgres.ts'
import type { Served } from '../support/process.ts'
import { endBots, startBots } from './bots.ts'
import { Crowd, gateVerdict, versionsIn } from './crowd.ts'
import type { Scenario } from './scenario.ts'

const ROUNDS = 5
/** Longer than a process has a conversation for itself without saying so again. */
const STANDSTILL_MS = 8000

export const scenario: Scenario = {
  id: 'F06',
  title: 'refuses what a process commits that stood still longer than its work was kept for it',
  tests: ['test/bot/processes.test.ts'],
  async run(context) {
    const postgres = await startPostgres()
    const place = postgres.place()
    const bots = await startBots(2, { STORAGE_URL: place })
    try {
      for (let round = 1; round <= ROUNDS; round++) {
        const crowd = new Crowd(bots, 20, { pause: 0 })
        await crowd.begin()
        await crowd.goesOn(500)
        const bot = bots[Math.floor(context.random() * bots.length)] as Served
        bot.signal('SIGSTOP')
        const before = crowd.taken
        // The crowd asks both in turn, and soon all of it waits for the one that stands still.
        const others = new Crowd(
          bots.filter((one) => one !== bot),
          4,
        )
        await others.begin()
        await sleep(STANDSTILL_MS)
        const meanwhile = crowd.taken - before
        const served = others.taken
        bot.signal('SIGCONT')
        const histories = (await Promise.all([crowd.end(60_000), others.end(60_000)])).flat()
        const versions = await versionsIn(place)
        for (const history of histories) history.version = versions.get(history.conversation)
        gateVerdict(context, `round ${round}`, histories)
        context.figure(
          `round ${round}: taken in all, and while one stood still`,
          `${crowd.taken} and ${meanwhile}`,
        )
        context.gate(
          `round ${round}: taken by the other one meanwhile, of those who ask only it`,
          served,
          '>',
          0,
        )
      }
    } finally {
      await endBots(bots)
      await postgres.stop()
    }
  },
}
