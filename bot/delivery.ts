import { Lanes } from './lanes.ts'
import type { Logger } from './log.ts'
import { Sending } from './sending.ts'
import type { Outgoing, Store } from './store/index.ts'

/** How a channel sends what was said. */
export interface Sender {
  channel: string
  /**
   * Sends it once. `remember` makes a note durable before something is done that must not be done twice.
   * `sent`: taken, or already taken before; `dropped`: can never be sent; otherwise try again after so many milliseconds.
   * A rejection counts as: try again.
   */
  send(
    out: Outgoing,
    remember: (note: object) => Promise<void>,
  ): Promise<'sent' | 'dropped' | { after: number }>
}

interface Deps {
  store: Store
  senders: readonly Sender[]
  log: Logger
  now?: () => number
}

const PAUSES = [1000, 4000, 15_000, 60_000, 300_000, 900_000, 1_800_000]
/** With these pauses 23 hours: after a day nobody waits for the answer any more, and LINE has forgotten its retry key. */
const MOST_TRIES = 52

/** Milliseconds before another try, after so many before this one. */
export function pauseAfter(attempts: number): number {
  return PAUSES[Math.min(attempts, PAUSES.length - 1)] as number
}

/** Empties the outbox: in order within a conversation, any number of conversations side by side. */
export class Delivery {
  readonly #deps: Deps
  readonly #senders: Map<string, Sender>
  readonly #now: () => number
  readonly #lanes: Lanes<Sending>
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /**
   * Where the next try is due whatever the clock on the wall says: at our start, as whoever runs it may have mended what
   * it waited for, and when its time has passed, as the clock may have been set back meanwhile.
   */
  readonly #due = new Set<string>()
  /** What a channel has taken, by its conversation, until the store has noted it: it is not sent again when that fails. */
  readonly #done = new Map<string, { id: number; result: 'sent' | 'dropped' }>()

  constructor(deps: Deps) {
    this.#deps = deps
    this.#senders = new Map(deps.senders.map((sender) => [sender.channel, sender]))
    this.#now = deps.now ?? Date.now
    this.#lanes = new Lanes({
      isShared: () => deps.store.isShared(),
      claim: (conversation) => new Sending(deps.store, conversation),
      run: async (_, isOurs, sending) => {
        while ((await isOurs()) && (await this.#sendNext(sending)));
      },
      // What waits for another try has its timer.
      find: async () =>
        (await deps.store.sending()).filter((conversation) => !this.#timers.has(conversation)),
      onError: (conversation, err) => deps.log.error({ event: 'delivery.failed', conversation, err }),
    })
  }

  /** Whether what is said in this channel must be sent out. */
  serves(channel: string): boolean {
    return this.#senders.has(channel)
  }

  /** Takes up what was not sent before a crash, and tries at once what waited for another try. */
  async start(): Promise<void> {
    for (const conversation of await this.#deps.store.sending()) this.#due.add(conversation)
    await this.#lanes.start()
  }

  /** Something was put into the outbox of a conversation. */
  wake(conversation: string): void {
    this.#lanes.wake(conversation)
  }

  /** Resolves when nothing is being sent; what waits for another try does not count. */
  idle(): Promise<void> {
    return this.#lanes.idle()
  }

  /** Lets what is being sent finish; the rest is taken up at the next start. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await this.#lanes.stop()
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  /** Whether there is more to send now. */
  async #sendNext(sending: Sending): Promise<boolean> {
    const { store, log } = this.#deps
    const { conversation } = sending
    const out = await sending.next()
    const isDue = this.#due.delete(conversation)
    const sender = out && this.#senders.get(out.channel)
    if (!out || !sender) return false
    const early = out.dueAt - this.#now()
    if (early > 0 && !isDue) {
      // Whatever timer runs already was set before the clock on the wall may have been.
      if (!this.#timers.has(conversation)) this.#later(conversation, early)
      return false
    }
    const result = this.#doneWith(out) ?? (await this.#try(sender, out))
    if (result === 'sent' || result === 'dropped') {
      this.#done.set(conversation, { id: out.id, result })
      const isMore = await sending.sent(out)
      this.#done.delete(conversation)
      log[result === 'sent' ? 'info' : 'warn']({
        event: `delivery.${result}`,
        channel: out.channel,
        conversation,
        attempt: out.attempts + 1,
      })
      return isMore
    }
    const { note, after } = result
    await store.postpone(out.id, { dueAt: this.#now() + after, attempts: out.attempts + 1, note })
    this.#later(conversation, after)
    return false
  }

  #doneWith({ conversation, id }: Outgoing): 'sent' | 'dropped' | undefined {
    const done = this.#done.get(conversation)
    return done?.id === id ? done.result : undefined
  }

  async #try(sender: Sender, out: Outgoing): Promise<'sent' | 'dropped' | { after: number; note?: object }> {
    let { note } = out
    const remember = async (more: object) => {
      note = more
      await this.#deps.store.postpone(out.id, { dueAt: 0, attempts: out.attempts, note })
    }
    try {
      const result = await sender.send(out, remember)
      return typeof result === 'string' ? result : this.#again(out, note, result.after)
    } catch (err) {
      this.#deps.log.error({
        event: 'delivery.failed',
        channel: out.channel,
        conversation: out.conversation,
        err,
      })
      return this.#again(out, note, pauseAfter(out.attempts))
    }
  }

  #again(
    out: Outgoing,
    note: object | undefined,
    after: number,
  ): 'dropped' | { after: number; note?: object } {
    return out.attempts + 1 >= MOST_TRIES ? 'dropped' : { after, note }
  }

  #later(conversation: string, ms: number): void {
    clearTimeout(this.#timers.get(conversation))
    const timer = setTimeout(() => {
      this.#timers.delete(conversation)
      this.#due.add(conversation)
      this.wake(conversation)
    }, ms)
    this.#timers.set(conversation, timer.unref())
  }
}
