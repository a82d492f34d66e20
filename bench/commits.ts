import { join } from 'node:path'
import { createLog } from '../bot/log.ts'
import type { Store } from '../bot/store/index.ts'
import { openSqlite } from '../bot/store/sqlite.ts'
import { takeTurns } from '../bot/turn.ts'
import type { State } from '../dialogs/index.ts'
import { Mind } from '../test/support/mind.ts'
import { callers, crowd } from './crowd.ts'
import { medians, type Row } from './report.ts'
import { ratio, takeRounds } from './rounds.ts'
import { type Press, pressed, recordWalk, withoutTheBank } from './walk.ts'

/** What is written waits here for its turn to write. */
type Order = <T>(write: () => Promise<T>) => Promise<T>

/** Durable guided turns without HTTP: group commit against a commit for each; about 8 seconds. */
export async function groupCommit(dir: string): Promise<Row[]> {
  const mind = new Mind()
  const walk = await recordWalk(mind, withoutTheBank)
  const together = office(mind, walk, join(dir, 'together.db'), (write) => write())
  const alone = office(mind, walk, join(dir, 'alone.db'), oneByOne())
  const figures = await takeRounds(
    { together: crowd(together.turns), alone: crowd(alone.turns) },
    { rounds: 3, ms: 1000 },
  )
  await Promise.all([together.close(), alone.close()])
  return [
    {
      name: `durable guided turns/s, ${callers} callers, with group commit ÷ with a commit for each turn`,
      figure: ratio(figures.together, figures.alone),
      unit: 'x',
      aim: { atLeast: 5 },
      behind: medians({ together: figures.together, 'one commit each': figures.alone }, '/s'),
    },
  ]
}

/** The turns of `bot/turn.ts` over a store of its own, one caller for each conversation. */
function office(mind: Mind, walk: readonly Press[], file: string, order: Order) {
  const store = openSqlite(file)
  const committed = new Map<string, () => void>()
  const watched = replaced(store, {
    accept: (inbound) => order(() => store.accept(inbound)),
    commit: async (turn) => {
      const outcome = await order(() => store.commit(turn))
      committed.get(turn.conversation)?.()
      return outcome
    },
  })
  const bot = {
    reply: ({ state, activity }: { state: unknown; activity: object }) =>
      mind.hear(state as State | undefined, activity),
    expectsDigits: () => false,
    allowedDigits: [mind.content.bank.code],
    apology: () => ({}),
  }
  const turns = takeTurns({ store: watched, bot: () => bot, log: createLog('silent') })
  const caller = (conversation: string) => {
    let told = 0
    return async () => {
      const press = walk[told % walk.length] as Press
      const activity = pressed(press, Math.floor(told / walk.length) + 1)
      const done = new Promise<void>((resolve) => committed.set(conversation, resolve))
      const eventId = `${conversation}/${told++}`
      await turns.accept({ channel: 'bench', eventId, conversation, activity, logged: true })
      await done
    }
  }
  return {
    turns: Array.from({ length: callers }, (_, number) => caller(String(number))),
    async close() {
      await turns.stop()
      await store.close()
    },
  }
}

/** The store with some methods replaced; the others still run on the store itself, whose fields are private. */
function replaced(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get(_, name) {
      const own = methods[name as keyof Store] ?? store[name as keyof Store]
      return typeof own === 'function' ? own.bind(store) : own
    },
  })
}

/** A write begins when the one before is durable, so that each has a transaction and an fsync of its own. */
function oneByOne(): Order {
  let last: Promise<unknown> = Promise.resolve()
  return (write) => {
    const mine = last.then(write)
    last = mine.catch(() => undefined)
    return mine
  }
}
