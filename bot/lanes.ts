/** How a lane is claimed among processes, from when it is worked at until it is not. */
export interface Claim {
  /** Claims it, or claims it anew, for so many milliseconds; false when another process has it, and that one hears of it. */
  hold(ms: number): Promise<boolean>
  /** Gives it back; whether another process has asked for it meanwhile. */
  letGo(): Promise<boolean>
}

/** What is done in the lanes. */
export interface Work<C extends Claim> {
  /** Whether there may be other processes. */
  isShared(): boolean
  claim(conversation: string): C
  /** Does everything that waits in a conversation; `isOurs` says between two pieces whether to go on. */
  run(conversation: string, isOurs: () => Promise<boolean>, claim: C): Promise<void>
  /** Conversations in which something waits that nobody works at. */
  find(): Promise<string[]>
  onError(conversation: string, error: unknown): void
}

/** A lane is ours so long after we last said so, and is taken up by others that much after a process has died. */
const LEASE_MS = 6000
const RETRY_MS = [50, 200, 1000, 5000]
/** How soon the work of a process that has died is found. */
const LOOK_MS = 2000

/**
 * One lane for each conversation: what waits there is done in its order, and any number of lanes side by side. Among
 * processes that share a store a lane belongs to one at a time; who cannot have it is heard by who has it.
 */
export class Lanes<C extends Claim = Claim> {
  readonly #work: Work<C>
  /** Lanes at work; true when more has come meanwhile. */
  readonly #busy = new Map<string, boolean>()
  /** Of lanes that were entered. */
  readonly #claimed = new Map<string, Lease>()
  #idle: (() => void)[] = []
  #looking: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(work: Work<C>) {
    this.#work = work
  }

  /** Takes up what waits, of an earlier run too; with a shared store again and again. */
  async start(): Promise<void> {
    await this.#look()
    if (this.#work.isShared())
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
   * the lane is at work or has stopped. Other processes keep out only when it is claimed: for what takes two ways to the
   * database the fence is enough.
   */
  enter(conversation: string, piece: () => Promise<void>): boolean {
    if (this.#isStopped || this.#busy.has(conversation)) return false
    this.#busy.set(conversation, false)
    void piece().then(async () => {
      const isWanted = await this.#giveBack(conversation)
      if (isWanted || this.#busy.get(conversation)) await this.#drive(conversation)
      else this.#leave(conversation)
    })
    return true
  }

  /** Keeps other processes out of a lane that was entered, as far as that can be done, until the piece is done. */
  async claim(conversation: string): Promise<void> {
    // One turn may ask the outside twice; a second lease would never end.
    if (this.#claimed.has(conversation)) return
    const lease = new Lease(this.#work.claim(conversation), this.#work.isShared())
    this.#claimed.set(conversation, lease)
    await lease.begin().catch(() => false)
  }

  async #giveBack(conversation: string): Promise<boolean> {
    const lease = this.#claimed.get(conversation)
    if (!lease) return false
    this.#claimed.delete(conversation)
    return lease.end().catch(() => true)
  }

  /** Lanes at work. */
  get busy(): number {
    return this.#busy.size
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
    const claim = this.#work.claim(conversation)
    const lease = new Lease(claim, this.#work.isShared())
    if (!(await lease.begin())) return false
    try {
      await this.#work.run(conversation, async () => !this.#isStopped && lease.isOurs(), claim)
    } catch (error) {
      await lease.end().catch(() => undefined)
      throw error
    }
    return lease.end()
  }
}

/** A lane that is ours among processes, and stays so as long as a piece of work takes: a channel has half a minute. */
class Lease {
  readonly #claim: Claim
  readonly #isShared: boolean
  /** When we last asked for it and got it. */
  #since = Number.NEGATIVE_INFINITY
  #renewing: NodeJS.Timeout | undefined
  /** Resolves when every renewal has been answered. */
  #renewed: Promise<unknown> = Promise.resolve()

  constructor(claim: Claim, isShared: boolean) {
    this.#claim = claim
    this.#isShared = isShared
  }

  async begin(): Promise<boolean> {
    if (!(await this.#hold())) return false
    if (this.#isShared)
      this.#renewing = setInterval(() => {
        const before = this.#renewed
        this.#renewed = this.#hold().then(
          () => before,
          () => before,
        )
      }, LEASE_MS / 3)
    return true
  }

  async isOurs(): Promise<boolean> {
    return performance.now() - this.#since < LEASE_MS / 3 || this.#hold()
  }

  /** Whether another process has asked for it meanwhile. */
  async end(): Promise<boolean> {
    clearInterval(this.#renewing)
    // Else it would come after we have let go, and nobody would work there.
    await this.#renewed
    return this.#claim.letGo()
  }

  async #hold(): Promise<boolean> {
    const asked = performance.now()
    const isHeld = await this.#claim.hold(LEASE_MS)
    this.#since = isHeld ? asked : Number.NEGATIVE_INFINITY
    return isHeld
  }
}
