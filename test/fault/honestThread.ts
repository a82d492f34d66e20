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

let waits: number[] = []
let problems: string[] = []
let isOver = false

async function converse(who: Customer): Promise<void> {
  for (let n = 0; !isOver; n++) {
    const before = performance.now()
    const status = await who.say(words[n % words.length] as string)
    if (status === 200) await Promise.race([who.heard(), late()])
    else problems.push(`answered ${status}`)
    waits.push(performance.now() - before)
    await sleep(pause)
  }
}

async function late(): Promise<never> {
  await sleep(30_000, undefined, { ref: false })
  throw new Error('not answered within 30 s')
}

const all = await Promise.all(Array.from({ length: customers }, () => customer({ url, secret } as Served)))
const talks = all.map((who) =>
  converse(who).catch((error: Error) => {
    problems.push(error.message)
  }),
)

parentPort?.on('message', async (word: 'waits' | 'end') => {
  if (word === 'end') {
    isOver = true
    await Promise.all(talks)
  }
  parentPort?.postMessage({ waits, problems } satisfies Waits)
  waits = []
  problems = []
})
parentPort?.postMessage('there')
