import { type Access, Unreachable } from './access.ts'
import { asObject, asText, type Outgoing } from './activity.ts'
import { backoff, Pause } from './pause.ts'
import type { Drawer, Rim } from './rim.ts'

/** Where a tab keeps what the server has not acknowledged, so that a reload loses nothing. */
const outboxKey = 'kaijo.outbox'
const mostTries = 6

/** A message on its way; the id goes with every try, so that the server takes it once. */
export interface Letter {
  id: string
  activity: Outgoing
}

export type Delivery = 'pending' | 'sent' | 'failed' | 'refused'

interface Parts {
  rim: Rim
  access: Access
  drawer: Drawer
  /** `activityId` is the server's, when it has given one. */
  onDelivery(letter: Letter, delivery: Delivery, activityId?: string): void
}

/** Sends one message after the other, each until the server has taken it. */
export class Outbox {
  readonly #parts: Parts
  readonly #pause: Pause
  #queue: Letter[] = []
  #isRunning = false
  #isOffline = false
  /** Milliseconds that the server asked to be left alone, at the last try. */
  #wanted = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#pause = new Pause(parts.rim)
  }

  /** What a reload has interrupted is sent now; call once. */
  restore(): void {
    const kept: unknown = JSON.parse(this.#parts.drawer.getItem(outboxKey) ?? '[]')
    for (const one of Array.isArray(kept) ? kept : []) {
      const letter = asObject(one)
      const activity = asObject(letter.activity) as unknown as Outgoing
      if (asText(letter.id) && asText(activity.type)) this.send({ id: asText(letter.id), activity })
    }
  }

  /** Sends a letter; sending a failed one again keeps its id. */
  send(letter: Letter): void {
    if (this.#queue.some((other) => other.id === letter.id)) return
    this.#queue.push(letter)
    this.#keep()
    this.#parts.onDelivery(letter, 'pending')
    if (!this.#isRunning) void this.#run()
  }

  /** Nothing that waits is sent any more. */
  clear(): void {
    this.#queue = []
    this.#keep()
    this.#pause.end()
  }

  offline(): void {
    this.#isOffline = true
  }

  wake(): void {
    this.#isOffline = false
    this.#pause.end()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    let tries = 0
    for (let letter = this.#queue[0]; letter; letter = this.#queue[0]) {
      const result = await this.#post(letter)
      if (letter !== this.#queue[0]) continue
      if (!result && this.#isOffline) {
        await this.#pause.wait(30_000)
      } else if (!result && ++tries < mostTries) {
        await this.#pause.wait(Math.max(backoff(tries, this.#parts.rim.random()), this.#wanted))
      } else {
        tries = 0
        this.#queue.shift()
        this.#keep()
        this.#parts.onDelivery(letter, result?.delivery ?? 'failed', result?.activityId)
      }
    }
    this.#isRunning = false
  }

  async #post({ id, activity }: Letter): Promise<{ delivery: Delivery; activityId?: string } | undefined> {
    const { displayText: _, ...said } = activity
    try {
      const body = { ...said, channelData: { clientActivityID: id, device: this.#parts.rim.device } }
      const answer = await this.#parts.access.request('POST', '/{id}/activities', body)
      if (answer.status > 299) return { delivery: answer.status < 404 ? 'refused' : 'failed' }
      return { delivery: 'sent', activityId: asText(asObject(await answer.json()).id) }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      this.#wanted = error.after
      return undefined
    }
  }

  #keep(): void {
    const { drawer } = this.#parts
    if (this.#queue.length > 0) drawer.setItem(outboxKey, JSON.stringify(this.#queue))
    else drawer.removeItem(outboxKey)
  }
}
