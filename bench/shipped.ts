import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Measure } from './rounds.ts'

/** What runs on the SDK as it is shipped. */
export type Shipped = 'echo' | 'waterfall'

/** Measures on the SDK as it is shipped, in a thread of its own: how this thread loads it does not reach there. */
export function asShipped(): { measure(name: Shipped): Measure; close(): Promise<number> } {
  const worker = new Worker(new URL('./shippedThread.ts', import.meta.url), {
    env: { ...process.env, SDK_AS_SHIPPED: '1' },
  })
  return {
    measure: (name) => async (ms) => {
      worker.postMessage({ name, ms })
      const [figure] = await once(worker, 'message')
      return figure
    },
    close: () => worker.terminate(),
  }
}
