import { join } from 'node:path'
import { type Context, type Findings, play } from '../test/fault/scenario.ts'
import { inFolder } from './folder.ts'
import { arrive, errorsIn, newTally, type Tally } from './loadArrivals.ts'
import type { LoadCustomer } from './loadCustomer.ts'
import { short, tell } from './loadPace.ts'
import { openStreet, type Street } from './loadStreet.ts'
import { median } from './rounds.ts'
import { Churn } from './soakChurn.ts'
import { Gauge, type Sample, slope } from './soakGauge.ts'

/** What is asked of a run; everything else is as in `whole`, or `cut`. */
export interface Soak {
  storage: 'sqlite' | 'postgres'
  quick: boolean
  seed: number
  minutes?: number
}

/** Seconds; `warm` of them go before, in which what is used for the first time is compiled and kept. */
const whole = { rate: 50, churn: 200 / 60, conversations: 500, warm: 90, every: 10, rest: 30, minutes: 10 }
const cut = { rate: 20, churn: 4, conversations: 20, warm: 0.5, every: 1, rest: 0.3, minutes: 2 / 60 }

const megabyte = 1024 * 1024
/** From so many minutes on the slope means something: before, it is the last code that was compiled. */
const long = 240

/** L4. Turns of all channels and sockets that come and go, for long; what the process holds before, meanwhile and after. */
export async function playSoak(
  { storage, quick, seed, minutes }: Soak,
  log: (line: string) => void,
): Promise<{ found: Findings; asked: Record<string, string | number>; samples: Sample[] }> {
  const form = { ...(quick ? cut : whole), ...(minutes !== undefined && { minutes }) }
  const samples: Sample[] = []
  const preload = ['--import', join(import.meta.dirname, 'soakProbe.ts')]
  const run = (context: Context) =>
    inFolder(async (dir) => {
      const street = await openStreet(dir, { storage, processes: 1, preload })
      try {
        await soak(street, form, samples, context)
      } finally {
        await street.end()
      }
    })
  const found = await play({ run }, { quick, seed, log })
  const asked = { ...form, churn: short(form.churn), form: quick ? 'quick' : 'whole', storage, seed }
  return { found, asked, samples }
}

async function soak(street: Street, form: typeof whole, samples: Sample[], context: Context): Promise<void> {
  const customers = await street.settle(form.conversations)
  const churn = new Churn(street)
  const gauge = new Gauge(street)
  const tallies = { turns: newTally(), sockets: newTally() }
  const pass = (seconds: number) => busy(customers, churn, { ...form, seconds }, tallies, context)
  await pass(form.warm)
  const before = await gauge.atRest(form.rest)
  const end = performance.now() + form.minutes * 60_000
  while (performance.now() < end) {
    await pass(form.every)
    const sample = await gauge.look()
    samples.push(sample)
    context.log(
      `     minute ${sample.minute.toFixed(1)}: heap ${mb(sample.heap)} MB, RSS ${mb(sample.rss)} MB`,
    )
  }
  const after = await gauge.atRest(form.rest)
  churn.close()
  judge({ before, after, samples, ...tallies }, form, context)
}

/** Both at the same time, until both are over. */
async function busy(
  customers: readonly LoadCustomer[],
  churn: Churn,
  { rate, churn: often, seconds }: { rate: number; churn: number; seconds: number },
  { turns, sockets }: Record<'turns' | 'sockets', Tally>,
  { random: chance }: Context,
): Promise<void> {
  await Promise.all([
    arrive(customers, { rate, seconds, chance }, turns),
    churn.run({ rate: often, seconds, chance }, sockets),
  ])
}

interface Seen extends Record<'turns' | 'sockets', Tally> {
  before: Sample
  after: Sample
  samples: readonly Sample[]
}

function judge(
  { before, after, samples, turns, sockets }: Seen,
  { minutes }: { minutes: number },
  { figure, gate, pace }: Context,
): void {
  tell('turns', turns, figure)
  tell('sockets', sockets, figure)
  for (const [what, often] of [...turns.errors, ...sockets.errors]) figure(what, often)
  figure('samples', samples.length)
  gate('errors', errorsIn(turns, sockets), '==', 0)
  gate('turned away', turns.shed + sockets.shed + turns.unsent, '==', 0)
  for (const name of ['heap', 'external', 'rss'] as const) {
    figure(`${name} at rest before, MB`, mb(before[name]))
    figure(`${name} at rest after, MB`, mb(after[name]))
  }
  const most = (name: 'rss' | 'wal') => mb(Math.max(...samples.map((sample) => sample[name])))
  const grown = slope(samples) / megabyte
  figure('heap under way, median MB', mb(median(samples.map(({ heap }) => heap))))
  figure('slope of the heap under way, MB an hour', short(grown))
  pace('growth of the heap at rest in MB', mb(after.heap - before.heap), '<=', 5)
  if (minutes >= long) pace('slope of the heap, MB an hour', short(grown), '<=', 2)
  pace('file descriptors more at rest', after.open - before.open, '<=', 5)
  pace('timers more at rest', after.timers - before.timers, '<=', 0)
  pace('write-ahead log at most, MB', most('wal'), '<=', 64)
  pace('RSS at most, MB', most('rss'), '<=', 400)
}

function mb(bytes: number): number {
  return Math.round((bytes / megabyte) * 100) / 100
}
