import { randomUUID } from 'node:crypto'
import type { Connections } from './postgresPool.ts'

/** Hints that wait this long go together: PostgreSQL commits notifications one after the other. */
const GATHER_MS = 5
/** What could not be given is given again after so long. */
const AGAIN_MS = 1000
/** A commit that was on its way when the line was lost may still arrive that much after it is back. */
const SETTLE_MS = 3000

/**
 * Tells the other processes that a log has grown. A hint may get lost, and then the sequence number in the log still
 * says it; that is why it is given outside of the transaction, whose commit it would make wait. When the database is back
 * after an outage, everybody looks once more.
 */
export class Hints {
  readonly #db: Connections
  readonly #channel: string
  /** To know one's own hints again. */
  readonly #self = randomUUID()
  readonly #newest = new Map<string, number>()
  readonly #missed: () => void
  #timer: NodeJS.Timeout | undefined
  #settling: NodeJS.Timeout | undefined
  #isLost = false
  #isClosed = false

  /** `heard` is called for the hints of others, `missed` when some may have been lost. */
  constructor(
    db: Connections,
    schema: string,
    { heard, missed }: { heard: (conversation: string, seq: number) => void; missed: () => void },
  ) {
    this.#db = db
    this.#missed = missed
    this.#channel = `${schema} logged`
    db.listen(this.#channel, (payload) => {
      if (payload === undefined) return missed()
      const [from, seq, conversation] = parted(payload)
      if (from !== this.#self) heard(conversation, seq)
    })
  }

  give(conversation: string, seq: number): void {
    this.#newest.set(conversation, seq)
    this.#timer ??= setTimeout(() => void this.#send(), GATHER_MS)
  }

  async #send(): Promise<void> {
    const hints = [...this.#newest]
    this.#newest.clear()
    const payloads = hints.map(([conversation, seq]) => `${this.#self} ${seq} ${conversation}`)
    try {
      this.#timer = undefined
      await this.#db.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [
        this.#channel,
        payloads,
      ])
      if (this.#isLost && !this.#isClosed) this.#back(hints)
    } catch {
      this.#isLost = true
      for (const [conversation, seq] of hints)
        if (!this.#newest.has(conversation)) this.#newest.set(conversation, seq)
      clearTimeout(this.#timer)
      if (!this.#isClosed) this.#timer = setTimeout(() => void this.#send(), AGAIN_MS)
    }
  }

  #back(hints: [string, number][]): void {
    this.#isLost = false
    this.#missed()
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => {
      this.#missed()
      for (const [conversation, seq] of hints) this.give(conversation, seq)
    }, SETTLE_MS)
  }

  /** What is not given yet still is: whoever was sent away from here has come to another process, and listens there. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#settling)
    if (this.#newest.size > 0) await this.#send()
  }
}

function parted(payload: string): [string, number, string] {
  const [from = '', seq = ''] = payload.split(' ', 2)
  return [from, Number(seq), payload.slice(from.length + seq.length + 2)]
}
