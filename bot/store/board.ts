/**
 * What the processes of an installation know of this very moment: facts under a topic and a key, each with an end, such
 * as who is at the desk. It may be a moment old, and nothing that must not be lost belongs here.
 */
export interface Board {
  /** Stands for so many milliseconds; of what stands already only the end changes. */
  put(topic: string, key: string, value: string, ms: number): void
  drop(topic: string, key: string): void
  read(topic: string, key: string): string | undefined
  /** What stands under a topic, in the order in which it came: keys and values. */
  of(topic: string): [key: string, value: string][]
  /** The topics that begin so and have something. */
  topics(prefix: string): string[]
  /** Tells the other processes that something has happened; it stands nowhere. */
  hint(topic: string, key: string): void
  /** Resolves when this process knows what the others have put up until now; rejects when that cannot be known. */
  refresh(): Promise<void>
  /** Calls back when another process has put up something new, has dropped something, or hints; `missed` when some of it may have been lost. */
  onNews(listener: (topic: string, key: string) => void, missed?: () => void): () => void
}

/** What has had its end goes at the latest after this time. */
const sweepEvery = 30_000

interface Note {
  value: string
  until: number
}

/** The board of a single process; `now` is in milliseconds. */
export class MemoryBoard implements Board {
  readonly #now: () => number
  readonly #topics = new Map<string, Map<string, Note>>()
  #sweptAt: number

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#sweptAt = now()
  }

  put(topic: string, key: string, value: string, ms: number): void {
    this.#sweep()
    const notes = this.#standing(topic)
    notes.set(key, { value, until: this.#now() + ms })
    this.#topics.set(topic, notes)
  }

  drop(topic: string, key: string): void {
    const notes = this.#topics.get(topic)
    notes?.delete(key)
    if (notes?.size === 0) this.#topics.delete(topic)
  }

  read(topic: string, key: string): string | undefined {
    return this.#standing(topic).get(key)?.value
  }

  of(topic: string): [key: string, value: string][] {
    return [...this.#standing(topic)].map(([key, { value }]) => [key, value])
  }

  topics(prefix: string): string[] {
    const all = [...this.#topics.keys()].filter((topic) => topic.startsWith(prefix))
    return all.filter((topic) => this.#standing(topic).size > 0)
  }

  hint(): void {}

  async refresh(): Promise<void> {}

  onNews(): () => void {
    return () => {}
  }

  /** How many milliseconds something stands from now on; 0 when it does not. */
  left(topic: string, key: string): number {
    return (this.#standing(topic).get(key)?.until ?? this.#now()) - this.#now()
  }

  #standing(topic: string): Map<string, Note> {
    const notes = this.#topics.get(topic) ?? new Map<string, Note>()
    for (const [key, { until }] of notes) if (until <= this.#now()) notes.delete(key)
    if (notes.size === 0) this.#topics.delete(topic)
    return notes
  }

  /** Nobody asks again for a topic that everybody has forgotten: it would stay for ever. */
  #sweep(): void {
    if (this.#now() - this.#sweptAt < sweepEvery) return
    this.#sweptAt = this.#now()
    for (const topic of this.#topics.keys()) this.#standing(topic)
  }
}
