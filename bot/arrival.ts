import type { Accepted, Conversation, Inbound, Pending, Store } from './store/index.ts'
import { activityId } from './store/rows.ts'

/** An event on its way in: it is stored by the commit of its own turn, or by itself when that would take too long. */
export class Arrival {
  readonly inbound: Inbound
  /** Settles when the event cannot be lost any more, or could not be stored. */
  readonly accepted: Promise<Accepted>
  readonly #store: Pick<Store, 'accept'>
  readonly #settle: (accepted: Accepted | Promise<Accepted>) => void
  #isStored = false
  #applied: Accepted | undefined

  constructor(inbound: Inbound, store: Pick<Store, 'accept'>) {
    const { promise, resolve } = Promise.withResolvers<Accepted>()
    this.inbound = inbound
    this.accepted = promise
    this.#settle = resolve
    this.#store = store
  }

  /** Whether its turn has stored it: there is nothing left to do for it. */
  get isApplied(): boolean {
    return this.#applied !== undefined
  }

  /** The event as the log will have it, if it is the next one there. */
  pending({ id: conversation, seq }: Conversation): Pending {
    const { channel, eventId, activity, logged, reply } = this.inbound
    const id = logged ? { id: activityId(conversation, seq + 1) } : {}
    return { channel, eventId, activity: { ...activity, ...id }, ...(reply && { reply }) }
  }

  /** What the commit of its turn has to store of it; nothing when it is stored. Rejects when it could not be. */
  async unstored({ seq }: Conversation): Promise<{ accepts?: { inbound: Inbound; seq: number } }> {
    if (!this.#isStored) return { accepts: { inbound: this.inbound, seq } }
    // Its channel was told that we do not have it, and brings it again: what this turn has said would be said twice.
    await this.accepted
    return {}
  }

  /** Whether something was logged before it when it was stored by itself: then its turn is taken again, behind that. */
  async isBehind({ activity, eventId }: Pending): Promise<boolean> {
    if (!this.#isStored) return false
    const { seen, activityId } = await this.accepted
    return seen || activityId !== (activity.id ?? eventId)
  }

  /** Its turn is committed. */
  applied({ activity, eventId }: Pending): void {
    if (!this.#isStored) this.#applied = { seen: false, activityId: activity.id ?? eventId }
  }

  /** Stores the event by itself, unless that is done. */
  accept(): Promise<Accepted> {
    if (!this.#isStored) this.#settle(this.#applied ?? this.#store.accept(this.inbound))
    this.#isStored = true
    return this.accepted
  }
}
