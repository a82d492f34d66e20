import { backoff, Pause } from '../chat/pause.ts'
import type { Rim, WebSocketLike } from '../chat/rim.ts'

/** What the server hints at; the words themselves are read afterwards. */
export interface Hint {
  chats?: boolean
  conversation?: string
  typing?: boolean
}

interface Parts {
  rim: Pick<Rim, 'socket' | 'after' | 'random' | 'now'>
  onHint(hint: Hint): void
  /** The line is there again: whatever happened meanwhile is to be read. */
  onBack(): void
  onLink(isOnline: boolean): void
}

/** The server sends something every ten seconds. */
const silence = 35_000

/** The line on which the server hints that something has changed; comes back by itself after every cut. */
export class LiveLine {
  readonly #parts: Parts
  readonly #pause: Pause
  #socket: WebSocketLike | undefined
  #hangUp: (() => void) | undefined
  #at: string | null = null
  #isOpen = false
  #isStopped = false
  #failures = 0
  #lastHeard = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#pause = new Pause(parts.rim)
  }

  /** Runs until stopped. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      const wasOpen = await this.#once()
      this.#parts.onLink(false)
      this.#failures = wasOpen ? 1 : this.#failures + 1
      if (!this.#isStopped) await this.#pause.wait(backoff(this.#failures, this.#parts.rim.random()))
    }
  }

  /** The conversation that the page shows now. */
  show(at: string | null): void {
    this.#at = at
    if (this.#isOpen) this.#socket?.send(JSON.stringify({ at }))
  }

  /** The network is back, or the machine has woken: no need to wait, and a line long silent is given up. */
  wake(): void {
    if (this.#isOpen && this.#parts.rim.now() - this.#lastHeard > silence) this.#hangUp?.()
    this.#failures = 0
    this.#pause.end()
    this.#parts.onBack()
  }

  stop(): void {
    this.#isStopped = true
    this.#hangUp?.()
    this.#pause.end()
  }

  /** One connection from its beginning to its end; gives whether it was ever open. */
  #once(): Promise<boolean> {
    const { rim } = this.#parts
    return new Promise((resolve) => {
      const socket = rim.socket('/desk/live', [])
      this.#socket = socket
      this.#lastHeard = rim.now()
      const cancel = this.#watch()
      let wasOpen = false
      this.#hangUp = () => {
        cancel()
        socket.onopen = socket.onmessage = socket.onclose = null
        this.#hangUp = undefined
        this.#isOpen = false
        socket.close()
        resolve(wasOpen)
      }
      socket.onopen = () => {
        wasOpen = this.#isOpen = true
        socket.send(JSON.stringify({ at: this.#at }))
        this.#parts.onLink(true)
        this.#parts.onBack()
      }
      socket.onmessage = ({ data }) => this.#heard(data)
      socket.onclose = this.#hangUp
    })
  }

  #heard(data: unknown): void {
    this.#lastHeard = this.#parts.rim.now()
    const hint = parse(data)
    if (hint) this.#parts.onHint(hint)
  }

  /** A machine that slept finds its socket open and dead. */
  #watch(): () => void {
    const { rim } = this.#parts
    let cancel = () => {}
    const look = () => {
      if (rim.now() - this.#lastHeard > silence) return this.#hangUp?.()
      cancel = rim.after(silence / 2, look)
    }
    cancel = rim.after(silence / 2, look)
    return () => cancel()
  }
}

function parse(data: unknown): Hint | undefined {
  try {
    const hint: unknown = JSON.parse(String(data))
    return typeof hint === 'object' && hint !== null ? hint : undefined
  } catch {
    return undefined
  }
}
