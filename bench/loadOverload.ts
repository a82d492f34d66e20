import type { Context } from '../test/fault/scenario.ts'
import { arrive, errorsIn, quantileMs } from './loadArrivals.ts'
import { type Baseline, short, tell, whole } from './loadPace.ts'
import type { Street } from './loadStreet.ts'

/** How much of it is done. */
export interface Overload {
  /** As many can wait at the same time. */
  customers: number
  seconds: number
  /** For so many seconds it is watched how it comes back. */
  recovery: number
}

const times = 5

/** L2. Five times more come than can be answered, in an open loop; then as many as before, until it is as it was. */
export async function overload(
  street: Street,
  { customers, seconds, recovery }: Overload,
  { most, p99, rate }: Baseline & { rate: number },
  { figure, gate, pace, random }: Context,
): Promise<void> {
  const all = await street.settle(customers)
  const plan = { rate: most * times, seconds, chance: random, freeOnly: true }
  const began = performance.now()
  const flood = await arrive(all, plan)
  const took = (performance.now() - began) / 1000
  tell('overload', flood, figure)
  figure('overload: came a second', whole(plan.rate))
  figure('overload: turned away with Retry-After', flood.shed)
  figure('overload: nobody was free to come', flood.unsent)
  for (const [what, often] of flood.errors) figure(`overload: ${what}`, often)
  gate('overload: errors', errorsIn(flood), '==', 0)
  const goodput = flood.done / took
  figure('overload: turns/s', whole(goodput))
  pace('overload: turns/s ÷ most', short(goodput / most), '>=', 0.7)
  pace('overload: p99 of those taken in ms', short(quantileMs(flood, 0.99)), '<=', 1000)
  pace('overload: seconds until it is as before', await back(), '<=', 5)

  /** The first second whose p99 is no more than twice of what it was, and in which nobody is turned away. */
  async function back(): Promise<number> {
    for (let second = 1; second <= recovery; second++) {
      const tally = await arrive(all, { rate, seconds: 1, chance: random })
      if (tally.shed === 0 && errorsIn(tally) === 0 && quantileMs(tally, 0.99) <= 2 * p99) return second
    }
    return recovery + 1
  }
}
