import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { within } from './loadCustomer.ts'
import type { Street } from './loadStreet.ts'

/** What a process holds after a collection of garbage: bytes, file descriptors, timers that keep it alive. */
export interface Looked {
  heap: number
  external: number
  rss: number
  open: number
  timers: number
}

/** The same with the minute it was seen in, and the bytes of the write-ahead log; 0 where it is not ours. */
export interface Sample extends Looked {
  minute: number
  wal: number
}

const patience = 20_000
/** Milliseconds after which nobody's connections are kept any more: ours for five seconds, those of our callers for four. */
const kept = 6000

/** Looks into Kaijo's process by the probe that was loaded with it. */
export class Gauge {
  readonly #street: Street
  readonly #began = performance.now()

  constructor(street: Street) {
    this.#street = street
  }

  async look(): Promise<Sample> {
    const { process: child } = this.#street.kaijo
    const answered = new Promise<Looked>((resolve) =>
      child.once('message', (message) => resolve((message as { seen: Looked }).seen)),
    )
    child.send({ look: true })
    const seen = await within(patience, answered, 'The probe gave no answer')
    const log = join(this.#street.dir, 'kaijo.db-wal')
    const wal = existsSync(log) ? statSync(log).size : 0
    return { minute: (performance.now() - this.#began) / 60_000, ...seen, wal }
  }

  /** The same when nobody has anything to do: connections that nobody uses have been closed, at most so many seconds later. */
  async atRest(most: number): Promise<Sample> {
    this.#street.pool.rest()
    const end = performance.now() + most * 1000
    await sleep(Math.min(kept, most * 1000))
    for (let before = await this.look(); ; ) {
      await sleep(Math.min(1000, most * 500))
      const now = await this.look()
      if (now.open === before.open || performance.now() > end) return now
      before = now
    }
  }
}

/** Bytes an hour by which the heap grows: the line through all samples with the least squares. */
export function slope(samples: readonly Pick<Sample, 'minute' | 'heap'>[]): number {
  const mean = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length
  const [minute, heap] = [mean(samples.map((one) => one.minute)), mean(samples.map((one) => one.heap))]
  const spread = samples.reduce((sum, one) => sum + (one.minute - minute) ** 2, 0)
  const lean = samples.reduce((sum, one) => sum + (one.minute - minute) * (one.heap - heap), 0)
  return spread === 0 ? 0 : (lean / spread) * 60
}
