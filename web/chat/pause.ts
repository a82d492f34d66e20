import type { Rim } from './rim.ts'

/** A wait that can be cut short. */
export class Pause {
  readonly #rim: Pick<Rim, 'after'>
  #end: (() => void) | undefined

  constructor(rim: Pick<Rim, 'after'>) {
    this.#rim = rim
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#rim.after(milliseconds, () => this.end())
      this.#end = () => {
        cancel()
        this.#end = undefined
        resolve()
      }
    })
  }

  /** Ends the wait that is going on, if any. */
  end(): void {
    this.#end?.()
  }
}

/**
 * How long to wait before the next try, in milliseconds: doubling from one second (after the first failure) up to half a minute, of which
 * the second half is chance, so that a restarted server is not stormed by everybody at once.
 */
export function backoff(failures: number, chance: number): number {
  const most = Math.min(30_000, 500 * 2 ** failures)
  return most / 2 + (most / 2) * chance
}
