import { backoff } from '../chat/pause.ts'
import type { Rim } from '../chat/rim.ts'

/** What is read: the lines after a number, and where to read on. */
export interface Read {
  seq: number
  hasMore: boolean
  lines: { seq: number }[]
}

interface Parts<View extends Read> {
  rim: Pick<Rim, 'after' | 'random'>
  /** Reads what comes after the sequence number; rejects when it cannot now. */
  read(after: number): Promise<View>
  /** Called with each view, and with those of its lines that were not there before, in order. */
  onView(view: View, lines: View['lines']): void
  /** It cannot be read any more; a rejection for which this gives true ends the feed. */
  isOver(error: unknown): boolean
}

/** Reads a conversation since the last sequence number, as often as it is asked to: every line once and in order. */
export class ChatFeed<View extends Read> {
  readonly #parts: Parts<View>
  #since = 0
  #isReading = false
  #isWanted = false
  #isStopped = false
  #failures = 0
  #cancel = () => {}

  constructor(parts: Parts<View>) {
    this.#parts = parts
  }

  /** Something may have changed. While a reading is under way, one more follows, however often this is called. */
  wake(): void {
    this.#isWanted = true
    if (this.#isReading || this.#isStopped) return
    this.#cancel()
    this.#isReading = true
    void this.#readAll().finally(() => {
      this.#isReading = false
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  async #readAll(): Promise<void> {
    while (this.#isWanted && !this.#isStopped) {
      this.#isWanted = false
      try {
        const view = await this.#parts.read(this.#since)
        this.#failures = 0
        if (!this.#isStopped) this.#take(view)
      } catch (error) {
        if (this.#parts.isOver(error)) this.stop()
        else this.#later()
        return
      }
    }
  }

  #take(view: View): void {
    const lines = view.lines.filter(({ seq }) => seq > this.#since)
    this.#since = Math.max(this.#since, view.seq)
    this.#isWanted ||= view.hasMore
    this.#parts.onView(view, lines)
  }

  #later(): void {
    const { rim } = this.#parts
    this.#cancel = rim.after(backoff(++this.#failures, rim.random()), () => this.wake())
  }
}
