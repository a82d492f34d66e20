/** What the waiting needs. */
export interface TeamsWaitingParts<Place> {
  /** Shows the dots there; a rejection does no harm. */
  show: (place: Place) => Promise<void>
  /** Whether something is still to be answered. */
  isOpen: (conversation: string) => Promise<boolean>
  /** Milliseconds until the dots are shown, until they are shown again, and how often at most. */
  patience?: { first: number; again: number; most: number }
}

/** Teams takes the dots away after some ten seconds, or when a message comes; nobody waits for minutes. */
const usual = { first: 1000, again: 8000, most: 10 }

/** Shows somebody whose answer takes long that it is coming. `Place` is how the conversation is reached. */
export class TeamsWaiting<Place> {
  readonly #parts: TeamsWaitingParts<Place>
  /** One for each conversation, however much is written in it meanwhile. */
  readonly #timers = new Map<string, NodeJS.Timeout>()
  #isClosed = false

  constructor(parts: TeamsWaitingParts<Place>) {
    this.#parts = parts
  }

  /** Begins, when something has been accepted. */
  watch(conversation: string, place: Place): void {
    if (this.#timers.has(conversation)) return
    this.#after((this.#parts.patience ?? usual).first, conversation, place, 1)
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #after(ms: number, conversation: string, place: Place, times: number): void {
    const look = () =>
      void this.#look(conversation, place, times).catch(() => this.#timers.delete(conversation))
    this.#timers.set(conversation, setTimeout(look, ms).unref())
  }

  async #look(conversation: string, place: Place, times: number): Promise<void> {
    const { show, isOpen, patience } = this.#parts
    const { again, most } = patience ?? usual
    const isWaiting = times <= most && (await isOpen(conversation))
    if (isWaiting) await show(place)
    if (isWaiting && !this.#isClosed) this.#after(again, conversation, place, times + 1)
    else this.#timers.delete(conversation)
  }
}
