import type { Measure } from './rounds.ts'

/** As many callers as the notes on performance measured with. */
export const callers = 50

/**
 * Calls a second when everyone calls again as soon as the call before is done. `latencies` collects milliseconds.
 * Rejects with the first call that fails, or when one has no end: that caller's answer was lost.
 */
export function crowd(calls: readonly (() => Promise<unknown>)[], latencies: number[] = []): Measure {
  return async (ms) => {
    const began = performance.now()
    let done = 0
    const call = async (once: () => Promise<unknown>) => {
      while (performance.now() - began < ms) {
        const started = performance.now()
        await once()
        latencies.push(performance.now() - started)
        done++
      }
    }
    await within(ms + 10_000, Promise.all(calls.map(call)))
    return (done * 1000) / (performance.now() - began)
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`A call had no answer within ${ms} ms.`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
