import type { Claim } from './lanes.ts'
import type { Outgoing, Store, Unsent } from './store/index.ts'

/** What it needs of the store. */
export type SendingStore = Pick<Store, 'letGo' | 'holdToSend' | 'outgoing' | 'sent'>

/**
 * One conversation's outbox while this process empties it. The claim brings what is to be sent first, and the last that
 * was sent gives the claim back: two ways to the database where each by itself would make five.
 */
export class Sending implements Claim {
  readonly conversation: string
  readonly #store: SendingStore
  /** Read already, together with something else. */
  #read: { out?: Unsent } | undefined
  /** The store is asked one thing after the other: a claim that overtook what gives it back would be nobody's. */
  #last: Promise<unknown> = Promise.resolve()
  /** Given back; whether another process had asked for it. */
  #isWanted: boolean | undefined
  /** Something was sent, and the store does not know it yet. */
  #isUnnoted = false

  constructor(store: SendingStore, conversation: string) {
    this.#store = store
    this.conversation = conversation
  }

  /** Each claim reads anew: when we stood still, another process may have had it and sent what we know. */
  hold(ms: number): Promise<boolean> {
    return this.#afterLast(async () => {
      if (this.#isWanted !== undefined) return true
      this.#read = await this.#store.holdToSend(this.conversation, ms)
      return this.#read !== undefined
    })
  }

  /** What is to be sent now, whether or not it is due. */
  async next(): Promise<Unsent | undefined> {
    const read = this.#read
    this.#read = undefined
    return read ? read.out : this.#store.outgoing(this.conversation)
  }

  /** It is not to be sent again. Whether there is more; otherwise the conversation is given back. */
  sent(out: Outgoing): Promise<boolean> {
    return this.#afterLast(async () => {
      this.#isUnnoted = true
      const { next, isWanted } = await this.#store.sent(out)
      this.#isUnnoted = false
      if (next) this.#read = { out: next }
      else this.#isWanted = isWanted
      return next !== undefined
    })
  }

  /** Kept until its time is over while we try to note what was sent: whoever had it now would send that again. */
  async letGo(): Promise<boolean> {
    if (this.#isUnnoted) return false
    return this.#isWanted ?? this.#store.letGo(`send ${this.conversation}`)
  }

  #afterLast<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}
