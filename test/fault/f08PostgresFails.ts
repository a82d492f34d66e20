import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import type { Served } from '../support/process.ts'
import { startToxicProxy, type ToxicProxy } from '../support/toxicProxy.ts'
import { endBots, startBots } from './bots.ts'
import { Crowd, gateVerdict, versionsIn } from './crowd.ts'
import type { Context, Scenario } from './scenario.ts'

/** What each episode is done to. */
interface House {
  postgres: Postgres
  proxy: ToxicProxy
  place: string
  bots: Served[]
  context: Context
}

/** One thing that a PostgreSQL, or the line to it, may do. */
interface Episode {
  name: string
  /** Begins it. */
  strike(house: House): Promise<unknown> | unknown
  /** Seconds that it lasts, whole and quick. */
  lasts: [number, number]
  /** Ends it. */
  heal(house: House): Promise<unknown> | unknown
}

const toxic = (name: string, make: (context: Context) => Parameters<ToxicProxy['set']>[0]): Episode => ({
  name,
  strike: ({ proxy, context }) => proxy.set(make(context)),
  lasts: [10, 1],
  heal: ({ proxy }) => proxy.set(),
})

const episodes: Episode[] = [
  {
    name: 'frozen',
    strike: ({ postgres }) => postgres.freeze(),
    lasts: [30, 4],
    heal: ({ postgres }) => postgres.thaw(),
  },
  {
    name: 'killed and started again',
    strike: ({ postgres }) => postgres.kill(),
    lasts: [5, 0.5],
    heal: ({ postgres }) => postgres.start(),
  },
  { name: 'restarted', strike: ({ postgres }) => postgres.restart(), lasts: [2, 0.2], heal: () => {} },
  { name: 'all connections taken', strike: takeAll, lasts: [10, 1.5], heal: letGoAll },
  toxic('commits whose answers are lost', ({ random }) => ({
    ...{ kind: 'lostAnswer', marker: 'COMMIT', share: 0.5, random },
  })),
  toxic('commits that do not arrive', ({ random }) => ({
    ...{ kind: 'lostRequest', marker: 'COMMIT', share: 0.5, random },
  })),
  toxic('connections reset', () => ({ kind: 'resetPeer', bytes: 20_000 })),
  toxic('100 ms late', () => ({ kind: 'latency', ms: 100 })),
  toxic('2 s late', () => ({ kind: 'latency', ms: 2000 })),
  toxic('in slices of 7 bytes', () => ({ kind: 'slicer', bytes: 7, ms: 1 })),
  toxic('4 kB a second', () => ({ kind: 'bandwidth', bytesPerSecond: 4000 })),
  { ...toxic('a black hole', () => ({ kind: 'blackhole' })), lasts: [15, 2] },
  toxic('nobody there', () => ({ kind: 'down' })),
]

/** The others are much the same to the bot. */
const quickEpisodes = [
  'frozen',
  'killed and started again',
  'all connections taken',
  'commits whose answers are lost',
  'a black hole',
]

export const scenario: Scenario = {
  id: 'F08',
  title: 'loses and doubles nothing while its PostgreSQL is frozen, killed, full, or answers into the void',
  minutes: 15,
  run: (context) => runEpisodes(context, context.quick ? quickEpisodes : episodes.map(({ name }) => name)),
}

/** These of the episodes, one after the other, to the same processes. */
async function runEpisodes(context: Context, names: readonly string[]): Promise<void> {
  const house = await build(context, context.quick ? 1 : 2)
  try {
    for (const episode of episodes) if (names.includes(episode.name)) await live(episode, house)
    for (const bot of house.bots) {
      context.gate('exits of the bot', Number(!bot.isRunning()), '==', 0)
      const broken = bot.output().match(/"event":"(uncaught|unhandled)"/g)?.length ?? 0
      context.gate('errors that nobody caught', broken, '==', 0)
    }
  } finally {
    await tearDown(house)
  }
}

async function build(context: Context, processes: number): Promise<House> {
  const postgres = await startPostgres(['max_connections=40'])
  const proxy = await startToxicProxy(postgres.port)
  const place = postgres.place(proxy.port)
  const bots = await startBots(processes, { STORAGE_URL: place })
  return { postgres, proxy, place, bots, context }
}

async function tearDown({ postgres, proxy, bots }: House): Promise<void> {
  proxy.set()
  await endBots(bots)
  await proxy.end()
  await postgres.stop()
}

/** Customers write until shortly before it is over, so that nothing but Kaijo itself brings the last answers. */
async function live(episode: Episode, house: House): Promise<void> {
  const { context, bots, postgres, proxy } = house
  const { name } = episode
  const cuts = proxy.cuts()
  const crowd = new Crowd(bots, context.quick ? 10 : 24)
  await crowd.begin()
  await crowd.goesOn(300)
  await episode.strike(house)
  await sleep(episode.lasts[context.quick ? 1 : 0] * 1000)
  crowd.stop()
  await sleep(200)
  await episode.heal(house)
  const healed = performance.now()
  const histories = await crowd.end(60_000)
  const versions = await versionsIn(house.place.replace(`:${proxy.port}/`, `:${postgres.port}/`))
  for (const history of histories) history.version = versions.get(history.conversation)
  gateVerdict(context, name, histories)
  const { odd, unclear, slowest } = crowd.answers
  context.gate(`${name}: answers other than 2xx, and 503 with Retry-After`, odd + unclear, '==', 0)
  context.pace(`${name}: slowest answer, ms`, Math.round(slowest), '<=', 2000)
  context.pace(`${name}: drained after it was back, ms`, Math.round(crowd.restedAt - healed), '<=', 15_000)
  context.figure(`${name}: messages`, crowd.taken)
  context.figure(`${name}: answers`, String(crowd.answers))
  if (proxy.cuts() > cuts) context.figure(`${name}: connections cut`, proxy.cuts() - cuts)
}

const takers: Client[] = []

/** Others take every connection there is, and those of the bot are closed so that it needs new ones. */
async function takeAll({ postgres, place }: House): Promise<void> {
  const url = new URL(place)
  const connectionString = `postgres://kaijo:kaijo@127.0.0.1:${postgres.port}/postgres`
  const application = url.searchParams.get('application_name') ?? 'kaijo'
  const taker = () => new Client({ connectionString }).on('error', () => undefined)
  const first = taker()
  await first.connect()
  takers.push(first)
  for (let isFull = false; !isFull; ) {
    await first.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
      application,
    ])
    const more = Array.from({ length: 40 }, taker)
    const results = await Promise.allSettled(more.map((client) => client.connect()))
    takers.push(...more.filter((_, n) => results[n]?.status === 'fulfilled'))
    const { rows } = await first.query(
      'SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = $1',
      [application],
    )
    isFull = Number(rows[0].n) === 0
  }
}

async function letGoAll(): Promise<void> {
  await Promise.all(takers.splice(0).map((client) => client.end()))
}
