import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls'

/** What came of some bytes: an answer, or the connection closed without one. */
export interface Outcome {
  /** Undefined when the other side closed before it answered. */
  status: number | undefined
  headers: Map<string, string>
  body: string
  /** The whole answer as it came, for looking for what must not be in it. */
  raw: string
}

/** How the bytes are sent and the answer read. */
export interface Sending {
  /** An answer to HEAD has no body. */
  isHead?: boolean
  /** Closes our half after the bytes, as a client does that lied about their number. */
  ends?: boolean
  /** Uses the connection for nothing else. */
  alone?: boolean
}

const nothing: Outcome = { status: undefined, headers: new Map(), body: '', raw: '' }

/** A client that sends any bytes at all to one port, over one kept connection as long as that lasts. */
export class Line {
  readonly #port: number
  readonly #patience: number
  readonly #secure: ConnectionOptions | undefined
  #socket: Socket | undefined

  /** `patience`: milliseconds without an end after which the server counts as hanging; `secure`: speak TLS, and how. */
  constructor(port: number, patience = 15_000, secure?: ConnectionOptions) {
    this.#port = port
    this.#patience = patience
    this.#secure = secure
  }

  /** Sends the bytes and reads the answer; rejects when neither an answer nor the end of the connection comes. */
  async send(bytes: Buffer, sending: Sending = {}): Promise<Outcome> {
    const kept = sending.alone || sending.ends ? undefined : this.#socket
    const isKept = kept !== undefined && !kept.destroyed && kept.readable && kept.writable
    const outcome = await this.#exchange(isKept ? kept : await this.#open(), bytes, sending)
    // A kept connection may have been closed while nobody looked; that says nothing about these bytes.
    if (outcome.raw === '' && isKept) return this.#exchange(await this.#open(), bytes, sending)
    return outcome
  }

  close(): void {
    this.#socket?.destroy()
  }

  #open(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const to = { port: this.#port, host: '127.0.0.1', noDelay: true }
      const socket = this.#secure ? connectSecurely({ ...this.#secure, ...to }) : connect(to)
      socket.once('error', reject)
      socket.once(this.#secure ? 'secureConnect' : 'connect', () => {
        socket.off('error', reject)
        resolve(socket)
      })
    })
  }

  #exchange(socket: Socket, bytes: Buffer, { isHead, ends, alone }: Sending): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      let heard = Buffer.alloc(0)
      const finish = (outcome: Outcome, isReusable: boolean) => {
        clearTimeout(timer)
        socket.removeAllListeners()
        socket.on('error', () => undefined)
        if (isReusable && !ends && !alone) this.#socket = socket
        else socket.destroy()
        resolve(outcome)
      }
      const timer = setTimeout(() => {
        socket.destroy()
        reject(new Error(`No answer and no end of the connection within ${this.#patience} ms`))
      }, this.#patience)
      const closed = () => finish(read(heard, isHead, true) ?? nothing, false)
      socket.on('data', (part: Buffer) => {
        heard = Buffer.concat([heard, part])
        const outcome = read(heard, isHead, false)
        if (outcome) finish(outcome, outcome.headers.get('connection') !== 'close')
      })
      socket.on('end', closed)
      socket.on('error', closed)
      socket.on('close', closed)
      if (ends) socket.end(bytes)
      else socket.write(bytes)
    })
  }
}

/** An answer out of what has come so far; undefined while it is not whole. */
function read(heard: Buffer, isHead: boolean | undefined, isClosed: boolean): Outcome | undefined {
  const raw = heard.toString('latin1')
  const blank = raw.indexOf('\r\n\r\n')
  if (blank < 0) return undefined
  const [first = '', ...lines] = raw.slice(0, blank).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1])
  if (status === 100) return read(heard.subarray(blank + 4), isHead, isClosed)
  const headers = new Map(
    lines.map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
    }),
  )
  const rest = heard.subarray(blank + 4)
  const length = isHead || status === 101 || status === 204 || status === 304 ? 0 : lengthOf(headers, rest)
  if (!isClosed && (length === undefined || rest.length < length)) return undefined
  return { status, headers, body: rest.subarray(0, length).toString(), raw }
}

function lengthOf(headers: Map<string, string>, rest: Buffer): number | undefined {
  const told = headers.get('content-length')
  if (told !== undefined) return Number(told)
  if (!headers.has('transfer-encoding')) return undefined
  return /(?:^|\r\n)0\r\n\r\n$/.test(rest.toString('latin1')) ? rest.length : undefined
}
