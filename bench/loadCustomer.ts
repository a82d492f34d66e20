import { randomUUID } from 'node:crypto'
import type { Activity } from 'botbuilder-core'
import type { Answer } from './connection.ts'
import { type Press, pressed } from './walk.ts'

/** How a customer comes in: one of each channel's lies in `loadWays.ts`. */
export interface Way {
  channel: 'web' | 'line' | 'teams'
  /** Begins the conversation; `hear` is given all that the customer is sent, as its JSON. */
  open(hear: (json: string | Buffer) => void): Promise<void>
  /** Sends a press; the same `id` is the same event. */
  press(activity: Partial<Activity>, id: string): Promise<Answer>
  /** What stands in the JSON of a message whose buttons are of this step, e.g. `service-suspended/role`. */
  mark(step: string): string
  close(): void
}

/** How a turn came out: answered and seen, or refused with 429 or 503 and a word on when to come again. */
export type Outcome = 'done' | 'shed'

/** Milliseconds after which an answer counts as lost. */
const patience = 20_000

/** A customer who walks through the guide again and again; nothing counts as done before it is seen. */
export class LoadCustomer {
  readonly way: Way
  readonly #walk: readonly Press[]
  #walks = 1
  #next = 0
  #id = randomUUID()
  #heard: PromiseWithResolvers<void> | undefined
  #mark = ''
  /** Turns this one after the other: nobody presses a button that is not there yet. */
  #last: Promise<unknown> = Promise.resolve()
  isFree = true

  constructor(way: Way, walk: readonly Press[]) {
    this.way = way
    this.#walk = walk
  }

  get kind(): string {
    return this.way.channel
  }

  open(): Promise<void> {
    return this.way.open((json) => this.#hear(json))
  }

  /** One guided turn, after those that were begun before it; rejects when it was refused for no good reason, or lost. */
  turn(): Promise<Outcome> {
    this.isFree = false
    const turn = this.#last.then(() => this.#turn())
    const last = turn.catch(() => undefined)
    this.#last = last
    void last.then(() => {
      if (this.#last === last) this.isFree = true
    })
    return turn
  }

  close(): void {
    this.way.close()
  }

  async #turn(): Promise<Outcome> {
    const press = this.#walk[this.#next] as Press
    // After a refusal it may have been taken all the same: it stays the same event, and its answer may come any time.
    this.#heard ??= Promise.withResolvers<void>()
    const { promise } = this.#heard
    this.#mark = this.way.mark(press.leadsTo)
    const { status, head, body } = await this.way.press(pressed(press, this.#walks), this.#id)
    if (status === 429 || status === 503) {
      if (/\r\nretry-after: *\d/i.test(head)) return 'shed'
      throw new Error(`${this.way.channel}: ${status} without Retry-After`)
    }
    if (status >= 300) throw new Error(`${this.way.channel}: answered ${status}: ${body}`)
    await within(patience, promise, `${this.way.channel}: nothing of ${press.leadsTo} came`)
    this.#goOn()
    return 'done'
  }

  #goOn(): void {
    this.#heard = undefined
    this.#id = randomUUID()
    this.#next = (this.#next + 1) % this.#walk.length
    if (this.#next === 0) this.#walks++
  }

  #hear(json: string | Buffer): void {
    if (this.#heard && json.includes(this.#mark)) this.#heard.resolve()
  }
}

/** Rejects with the sentence when it has not come after so many milliseconds. */
export async function within<T>(ms: number, work: Promise<T>, sentence: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${sentence} within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
