import type { Context } from '../test/fault/scenario.ts'
import { callers, crowd } from './crowd.ts'
import { arrive, type Comer, errorsIn, newTally, quantileMs, type Tally } from './loadArrivals.ts'
import type { LoadCustomer, Outcome } from './loadCustomer.ts'
import { Pool } from './loadPool.ts'
import { mix, type Street } from './loadStreet.ts'
import { processorSeconds } from './processor.ts'
import { median, ratio, takeRounds } from './rounds.ts'
import { startRestify } from './servers.ts'

/** How much of it is done. */
export interface Measure {
  /** Turns a second. */
  rate: number
  /** Of the open loop, in all; the floor is given a third of it. */
  seconds: number
  /** Of each round of the closed loop. */
  closedMs: number
  /** Of the closed loop, and into so many pieces the open one is cut; the floor takes its piece after each. */
  rounds: number
}

/** What the later parts are held against. */
export interface Baseline {
  /** Turns a second when everybody comes again at once. */
  most: number
  p99: number
}

/**
 * L1. Turns of all channels in a closed loop and at a fixed rate, and between them the floor: bare restify with one
 * durable write behind it by the group commit of our own store, from the same process over connections of the same kind.
 */
export async function pace(
  street: Street,
  customers: readonly LoadCustomer[],
  measure: Measure,
  context: Context,
): Promise<Baseline> {
  const restify = await startRestify(street.dir)
  const pool = new Pool(restify.port)
  const floor = Array.from({ length: callers }, () => new FloorCaller(pool, street))
  try {
    const most = await closedLoop(customers, floor, measure, context)
    const p99 = await openLoop(street, customers, floor, measure, context)
    return { most, p99 }
  } finally {
    pool.close()
    await restify.stop()
  }
}

async function closedLoop(
  customers: readonly LoadCustomer[],
  floor: readonly FloorCaller[],
  { rounds, closedMs }: Measure,
  { figure, pace: paced }: Context,
): Promise<number> {
  const few = customers.slice(0, callers)
  const figures = await takeRounds(
    {
      turns: crowd(few.map((customer) => () => customer.turn())),
      floor: crowd(floor.map((caller) => () => caller.turn())),
    },
    { rounds, ms: closedMs },
  )
  const most = median(figures.turns)
  figure('closed loop: turns/s', whole(most))
  figure('closed loop: writes/s of the floor', whole(median(figures.floor)))
  const share = ratio(figures.turns, figures.floor)
  paced('closed loop: turns/s ÷ writes/s of the floor', short(share), '>=', 0.4)
  return most
}

async function openLoop(
  { kaijo }: Street,
  customers: readonly LoadCustomer[],
  floor: readonly FloorCaller[],
  { rate, seconds, rounds }: Measure,
  { figure, gate, pace: paced, random }: Context,
): Promise<number> {
  const [turns, writes] = [newTally(), newTally()]
  let spent = 0
  for (let round = 0; round < rounds; round++) {
    const before = processorSeconds(kaijo.process.pid)
    await arrive(customers, { rate, seconds: seconds / rounds, chance: random }, turns)
    spent += processorSeconds(kaijo.process.pid) - before
    await arrive(floor, { rate, seconds: seconds / rounds / 3, chance: random }, writes)
  }
  tell('open loop', turns, figure)
  tell('open loop: floor', writes, figure)
  for (const channel of Object.keys(mix)) figure(`open loop: ${channel}`, turns.by.get(channel) ?? 0)
  for (const [what, often] of turns.errors) figure(`open loop: ${what}`, often)
  figure('open loop: turns/s', short(turns.done / seconds))
  figure('open loop: milliseconds of processor a turn', short((spent * 1000) / turns.done))
  gate('open loop: errors', errorsIn(turns, writes), '==', 0)
  gate('open loop: turned away', turns.shed + turns.unsent, '==', 0)
  const [p99, floorP99] = [quantileMs(turns, 0.99), quantileMs(writes, 0.99)]
  paced('open loop: p99 in ms', short(p99), '<=', 250)
  paced('open loop: p99 ÷ p99 of the floor', short(p99 / floorP99), '<=', 10)
  return p99
}

/** Whoever writes to the floor: always the same words, one write after the other. */
class FloorCaller implements Comer {
  isFree = true
  readonly #pool: Pool
  readonly #json: string
  #last: Promise<unknown> = Promise.resolve()

  constructor(pool: Pool, { walk }: Street) {
    this.#pool = pool
    this.#json = JSON.stringify(walk[0])
  }

  turn(): Promise<Outcome> {
    const turn = this.#last.then(async () => {
      const { status } = await this.#pool.send('/durable', this.#json, 'Accept: application/json')
      if (status !== 200) throw new Error(`The floor answered ${status}`)
      return 'done' as const
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** Counts and latencies, by name. */
export function tell(name: string, tally: Tally, figure: Context['figure']): void {
  figure(`${name}: done`, tally.done)
  if (tally.done > 0)
    for (const share of [0.5, 0.9, 0.99, 0.999])
      figure(`${name}: p${share * 100} in ms`, short(quantileMs(tally, share)))
  figure(`${name}: the generator late by ms at most`, short(tally.late))
}

/** Three digits that count. */
export function short(value: number): number {
  return Number(value.toPrecision(3))
}

/** A number of turns or writes. */
export function whole(value: number): number {
  return Math.round(value)
}
