import { type Access, Unreachable } from './access.ts'
import { asObject, asText, type Frame, readFrame } from './activity.ts'
import { backoff, Pause } from './pause.ts'
import type { Rim, WebSocketLike } from './rim.ts'

/** How the connection stands. */
export type Link = 'connecting' | 'online' | 'waiting' | 'offline'

/** A server that says nothing for so long, not even a keep-alive, is taken for gone. */
const silence = 75_000
const keepAlive = 20_000
/** A connection that ends sooner counts as one that failed: the next try waits longer. */
const steady = 10_000
const pollEvery = 3_000
/** How often to ask before a socket is tried again (some company proxies let none through). */
const pollsPerTry = 20

interface Parts {
  rim: Rim
  access: Access
  /** The language in which the bot is to greet. */
  locale(): string
  onFrame(frame: Frame): void
  /** What the log held before is all there; from now on frames are news. */
  onCaughtUp(): void
  onLink(link: Link): void
}

/** Follows one conversation's log: by a socket, else by asking; comes back by itself after every cut. */
export class Connection {
  readonly #parts: Parts
  readonly #pause: Pause
  #watermark = ''
  #failures = 0
  #unopened = 0
  #isOffline = false
  #isStopped = false
  #hasStarted = false
  #lastHeard = 0
  #hangUp: (() => void) | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#pause = new Pause(parts.rim)
  }

  /** Runs until stopped. */
  async run(): Promise<void> {
    this.#parts.onLink('connecting')
    while (!this.#isStopped) {
      const began = this.#parts.rim.now()
      let wanted = 0
      try {
        await this.#once()
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error
        wanted = error.after
      }
      const isShort = this.#parts.rim.now() - began < steady
      this.#failures = isShort ? this.#failures + 1 : 0
      if (this.#isStopped) return
      this.#parts.onLink(this.#isOffline ? 'offline' : 'waiting')
      const wait = this.#isOffline ? 30_000 : backoff(this.#failures, this.#parts.rim.random())
      await this.#pause.wait(Math.max(wait, wanted))
    }
  }

  /** The log to follow is another one. */
  restart(): void {
    this.#watermark = ''
    this.#hasStarted = false
    this.#hangUp?.()
  }

  /** The network is back, or the machine has woken: no need to wait, and a socket long silent is given up. */
  wake(): void {
    this.#isOffline = false
    this.#failures = 0
    if (this.#parts.rim.now() - this.#lastHeard > keepAlive * 2) this.#hangUp?.()
    this.#pause.end()
  }

  /** The browser says that there is no network. */
  offline(): void {
    this.#isOffline = true
    this.#parts.onLink('offline')
    this.#hangUp?.()
  }

  stop(): void {
    this.#isStopped = true
    this.#hangUp?.()
    this.#pause.end()
  }

  async #once(): Promise<void> {
    const streamUrl = await this.#open()
    await this.#catchUp()
    this.#parts.onCaughtUp()
    if (this.#unopened < 2 && streamUrl) await this.#follow(streamUrl)
    else await this.#poll()
  }

  async #open(): Promise<string> {
    const { access } = this.#parts
    const answer = this.#hasStarted
      ? await access.request('GET', `/{id}?watermark=${this.#watermark}`)
      : await access.request('POST', '', { locale: this.#parts.locale() })
    if (answer.status > 299) throw new Unreachable(`The conversation could not be opened: ${answer.status}`)
    this.#hasStarted = true
    return asText(asObject(await answer.json()).streamUrl)
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const answer = await this.#parts.access.request('GET', `/{id}/activities?watermark=${this.#watermark}`)
      if (answer.status !== 200) throw new Unreachable(`The log could not be read: ${answer.status}`)
      const before = this.#watermark
      this.#take(readFrame(await answer.json()))
      if (this.#watermark === before) return
    }
  }

  async #poll(): Promise<void> {
    for (let round = 0; round < pollsPerTry && !this.#isStopped && !this.#isOffline; round++) {
      this.#heard()
      await this.#pause.wait(pollEvery)
      await this.#catchUp()
    }
    this.#unopened = 1
  }

  /** Resolves when the stream has ended, for whatever reason. */
  #follow(streamUrl: string): Promise<void> {
    const { rim, access } = this.#parts
    const ticket = new URL(streamUrl, 'wss://localhost').searchParams.get('t') ?? ''
    const id = encodeURIComponent(access.conversation)
    // The ticket goes as a subprotocol: addresses end up in logs.
    const path = `/v3/directline/conversations/${id}/stream?watermark=${this.#watermark}`
    const socket = rim.socket(path, ['directline', `ticket.${ticket}`])
    return new Promise((resolve) => {
      const timers = this.#timers(socket)
      this.#hangUp = () => {
        for (const stop of timers) stop()
        socket.onopen = socket.onmessage = socket.onclose = null
        this.#hangUp = undefined
        socket.close()
        resolve()
      }
      socket.onopen = () => {
        this.#unopened = 0
        this.#heard()
      }
      socket.onmessage = (event) => this.#receive(event.data)
      this.#unopened++
      socket.onclose = this.#hangUp
    })
  }

  #timers(socket: WebSocketLike): (() => void)[] {
    const { rim } = this.#parts
    let cancel = () => {}
    const tick = () => {
      if (rim.now() - this.#lastHeard > silence) return this.#hangUp?.()
      socket.send('')
      cancel = rim.after(keepAlive, tick)
    }
    this.#lastHeard = rim.now()
    cancel = rim.after(keepAlive, tick)
    return [() => cancel()]
  }

  #receive(data: unknown): void {
    this.#heard()
    const text = asText(data)
    if (text) this.#take(readFrame(parse(text)))
  }

  #take(frame: Frame): void {
    if (frame.watermark) this.#watermark = frame.watermark
    if (frame.activities.length > 0) this.#parts.onFrame(frame)
  }

  #heard(): void {
    this.#lastHeard = this.#parts.rim.now()
    this.#parts.onLink('online')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
