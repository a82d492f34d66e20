import { arrive, type Comer, type Tally } from './loadArrivals.ts'
import type { Outcome } from './loadCustomer.ts'
import type { Street } from './loadStreet.ts'
import type { WebWay } from './loadWays.ts'

/** So many customers of the web chat whose network comes and goes. */
const commuters = 20

/** Sockets that come and go: every other one is a new customer's, who leaves without a word when greeted. */
export class Churn {
  readonly #comers: Comer[]
  readonly #open: WebWay[] = []

  constructor(street: Street) {
    this.#comers = Array.from({ length: commuters }, () => [
      this.#stranger(street),
      this.#commuter(street),
    ]).flat()
  }

  /** So many a second, for so long; each counts as done when it has heard the greeting. */
  run(plan: { rate: number; seconds: number; chance: () => number }, tally: Tally): Promise<Tally> {
    return arrive(this.#comers, { ...plan, freeOnly: true }, tally)
  }

  close(): void {
    for (const way of this.#open) way.close()
  }

  #stranger(street: Street): Comer {
    return busy(async () => {
      const way = street.newcomer()
      await way.open(() => {})
      way.close()
    })
  }

  /** The one before is cut off when the next begins, or at the end. */
  #commuter(street: Street): Comer {
    const way = street.newcomer()
    let isKnown = false
    return busy(async () => {
      if (isKnown) return way.connect(() => {})
      isKnown = true
      this.#open.push(way)
      await way.open(() => {})
    })
  }
}

function busy(come: () => Promise<void>): Comer {
  const comer = {
    isFree: true,
    async turn(): Promise<Outcome> {
      comer.isFree = false
      try {
        await come()
        return 'done'
      } finally {
        comer.isFree = true
      }
    },
  }
  return comer
}
