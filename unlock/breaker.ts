/** Stops calling what does not answer, and tries it again with one call after a pause. */
export interface Breaker {
  /** Does the work, or throws what `refuse` makes, at once, while the breaker is open. */
  run<T>(work: () => Promise<T>): Promise<T>
}

/** How a breaker is set up; times in milliseconds. */
export interface BreakerRules {
  /** So many failures in a row open it. */
  failures: number
  /** So long nothing is tried. */
  pause: number
  /** A clock that never goes back. */
  now: () => number
  /** Whether an error says that the other side is not well; a refusal that makes sense does not. */
  isFailure: (error: unknown) => boolean
  refuse: () => Error
}

/**
 * A circuit breaker. While one call tries whether the other side is back, the others are refused at once and do not wait for it
 * (the libraries' breakers let them wait): a customer's turn must not take two deadlines.
 */
export function createBreaker(rules: BreakerRules): Breaker {
  let failures = 0
  let openUntil = 0
  let isTrying = false

  return {
    async run(work) {
      const isOpen = failures >= rules.failures
      if (isOpen && (isTrying || rules.now() < openUntil)) throw rules.refuse()
      if (isOpen) isTrying = true
      try {
        const result = await work()
        failures = 0
        return result
      } catch (error) {
        if (rules.isFailure(error)) {
          failures += 1
          openUntil = rules.now() + rules.pause
        } else failures = 0
        throw error
      } finally {
        if (isOpen) isTrying = false
      }
    },
  }
}
