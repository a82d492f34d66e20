import type { Claim } from './lanes.ts'
import type { Outgoing, Store, Unsent } from './store/index.ts'

/** What it needs of the store. */
export type SendingStore = Pick<Store, 'hold' | 'letGo' | 'holdToSend' | 'outgoing' | 'sent'>

/**
 * One conversation's outbox while this process empties it. The claim brings what is to be sent first, and the last that
 * was sent gives the claim back: two ways to the database where each by itself would make five.
 */
export class Sending implements Claim {
  readonly conversation: string
  readonly #store: SendingStore
  /** Read already, together with something else. */
  #read: { out?: Unsent } | undefined
  #isBegun = false
  /** The claim that was asked for last. */
  #holding: Promise<unknown> = Promise.resolve()
  /** Given back, or about to be: claimed anew it would be nobody's. */
  #isEnding = false
  /** Given back; whether another process had asked for it. */
  #isWanted: boolean | undefined

  constructor(store: SendingStore, conversation: string) {
    this.#store = store
    this.conversation = conversation
  }

  async hold(ms: number): Promise<boolean> {
    if (this.#isEnding) return true
    const held = this.#isBegun ? this.#store.hold(`send ${this.conversation}`, ms) : this.#begin(ms)
    this.#holding = held.catch(() => undefined)
    return held
  }

  async #begin(ms: number): Promise<boolean> {
    this.#read = await this.#store.holdToSend(this.conversation, ms)
    this.#isBegun = this.#read !== undefined
    return this.#isBegun
  }

  /** What is to be sent now, whether or not it is due. */
  async next(): Promise<Unsent | undefined> {
    const read = this.#read
    this.#read = undefined
    return read ? read.out : this.#store.outgoing(this.conversation)
  }

  /** It is not to be sent again. Whether there is more; otherwise the conversation is given back. */
  async sent(out: Outgoing): Promise<boolean> {
    this.#isEnding = true
    await this.#holding
    const { next, isWanted } = await this.#store.sent(out)
    if (!next) this.#isWanted = isWanted
    else {
      this.#read = { out: next }
      this.#isEnding = false
    }
    return next !== undefined
  }

  async letGo(): Promise<boolean> {
    return this.#isWanted ?? this.#store.letGo(`send ${this.conversation}`)
  }
}
