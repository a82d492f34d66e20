import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../bot/store/open.ts'
import { type LineStandIn, standInForLine } from '../support/lineStandIn.ts'
import { startPostgres } from '../support/postgres.ts'
import type { Served } from '../support/process.ts'
import { endBots, startBots } from './bots.ts'
import { versionsIn, waitingIn } from './crowd.ts'
import type { Context, Scenario } from './scenario.ts'

const CUSTOMERS = 200
const MESSAGES = 8
const ROUNDS = 3

export const scenario: Scenario = {
  id: 'F04',
  title:
    'makes one conversation of each new customer whose first messages come at the same instant to two processes',
  tests: ['test/bot/processes.test.ts'],
  async run(context) {
    const postgres = await startPostgres()
    const line = await standInForLine()
    const place = postgres.place()
    const bots = await startBots(2, { ...line.env, STORAGE_URL: place })
    try {
      for (let round = 1; round <= ROUNDS; round++) await write(bots, line, round)
      await judge(context, place, line)
    } finally {
      await endBots(bots)
      await line.end()
      await postgres.stop()
    }
  },
}

/** All messages of all customers at once, each to one of the processes, each until it is taken. */
async function write(bots: readonly Served[], line: LineStandIn, round: number): Promise<void> {
  const first = async (customer: number, n: number) => {
    const message = { type: 'text', id: 'm', text: `${round}-${customer} の ${n} 番目の質問です` }
    const event = line.event(`Ufirst${round}x${customer}`, { type: 'message', message })
    for (let isRedelivery = false; ; isRedelivery = true) {
      const bot = bots[(customer + n) % bots.length] as Served
      const again = { ...event, deliveryContext: { isRedelivery } }
      // Too many at once for the connections of this machine: as LINE does it, it is sent again.
      const answer = await line.post(bot.url, [again]).catch(() => undefined)
      if (answer?.status === 200) return
      await sleep(500)
    }
  }
  const all = Array.from({ length: CUSTOMERS }, (_, customer) =>
    Array.from({ length: MESSAGES }, (_, n) => first(customer, n)),
  )
  await Promise.all(all.flat())
}

async function judge({ gate, figure }: Context, place: string, line: LineStandIn): Promise<void> {
  while ((await waitingIn(place)) > 0) await sleep(100)
  const store = await openStore(place)
  const versions = await versionsIn(place)
  const sum = { doubled: 0, unanswered: 0, disordered: 0, turns: 0 }
  for (const [id, version] of versions) {
    const log = (await store.activities(id, 0, 10_000)).map(({ activity }) => activity)
    const said = log.filter(({ from }) => from?.role !== 'bot')
    const answered = log.flatMap(({ replyToId }) => replyToId ?? []).filter((of, i, all) => of !== all[i - 1])
    sum.turns += version
    sum.doubled += said.length - new Set(said.map(({ text }) => text)).size
    sum.doubled += answered.length - new Set(answered).size + Math.abs(version - said.length)
    sum.unanswered += said.filter(({ id: of }) => !answered.includes(of as string)).length
    sum.disordered += Number(String(answered) !== String(said.map(({ id: of }) => of)))
  }
  await store.close()
  const all = ROUNDS * CUSTOMERS
  figure('rounds', ROUNDS)
  figure(
    'answers sent',
    line.calls.filter(({ path, status }) => /reply|push/.test(path) && status === 200).length,
  )
  gate('conversations', versions.size, '==', all)
  gate('turns', sum.turns, '==', all * MESSAGES)
  gate('doubled', sum.doubled, '==', 0)
  gate('unanswered', sum.unanswered, '==', 0)
  gate('conversations out of order', sum.disordered, '==', 0)
}
