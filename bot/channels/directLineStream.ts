import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Logged, Store } from '../store/index.ts'
import { withTranscripts } from '../transcript.ts'
import { shown } from './directLineActivity.ts'

const page = 100
/** What waits for one reader, in UTF-16 units, as far as a page less tells in advance. */
const mostWaiting = 256 * 1024
const mostFrames = 120
/** A proxy that drops silent connections does so after 30 s or more. */
const keepAliveEvery = 25_000
/** The log is read again after about so many milliseconds, so often in a row, when the store could not. */
const failurePause = 1000
const mostFailures = 10

/** The sockets on which clients hear what a conversation logs. */
export interface Streams {
  /** Takes a checked handshake over; `given` is called when the socket is gone. */
  open(handshake: Handshake, conversation: string, after: number, given: () => void): void
  /** Shows those who follow it that an agent writes, by the name that customers read. */
  typing(conversation: string, name: string): void
  /** Sends everyone away: 1012, "service restart", makes clients come back. */
  close(): void
}

/** A request to upgrade with its socket. */
export interface Handshake {
  request: IncomingMessage
  socket: Duplex
  head: Buffer
}

interface Parts {
  store: Store
  log: Logger
  metrics?: Metrics | undefined
  mostPerConversation: number
  /** Milliseconds that a frame may wait for its reader. */
  patience: number
}

/** Without these limits unfinished fragments of 100 sockets cost 368 MB (ws's own are a thousand times higher). */
const limits = {
  noServer: true,
  clientTracking: false,
  maxPayload: 16 * 1024,
  maxFragments: 16,
  maxBufferedChunks: 256,
  perMessageDeflate: false,
  autoPong: false,
  handleProtocols: (offered: Set<string>) => (offered.has('directline') ? 'directline' : false),
} as const

/** Every activity once and in order: the store's hint only says when to read, the log says what. */
export function createStreams(parts: Parts): Streams {
  const { store, metrics, mostPerConversation } = parts
  const server = new WebSocketServer(limits)
  const followers = new Map<string, Set<Follower>>()
  const stopListening = store.onLogged(
    (conversation, _, logged) => {
      for (const follower of followers.get(conversation) ?? []) follower.wake(logged)
    },
    () => {
      for (const group of followers.values()) for (const follower of group) follower.wake()
    },
  )
  const pulse = setInterval(() => {
    for (const group of followers.values()) for (const follower of group) follower.beat()
  }, keepAliveEvery)
  pulse.unref()

  const follow = (
    socket: WebSocket,
    line: Duplex,
    conversation: string,
    after: number,
    given: () => void,
  ) => {
    const group = followers.get(conversation) ?? new Set<Follower>()
    followers.set(conversation, group)
    const [oldest] = group
    if (oldest && group.size >= mostPerConversation) oldest.end(1008)
    const follower = new Follower(socket, line, parts, conversation, after)
    group.add(follower)
    metrics?.sockets.inc()
    socket.once('close', () => {
      group.delete(follower)
      if (group.size === 0 && followers.get(conversation) === group) followers.delete(conversation)
      metrics?.sockets.dec()
      given()
    })
    follower.wake()
  }

  return {
    open({ request, socket, head }, conversation, after, given) {
      // A handshake that ws refuses closes the socket without ever becoming a WebSocket.
      socket.once('close', given)
      server.handleUpgrade(request, socket, head, (client) =>
        follow(client, socket, conversation, after, given),
      )
    },
    typing(conversation, name) {
      for (const follower of followers.get(conversation) ?? []) follower.typing(name)
    },
    close() {
      stopListening()
      clearInterval(pulse)
      for (const group of followers.values()) for (const follower of [...group]) follower.end(1012)
    },
  }
}

/** One socket and how far it has read. */
class Follower {
  readonly #socket: WebSocket
  /** What is under the socket. */
  readonly #line: Duplex
  readonly #parts: Parts
  readonly #conversation: string
  #after: number
  /** What comes next, when the hint has brought it along. */
  #next: readonly Logged[] | undefined
  #isReading = false
  #hasMore = false
  #isAlive = true
  #pinged: Buffer | undefined
  #frames = 0
  #isEnded = false
  #page = page
  /** So often in a row the log could not be read. */
  #failures = 0

  constructor(socket: WebSocket, line: Duplex, parts: Parts, conversation: string, after: number) {
    this.#socket = socket
    this.#line = line
    this.#parts = parts
    this.#conversation = conversation
    this.#after = after
    socket.on('error', () => socket.terminate())
    socket.on('pong', () => {
      this.#isAlive = true
    })
    socket.on('ping', (data: Buffer) => {
      this.#heard(0)
      this.#pong(data)
    })
    socket.on('message', (data: Buffer) => this.#heard(data.length))
  }

  /** Reads on; called again while reading, it reads once more. `logged` is read from the log unless it is what comes next. */
  wake(logged?: readonly Logged[]): void {
    this.#hasMore = true
    if (this.#isReading) return
    if (logged?.[0]?.seq === this.#after + 1) this.#next = logged
    this.#isReading = true
    this.#read().catch((err: unknown) => {
      this.#parts.log.warn({ event: 'stream.failed', conversation: this.#conversation, err })
      this.#again()
    })
  }

  /** Whoever were sent away at once would be back at once, with all the others, while the store has too much to do. */
  #again(): void {
    if (++this.#failures > mostFailures) this.end(1011)
    else setTimeout(() => this.wake(), failurePause * (0.5 + Math.random())).unref()
  }

  async #read(): Promise<void> {
    try {
      while (this.#hasMore && this.#socket.readyState === this.#socket.OPEN) await this.#readOn()
    } finally {
      // In the same breath as the last look at #hasMore: a hint that came in between would be lost.
      this.#isReading = false
    }
  }

  async #readOn(): Promise<void> {
    this.#hasMore = false
    const { store } = this.#parts
    const next = this.#next
    this.#next = undefined
    const most = this.#page
    const found = next ?? (await store.activities(this.#conversation, this.#after, most))
    const entries = await withTranscripts(store, this.#conversation, found)
    this.#failures = 0
    const last = entries.at(-1)
    if (!last) return
    this.#after = last.seq
    await this.#sent(entries)
    if (entries.length >= most) this.#hasMore = true
  }

  /**
   * Resolves when everything has left: whoever reads slowly costs us one page of memory, who stops reading is sent away.
   * A frame for each activity: Direct Line's own client mixes those of two frames that come one upon the other.
   */
  #sent(entries: readonly Logged[]): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.end(1013), this.#parts.patience)
      const done = () => {
        clearTimeout(timer)
        resolve()
      }
      let size = 0
      this.#line.cork()
      for (const entry of entries) {
        const activities = [shown(entry, this.#conversation)]
        const frame = JSON.stringify({ activities, watermark: String(entry.seq) })
        size += frame.length
        this.#socket.send(frame, entry === entries.at(-1) ? done : undefined)
      }
      this.#line.uncork()
      this.#page = Math.min(page, Math.ceil((entries.length * mostWaiting) / size))
    })
  }

  /** Passes by: it is in no log, and a client that reads slowly misses nothing. */
  typing(name: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN || this.#socket.bufferedAmount > 0) return
    const from = { id: 'agent', name, role: 'bot' }
    const typing = { type: 'typing', channelId: 'directline', conversation: { id: this.#conversation }, from }
    this.#socket.send(JSON.stringify({ activities: [typing], watermark: String(this.#after) }))
  }

  /** An empty frame keeps proxies and clients sure of the line; who has not answered the last ping is gone. */
  beat(): void {
    this.#frames = 0
    if (this.#isAlive) {
      this.#isAlive = false
      this.#socket.ping()
      this.#socket.send('')
    } else this.#socket.terminate()
  }

  /** Clients say nothing here but empty keep-alive frames; what more a flood brings is not read. */
  #heard(size: number): void {
    this.#frames++
    if (size === 0 && this.#frames <= mostFrames) return
    this.end(1008)
    this.#socket.pause()
  }

  /** Of pings that come together the last is answered, as RFC 6455, 5.5.3 allows: a flood is not given a write each. */
  #pong(data: Buffer): void {
    if (this.#pinged === undefined)
      setImmediate(() => {
        if (this.#socket.readyState === this.#socket.OPEN) this.#socket.pong(this.#pinged)
        this.#pinged = undefined
      })
    this.#pinged = data
  }

  /** Only the first time: what a flood still brings must not cost a timer each. */
  end(code: number): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#socket.close(code)
    // One that reads nothing would never see the close frame.
    setTimeout(() => this.#socket.terminate(), 2000).unref()
  }
}
