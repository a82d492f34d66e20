import { connect, type Socket } from 'node:net'

/** An answer of a server under test. */
export interface Answer {
  status: number
  /** All header lines, as they came. */
  head: string
  body: string
}

/**
 * One kept-alive HTTP connection for one request at a time. Node's own clients cost more than the fastest server
 * under test, so that we would measure them; this one knows only what our servers and restify answer.
 */
export class Connection {
  readonly #socket: Socket
  readonly #host: string
  #heard: Buffer = Buffer.alloc(0)
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined

  constructor(port: number) {
    this.#host = `localhost:${port}`
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (part) => this.#hear(part))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('The server closed the connection.')))
  }

  get(path: string): Promise<Answer> {
    return this.#send(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`)
  }

  post(path: string, body: unknown, token = ''): Promise<Answer> {
    return this.send(path, JSON.stringify(body), `Authorization: Bearer ${token}`)
  }

  /** Posts JSON byte for byte, with one header line of the caller's own. */
  send(path: string, json: string, header: string): Promise<Answer> {
    return this.#send(
      `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${header}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
    )
  }

  close(): void {
    this.#socket.removeAllListeners('close')
    this.#socket.destroy()
  }

  #send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(request)
    })
  }

  #hear(part: Buffer): void {
    this.#heard = this.#heard.length === 0 ? part : Buffer.concat([this.#heard, part])
    const end = this.#heard.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#heard.toString('latin1', 0, end)
    const isEmpty = head.startsWith('HTTP/1.1 204')
    const length = isEmpty ? '0' : /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length === undefined) return void this.#fail(new Error(`An answer without Content-Length: ${head}`))
    const whole = end + 4 + Number(length)
    if (this.#heard.length < whole) return
    const body = this.#heard.toString('utf8', end + 4, whole)
    this.#heard = this.#heard.subarray(whole)
    this.#waiting?.resolve({ status: Number(head.slice(9, 12)), head, body })
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error)
  }
}
