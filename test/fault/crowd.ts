import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { Answers, Customer, type Habits, type Place } from './customer.ts'
import { type History, judge, nothingWrong, type Verdict } from './history.ts'
import type { Context } from './scenario.ts'

/** Customers who write all the time while something is done to Kaijo, and are asked afterwards what they know. */
export class Crowd {
  readonly answers = new Answers()
  readonly #customers: Customer[]
  #writing: Promise<unknown> = Promise.resolve()

  /** Every other one reads by a socket. */
  constructor(places: readonly Place[], size: number, habits: Partial<Habits> = {}) {
    this.#customers = Array.from(
      { length: size },
      (_, n) => new Customer(places, n, { pause: 40, ...habits, answers: this.answers, socket: n % 2 === 0 }),
    )
  }

  /** All have begun and write; `most` messages each, or until `stop`. */
  async begin(most?: number): Promise<void> {
    await Promise.all(this.#customers.map((customer) => customer.begin()))
    this.#writing = Promise.all(this.#customers.map((customer) => customer.write(most)))
  }

  /** How many messages were taken so far. */
  get taken(): number {
    const taken = this.#customers.map(
      ({ sent }) => sent.filter(({ takenAt }) => takenAt !== undefined).length,
    )
    return taken.reduce((sum, one) => sum + one, 0)
  }

  get conversations(): string[] {
    return this.#customers.map(({ conversation }) => conversation)
  }

  /** Resolves when each has had one more message taken, and some time has passed. */
  async goesOn(ms: number, most = 30_000): Promise<void> {
    const before = this.#customers.map(({ sent }) => sent.length)
    await sleep(ms)
    const end = performance.now() + most
    while (performance.now() < end) {
      // One more was begun, so that one was taken.
      if (this.#customers.every(({ sent }, n) => sent.length > (before[n] as number) + 1)) return
      await sleep(20)
    }
    throw new Error(`Not every customer could write within ${most} ms: ${this.answers}`)
  }

  /** Nobody begins another message. */
  stop(): void {
    for (const customer of this.#customers) customer.stop()
  }

  /** When the last message was taken, and when all that was said had been seen: `performance.now()`, after `end`. */
  writtenAt = 0
  restedAt = 0

  /**
   * Lets them finish what they write, waits until the answers to all of it have been seen (`most` milliseconds at most),
   * and gives what each of them knows.
   */
  end(most = 30_000): Promise<History[]> {
    this.stop()
    return this.whole(most)
  }

  /** The same, of those who write until they are done. */
  async whole(most: number): Promise<History[]> {
    await this.#writing
    this.writtenAt = performance.now()
    const end = performance.now() + most
    while (this.#customers.some((customer) => !customer.isAnswered) && performance.now() < end)
      await sleep(20)
    this.restedAt = performance.now()
    return Promise.all(this.#customers.map((customer) => customer.end()))
  }
}

/** Gates, one each, that nothing was lost, doubled or disordered; all of them begin with `name`. */
export function gateVerdict(
  { gate }: Pick<Context, 'gate'>,
  name: string,
  histories: readonly History[],
): void {
  const verdict = judge(histories)
  for (const key of Object.keys(nothingWrong) as (keyof Verdict)[])
    gate(`${name}: ${said[key]}`, verdict[key], '==', 0)
}

const said: Record<keyof Verdict, string> = {
  falselyTaken: 'acknowledged and not in the log',
  unanswered: 'acknowledged and never answered',
  unseen: 'said and never seen by its customer',
  doubled: 'doubled',
  disordered: 'out of order',
  miscounted: 'turns miscounted',
}

/** The versions of all conversations in a PostgreSQL: how many turns were applied in each. */
export function versionsIn(place: string): Promise<Map<string, number>> {
  return inside(place, async (client, schema) => {
    const { rows } = await client.query(`SELECT id, version FROM ${schema}.conversations`)
    return new Map(rows.map(({ id, version }) => [id, Number(version)]))
  })
}

/** How many events wait for their turns in a PostgreSQL, and answers for their channels, whoever works at them now. */
export function waitingIn(place: string): Promise<number> {
  return inside(place, async (client, schema) => {
    const pending = `SELECT conversation FROM ${schema}.inbox WHERE activity IS NOT NULL`
    const unsent = `SELECT conversation FROM ${schema}.outbox`
    const { rows } = await client.query(`SELECT count(*) FROM (${pending} UNION ALL ${unsent}) AS waiting`)
    return Number(rows[0].count)
  })
}

async function inside<T>(place: string, work: (client: Client, schema: string) => Promise<T>): Promise<T> {
  const url = new URL(place)
  const schema = url.searchParams.get('schema') ?? ''
  url.searchParams.delete('schema')
  const client = new Client({ connectionString: String(url) })
  await client.connect()
  try {
    return await work(client, schema)
  } finally {
    await client.end()
  }
}
