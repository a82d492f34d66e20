import { type Answer, Connection } from './connection.ts'

/** A connection that has had nothing to do for longer is not used again: servers close theirs after five seconds. */
const mostIdle = 2000

/** The connections of many callers to one server: as many as there are calls at the same time, each used again. */
export class Pool {
  readonly #port: number
  readonly #used = new Set<Connection>()
  /** The one used last is used next, so that the others grow old. */
  #free: { connection: Connection; since: number }[] = []

  constructor(port: number) {
    this.#port = port
  }

  /** Posts JSON byte for byte, with one header line of the caller's own. */
  async send(path: string, json: string, header: string): Promise<Answer> {
    const connection = this.#take()
    this.#used.add(connection)
    try {
      const answer = await connection.send(path, json, header)
      if (/\r\nconnection: *close/i.test(answer.head)) connection.close()
      else this.#free.push({ connection, since: performance.now() })
      return answer
    } finally {
      this.#used.delete(connection)
    }
  }

  /** Closes those that nobody uses now. */
  rest(): void {
    for (const { connection } of this.#free) connection.close()
    this.#free = []
  }

  close(): void {
    this.rest()
    for (const connection of this.#used) connection.close()
  }

  #take(): Connection {
    const last = this.#free.pop()
    if (!last) return new Connection(this.#port)
    if (performance.now() - last.since < mostIdle) return last.connection
    last.connection.close()
    this.rest()
    return new Connection(this.#port)
  }
}
