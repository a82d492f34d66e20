import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Served } from '../support/process.ts'
import type { Context } from './scenario.ts'

/** How long each of them waited for an answer, in milliseconds, and what went wrong. */
export interface Waits {
  waits: number[]
  problems: string[]
}

/** Honest customers of the web chat, who write and are answered all the while that something is done to the bot. */
export interface Honest {
  /** Of the messages that were sent since it was asked last; resolves when each of them has been answered. */
  since(): Promise<Waits>
  /** Lets them finish; gives what came since it was asked last. */
  end(): Promise<Waits>
}

/** So many of them begin, each with a pause of `pause` milliseconds after an answer. */
export async function honest(kaijo: Served, customers = 4, pause = 50): Promise<Honest> {
  const { url, secret } = kaijo
  const file = new URL('honestThread.ts', import.meta.url)
  const thread = new Worker(file, { workerData: { url, secret, customers, pause } })
  const ask = async (word: 'waits' | 'end') => {
    thread.postMessage(word)
    return (await once(thread, 'message'))[0] as Waits
  }
  await once(thread, 'message')
  return {
    since: () => ask('waits'),
    async end() {
      const last = await ask('end')
      await thread.terminate()
      return last
    },
  }
}

/** The wait that 99 of 100 did not exceed. */
export function slowest({ waits }: Waits, share = 0.99): number {
  const sorted = waits.toSorted((a, b) => a - b)
  const wait = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return Math.round(wait * 10) / 10
}

/** Holds them to have been served all the while. */
export function gateServed({ gate, figure, log }: Context, what: string, during: Waits): void {
  figure(`honest p99, ${what}, ms`, slowest(during))
  figure(`honest answers, ${what}`, during.waits.length)
  for (const problem of during.problems) log(`     not served: ${problem}`)
  gate(`honest customers not served, ${what}`, during.problems.length, '==', 0)
}

/** And not to have waited much longer than before. */
export function gateHonest(context: Context, what: string, before: Waits, during: Waits): void {
  gateServed(context, what, during)
  context.figure('honest p99 before, ms', slowest(before))
  // Of few answers the slowest says nothing; below 20 ms it is the machine's other work that is measured.
  const times = round(slowest(during) / Math.max(20, slowest(before)))
  context.pace(`honest p99, ${what}, times that before`, times, '<=', 3)
}

const round = (value: number) => Math.round(value * 100) / 100
