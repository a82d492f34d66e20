import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { type Customer, customer } from '../security/customer.ts'
import type { Served } from '../support/process.ts'
import type { Waits } from './honest.ts'

// A thread of its own: what the attackers next door do to their own process is no wait of these.

const { url, secret, customers, pause } = workerData as Pick<Served, 'url' | 'secret'> & {
  customers: number
  pause: number
}
const words = ['サービスがご利用できなくなりました', '利用者', 'はい', '証明書を選ぶ画面が出ません', '戻る']

/** All that were begun since it was asked last: each resolves with how long it took. */
let begun: Promise<number>[] = []
let problems: string[] = []
let isOver = false

async function converse(who: Customer): Promise<void> {
  for (let n = 0; !isOver; n++) {
    const wait = answered(who, words[n % words.length] as string)
    begun.push(wait)
    await wait
    await sleep(pause)
  }
}

async function answered(who: Customer, words: string): Promise<number> {
  const before = performance.now()
  try {
    const status = await who.say(words)
    if (status === 200) await Promise.race([who.heard(), late()])
    else problems.push(`answered ${status}`)
  } catch (error) {
    problems.push((error as Error).message)
  }
  return performance.now() - before
}

async function late(): Promise<never> {
  await sleep(30_000, undefined, { ref: false })
  throw new Error('not answered within 30 s')
}

const all = await Promise.all(Array.from({ length: customers }, () => customer({ url, secret } as Served)))
const talks = all.map(converse)

// A wait belongs to the time in which it began, and whoever asks gets it whole: one that was begun while the garbage was
// collected says nothing of what is done next, and one that is under way when that ends says most of all.
parentPort?.on('message', async (word: 'waits' | 'end') => {
  if (word === 'end') {
    isOver = true
    await Promise.all(talks)
  }
  const mine = begun
  begun = []
  const waits = await Promise.all(mine)
  parentPort?.postMessage({ waits, problems } satisfies Waits)
  problems = []
})
parentPort?.postMessage('there')
