import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Outcome } from './loadCustomer.ts'

/** What became of those who came. Latencies in microseconds, from when they meant to come; Node's own HDR histogram. */
export interface Tally {
  took: RecordableHistogram
  done: number
  /** Of them by each channel, or whatever the comers call themselves. */
  by: Map<string, number>
  shed: number
  /** Nobody was free to come: more waited for their answers than there are customers. */
  unsent: number
  /** What went wrong, each kind with how often. */
  errors: Map<string, number>
  /** Milliseconds that we were late ourselves, at worst; counted in `took`. */
  late: number
}

/** Somebody who can come. */
export interface Comer {
  turn(): Promise<Outcome>
  /** Whether the turn before is over. */
  isFree: boolean
  /** What it is counted among; nothing unless said otherwise. */
  kind?: string
}

/** How many come, for how long, and whether they come although they still wait for their last answer. */
export interface Plan {
  rate: number
  seconds: number
  chance: () => number
  /** Those who still wait are passed over, instead of coming again as soon as they have their answer. */
  freeOnly?: boolean
}

/** A tally of nothing yet. */
export function newTally(): Tally {
  const took = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 })
  return { took, done: 0, by: new Map(), shed: 0, unsent: 0, errors: new Map(), late: 0 }
}

/** Milliseconds from the start at which somebody comes: by chance, as people do, and fixed in advance. */
export function arrivals({ rate, seconds, chance }: Plan): number[] {
  const times: number[] = []
  for (let at = 0; ; ) {
    at += (-Math.log(1 - chance()) * 1000) / rate
    if (at >= seconds * 1000) return times
    times.push(at)
  }
}

/**
 * An open loop: they come when they meant to, whatever the answers take, and all that they wait counts (no coordinated
 * omission). Resolves when all have their answer.
 */
export async function arrive(comers: readonly Comer[], plan: Plan, tally = newTally()): Promise<Tally> {
  const open = new Set<Promise<void>>()
  const began = performance.now()
  const next = inTurn(comers, plan.freeOnly ?? false)
  for (const at of arrivals(plan)) {
    const due = began + at
    while (performance.now() < due)
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, due - performance.now())))
    tally.late = Math.max(tally.late, performance.now() - due)
    const comer = next()
    if (!comer) {
      tally.unsent++
      continue
    }
    const one = count(comer, due, tally).finally(() => open.delete(one))
    open.add(one)
  }
  await Promise.all(open)
  return tally
}

/** One after the other, all of them; undefined when only free ones count and there is none. */
function inTurn(comers: readonly Comer[], freeOnly: boolean): () => Comer | undefined {
  let at = 0
  return () => {
    for (let looked = 0; looked < comers.length; looked++) {
      const comer = comers[at++ % comers.length] as Comer
      if (!freeOnly || comer.isFree) return comer
    }
  }
}

async function count(comer: Comer, due: number, tally: Tally): Promise<void> {
  try {
    if ((await comer.turn()) === 'shed') {
      tally.shed++
      return
    }
    succeed(tally, performance.now() - due)
    if (comer.kind) tally.by.set(comer.kind, (tally.by.get(comer.kind) ?? 0) + 1)
  } catch (error) {
    blame(tally, error)
  }
}

/** Notes what went well, and how many milliseconds it took. */
export function succeed(tally: Tally, ms: number): void {
  tally.done++
  tally.took.record(Math.max(1, Math.round(ms * 1000)))
}

/** Notes what went wrong. */
export function blame({ errors }: Tally, error: unknown): void {
  const [what = ''] = (error as Error).message.split('\n')
  errors.set(what, (errors.get(what) ?? 0) + 1)
}

/** How many went wrong. */
export function errorsIn(...tallies: readonly Tally[]): number {
  return tallies.flatMap(({ errors }) => [...errors.values()]).reduce((sum, often) => sum + often, 0)
}

/** Milliseconds that this share of all did not exceed; 0 when there were none. */
export function quantileMs({ took }: Tally, share: number): number {
  return took.count === 0 ? 0 : took.percentile(share * 100) / 1000
}
