import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../test/fault/scenario.ts'
import { Mind } from '../test/support/mind.ts'
import { arrive, blame, errorsIn, newTally, quantileMs, succeed, type Tally } from './loadArrivals.ts'
import { LoadCustomer, within } from './loadCustomer.ts'
import { short, tell } from './loadPace.ts'
import type { Street } from './loadStreet.ts'
import { type Press, recordWalk } from './walk.ts'

/** How much of it is done. */
export interface Unlocks {
  requests: number
  /** Seconds in which the bank tells of all of them. */
  seconds: number
  /** Turns of others a second, meanwhile. */
  rate: number
}

const patience = 20_000
/** Milliseconds after which the bank sends its news again. */
const again = 250
/** From the first message to the waiting for the bank. */
const toTheBank = ['user', 'all', 'known']

/** L3. So many wait for the bank, which tells of each twice while others write; from the webhook to the socket. */
export async function unlocks(
  street: Street,
  others: readonly LoadCustomer[],
  { requests, seconds, rate }: Unlocks,
  { figure, gate, pace, random }: Context,
): Promise<void> {
  const waiters = await waitersOf(street, requests)
  const news = newTally()
  const tells = waiters.map(async (waiter, n) => {
    const early = (n * seconds * 1000) / requests
    const due = performance.now() + early
    await sleep(early)
    await waiter.told(due, news)
  })
  const turns = await arrive(others, { rate, seconds: seconds + 1, chance: random })
  await Promise.all(tells)
  tell('unlocks', news, figure)
  tell('unlocks: turns of others', turns, figure)
  for (const [what, often] of [...turns.errors, ...news.errors]) figure(`unlocks: ${what}`, often)
  gate('unlocks: errors', errorsIn(turns, news), '==', 0)
  gate('unlocks: never told', waiters.filter(({ heard }) => heard === 0).length, '==', 0)
  gate('unlocks: told twice', waiters.filter(({ heard }) => heard > 1).length, '==', 0)
  pace('unlocks: p99 from the webhook to the socket in ms', short(quantileMs(news, 0.99)), '<=', 2000)
  for (const waiter of waiters) waiter.close()
}

/** All of them at the step before, side by side; then one after the other, so that we know whose request is whose. */
async function waitersOf(street: Street, count: number): Promise<Waiter[]> {
  const { walk, words } = await recordUnlock()
  const waiters = Array.from({ length: count }, () => new Waiter(street, walk, words))
  for (let n = 0; n < count; n += 20)
    await Promise.all(waiters.slice(n, n + 20).map((waiter) => waiter.begin()))
  for (const waiter of waiters) await waiter.asks()
  return waiters
}

/** What is pressed until the bank is waited for, and what is said then when it has cleared the lock. */
async function recordUnlock(): Promise<{ walk: Press[]; words: string }> {
  const mind = new Mind()
  const walk = await recordWalk(mind, toTheBank)
  let state: Parameters<Mind['hear']>[0]
  for (const { text, value } of walk)
    state = (await mind.hear(state, { type: 'message', text, value, locale: 'ja' })).state
  const value = mind.bank.settle('cleared')
  const { said } = await mind.hear(state, { type: 'event', name: 'unlock.updated', value })
  const [words] = said[0]?.text?.split('\n') ?? []
  if (!words) throw new Error('Nothing is said when the bank has cleared the lock.')
  return { walk, words }
}

/** Somebody who waits for the bank in the web chat. */
class Waiter {
  heard = 0
  readonly #street: Street
  readonly #customer: LoadCustomer
  readonly #walk: readonly Press[]
  readonly #cleared = Promise.withResolvers<void>()
  #request = ''
  /** When it was heard, by the clock that never goes back. */
  #at = 0

  constructor(street: Street, walk: readonly Press[], words: string) {
    this.#street = street
    this.#walk = walk
    const way = street.newcomer()
    const open = way.open.bind(way)
    way.open = (hear) =>
      open((json) => {
        this.#hear(String(json), words)
        hear(json)
      })
    this.#customer = new LoadCustomer(way, walk)
  }

  /** Goes to the last press before the bank. */
  async begin(): Promise<void> {
    await this.#customer.open()
    for (let press = 1; press < this.#walk.length; press++) await this.#customer.turn()
  }

  /** Asks the bank; nobody else may do so meanwhile. */
  async asks(): Promise<void> {
    const { requests } = this.#street.bank
    const before = requests.size
    await this.#customer.turn()
    if (requests.size !== before + 1)
      throw new Error(`One asked, and the bank has ${requests.size - before} requests more`)
    this.#request = [...requests.keys()].at(-1) as string
  }

  /** The bank tells of it, and once more: it has missed our answer. */
  async told(due: number, tally: Tally): Promise<void> {
    const { bank, pool } = this.#street
    Object.assign(bank.requests.get(this.#request) ?? {}, { state: 'cleared' })
    const { headers, body } = bank.webhook(this.#request, 'cleared')
    const { 'content-type': _, ...signed } = headers
    const header = Object.entries(signed)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\r\n')
    try {
      for (let taken = 0; taken < 2; ) {
        const { status } = await pool.send('/unlock/callback', body.toString(), header)
        if (status === 204) taken++
        // A bank sends again what it was told to send again.
        else if (status === 503) await new Promise((resolve) => setTimeout(resolve, again))
        else throw new Error(`The bank's news was answered ${status}`)
      }
      await within(patience, this.#cleared.promise, 'Nothing of the cleared lock came')
      succeed(tally, this.#at - due)
    } catch (error) {
      blame(tally, error)
    }
  }

  #hear(json: string, words: string): void {
    if (!json.includes(words)) return
    const { activities } = JSON.parse(json) as { activities: { text?: string }[] }
    this.heard += activities.filter(({ text }) => text?.includes(words)).length
    this.#at ||= performance.now()
    this.#cleared.resolve()
  }

  close(): void {
    this.#customer.close()
  }
}
