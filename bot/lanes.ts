import type { Store } from './store/index.ts'

/** What is done in the lanes. */
export interface Work {
  store: Pick<Store, 'hold' | 'letGo' | 'isShared'>
  /** What it is called among processes. */
  kind: 'turn' | 'send'
  /** Does everything that waits in a conversation; `isOurs` says between two pieces whether to go on. */
  run(conversation: string, isOurs: () => Promise<boolean>): Promise<void>
  /** Conversations in which something waits that nobody works at. */
  find(): Promise<string[]>
  onError(conversation: string, error: unknown): void
}

/** No piece of work takes longer: a turn asks the unlock API for three seconds, a channel has half a minute. */
const LEASE_MS = { turn: 6000, send: 60_000 }
const RETRY_MS = [50, 200, 1000, 5000]
/** How soon the work of a process that has died is found. */
const LOOK_MS = 2000

/**
 * One lane for each conversation: what waits there is done in its order, and any number of lanes side by side. Among
 * processes that share a store a lane belongs to one at a time; who cannot have it is heard by who has it.
 */
export class Lanes {
  readonly #work: Work
  /** Lanes at work; true when more has come meanwhile. */
  readonly #busy = new Map<string, boolean>()
  #idle: (() => void)[] = []
  #looking: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(work: Work) {
    this.#work = work
  }

  /** Takes up what waits, of an earlier run too; with a shared store again and again. */
  async start(): Promise<void> {
    await this.#look()
    if (this.#work.store.isShared())
      this.#looking = setInterval(() => void this.#look().catch(() => undefined), LOOK_MS)
  }

  /** Something may wait in a conversation. */
  wake(conversation: string): void {
    if (this.#isStopped) return
    if (this.#busy.has(conversation)) {
      this.#busy.set(conversation, true)
      return
    }
    this.#busy.set(conversation, false)
    void this.#drive(conversation)
  }

  /**
   * Does a piece of work, which never rejects, in a lane where nobody works, and then what has come meanwhile; false when
   * the lane is at work or has stopped. Without a lease: only where the store is not shared.
   */
  enter(conversation: string, piece: () => Promise<void>): boolean {
    if (this.#isStopped || this.#busy.has(conversation)) return false
    this.#busy.set(conversation, false)
    void piece().then(() =>
      this.#busy.get(conversation) ? this.#drive(conversation) : this.#leave(conversation),
    )
    return true
  }

  /** Resolves when nobody works. */
  idle(): Promise<void> {
    if (this.#busy.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Lets what runs finish; the rest is taken up at the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#looking)
    await this.idle()
  }

  async #look(): Promise<void> {
    for (const conversation of await this.#work.find()) this.wake(conversation)
  }

  async #drive(conversation: string): Promise<void> {
    let failures = 0
    do {
      this.#busy.set(conversation, false)
      try {
        if (await this.#takeTurn(conversation)) this.#busy.set(conversation, true)
        failures = 0
      } catch (error) {
        this.#work.onError(conversation, error)
        const wait = RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]
        await new Promise((resolve) => setTimeout(resolve, wait))
        this.#busy.set(conversation, true)
      }
    } while (this.#busy.get(conversation) && !this.#isStopped)
    this.#leave(conversation)
  }

  #leave(conversation: string): void {
    this.#busy.delete(conversation)
    if (this.#busy.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Whether another process has asked for the lane meanwhile: what it brought waits now. */
  async #takeTurn(conversation: string): Promise<boolean> {
    const { store, kind, run } = this.#work
    const lane = `${kind} ${conversation}`
    const hold = () => store.hold(lane, LEASE_MS[kind])
    if (!(await hold())) return false
    let since = performance.now()
    const isOurs = async () => {
      if (this.#isStopped) return false
      if (performance.now() - since < LEASE_MS[kind] / 3) return true
      since = performance.now()
      return hold()
    }
    try {
      await run(conversation, isOurs)
    } catch (error) {
      await store.letGo(lane).catch(() => undefined)
      throw error
    }
    return store.letGo(lane)
  }
}
