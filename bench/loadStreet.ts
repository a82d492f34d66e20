import { join } from 'node:path'
import { thrift } from '../bot/thrift.ts'
import { type BadBank, startBadBank } from '../test/support/badBank.ts'
import { standInForLine } from '../test/support/lineStandIn.ts'
import { Mind } from '../test/support/mind.ts'
import { TeamsStandIn } from '../test/support/teamsStandIn.ts'
import { LoadCustomer, type Way } from './loadCustomer.ts'
import { Pool } from './loadPool.ts'
import { LineWay, type Listeners, TeamsWay, WebWay } from './loadWays.ts'
import { type Started, startKaijo } from './servers.ts'
import { type Press, recordWalk, withoutTheBank } from './walk.ts'

/** What Kaijo runs on. */
export interface Ground {
  storage: 'sqlite' | 'postgres'
  processes: number
  /** Node's arguments before the program, e.g. what is to be loaded first. */
  preload?: readonly string[]
}

/** Kaijo in processes of its own, and in this one all that it speaks with: customers, LINE, the Bot Framework, the bank. */
export interface Street {
  kaijo: Started
  bank: BadBank
  walk: readonly Press[]
  /** The folder of its data. */
  dir: string
  pool: Pool
  /** So many customers of all channels, who have been greeted. */
  settle(count: number): Promise<LoadCustomer[]>
  /** A customer of the web chat who has not come yet. */
  newcomer(): WebWay
  end(): Promise<void>
}

/** Of a hundred customers so many come by each channel. */
export const mix = { web: 60, line: 25, teams: 15 } as const

const root = join(import.meta.dirname, '..')
/** So many conversations begin at the same time. */
const mostAtOnce = 20

/** Starts it; its files are in `dir`. */
export async function openStreet(dir: string, ground: Ground): Promise<Street> {
  const walk = await recordWalk(new Mind(), withoutTheBank)
  const database = ground.storage === 'postgres' ? await openPostgres() : undefined
  const [line, teams, bank] = [await standInForLine(), await TeamsStandIn.start(), await startBadBank()]
  // Cards are held against Microsoft's parser in the tests; here it would take the time that is measured.
  teams.draws = () => {}
  const listeners: Listeners = new Map()
  line.onDelivered = ({ to, messages }) => listeners.get(to)?.(JSON.stringify(messages))
  teams.onPosted = ({ conversation, body }) => listeners.get(conversation)?.(JSON.stringify(body))
  const kaijo = await startKaijo(dir, {
    program: program(ground),
    talks: ground.preload !== undefined,
    env: {
      // Whoever talks to a parent does not begin anew with it; several are told by the one above them.
      ...thrift,
      ...{ ...line.env, ...teams.env, ...teams.trust, ...bank.env },
      LOG_LEVEL: 'error',
      ...(database && { STORAGE_URL: database.place() }),
    },
  })
  const pool = new Pool(kaijo.port)
  const customers: LoadCustomer[] = []
  const way = (n: number): Way => {
    const channel = channelOf(n)
    if (channel === 'web') return new WebWay(pool)
    return channel === 'line' ? new LineWay(pool, line, listeners) : new TeamsWay(pool, teams, listeners)
  }
  return {
    ...{ kaijo, bank, walk, dir, pool },
    newcomer: () => new WebWay(pool),
    async settle(count) {
      const more = Array.from({ length: count }, (_, n) => new LoadCustomer(way(customers.length + n), walk))
      customers.push(...more)
      const waiting = [...more]
      const opening = async () => {
        for (let one = waiting.pop(); one; one = waiting.pop()) await one.open()
      }
      await Promise.all(Array.from({ length: mostAtOnce }, opening))
      return more
    },
    async end() {
      for (const customer of customers) customer.close()
      pool.close()
      await kaijo.stop()
      await Promise.all([bank.close(), teams.close(), line.end()])
      await database?.stop()
    },
  }
}

/** Which channel the nth customer comes by: the mix is right for every twenty that come after each other. */
export function channelOf(n: number): keyof typeof mix {
  // 37 and 100 have no divisor in common, so that all hundred places are taken, well mixed.
  const place = (n * 37) % 100
  if (place < mix.web) return 'web'
  return place < mix.web + mix.line ? 'line' : 'teams'
}

function program({ processes, preload = [] }: Ground): string[] {
  if (processes === 1) return [...preload, join(root, 'bot', 'index.ts')]
  return [...preload, join(root, 'bot', 'clusterCommand.ts'), '--processes', String(processes)]
}

async function openPostgres() {
  const { startPostgres } = await import('../test/support/postgres.ts')
  return startPostgres()
}
