import { randomUUID } from 'node:crypto'
import type { Connections } from './postgresPool.ts'

/** Hints that wait this long go together: PostgreSQL commits notifications one after the other. */
const GATHER_MS = 5

/**
 * Tells the other processes that a log has grown. A hint may get lost, and then the sequence number in the log still
 * says it; that is why it is given outside of the transaction, whose commit it would make wait.
 */
export class Hints {
  readonly #db: Connections
  readonly #channel: string
  /** To know one's own hints again. */
  readonly #self = randomUUID()
  readonly #newest = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  /** `heard` is called for the hints of others, `missed` when some may have been lost. */
  constructor(
    db: Connections,
    schema: string,
    { heard, missed }: { heard: (conversation: string, seq: number) => void; missed: () => void },
  ) {
    this.#db = db
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
    this.#timer = undefined
    const payloads = [...this.#newest].map(([conversation, seq]) => `${this.#self} ${seq} ${conversation}`)
    this.#newest.clear()
    await this.#db
      .query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [this.#channel, payloads])
      .catch(() => undefined)
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}

function parted(payload: string): [string, number, string] {
  const [from = '', seq = ''] = payload.split(' ', 2)
  return [from, Number(seq), payload.slice(from.length + seq.length + 2)]
}
