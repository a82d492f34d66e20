import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPostgres } from '../../bot/store/postgres.ts'
import { byWidget, customers, type Place } from '../support/channelCustomers.ts'
import { runKaijo } from '../support/kaijo.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { type Served, serve } from '../support/process.ts'
import { conversationTable, type Surroundings, type Tried } from './conversationTable.ts'

conversationTable('on PostgreSQL', customers, {
  most: 8,
  async start({ bank, teams, line }) {
    const STORAGE_URL = (await sharedPostgres()).place()
    const kaijo = await runKaijo({ ...bank.env, ...teams.env, ...line.env, STORAGE_URL })
    return { place: () => kaijo, end: () => kaijo.end() }
  },
})

// A terminal speaks with the process that it was opened in.
const { console: _, ...overNetwork } = customers

conversationTable(
  'on PostgreSQL with two processes, each message to the other one in turn',
  { ...overNetwork, widget: byWidget },
  { most: 12, start: startTwo },
)

async function startTwo({ bank, teams, line }: Surroundings): Promise<Tried> {
  const STORAGE_URL = (await sharedPostgres()).place()
  const env = { ...bank.env, ...teams.env, ...teams.trust, ...line.env, STORAGE_URL, LOG_LEVEL: 'error' }
  const [one, other] = [await serve(env), await serve(env)]
  await one.start()
  // Both know the same keys, as they would by one secret of their operator.
  copyFileSync(join(one.dir, 'link.key'), join(other.dir, 'link.key'))
  await other.start()
  const store = await openPostgres({ url: STORAGE_URL })
  return {
    place: () => inTurn([one, other], store),
    async end() {
      await store.close()
      await Promise.all([one.end(), other.end()])
    },
  }
}

/** Whoever asks where to go is sent to the other process each time. */
function inTurn(processes: Served[], store: Place['kaijo']['store']): Place['kaijo'] {
  let asked = 0
  const next = () => (processes[asked++ % processes.length] as Served).url
  const elsewhere = () => Promise.reject(new Error('Turns are taken in processes of their own here'))
  const turns = { accept: elsewhere, wake: () => {}, idle: () => Promise.resolve() }
  return {
    store,
    turns,
    get url() {
      return next()
    },
    async token() {
      const headers = { authorization: `Bearer ${processes[0]?.secret}` }
      const answer = await fetch(`${next()}/v3/directline/tokens/generate`, { method: 'POST', headers })
      return ((await answer.json()) as { token: string }).token
    },
  }
}
