import { Conversation } from '../../web/chat/conversation.ts'
import type { Drawer, Rim, WebAnswer, WebRequest, WebSocketLike } from '../../web/chat/rim.ts'

interface Timer {
  at: number
  run: () => void
}

interface Said {
  id: string
  type: string
  from: { role: string }
  text: string
  channelData?: { clientActivityID?: string }
}

/** What can go wrong between a browser and the server. */
export type Trouble =
  | 'cut'
  | 'offline'
  | 'online'
  | 'expire'
  | 'stop'
  | 'start'
  | 'lose answer'
  | 'fail once'
  | 'forbid sockets'
  | 'allow sockets'
  | 'too many'

/** A strict Direct Line server with its network and its clock, in memory: what the chat client is tried against. */
export class World {
  time = 0
  readonly log: Said[] = []
  readonly events: string[] = []
  readonly asked: string[] = []
  readonly device = new Map<string, string>()
  conversation = 'c1'
  /** Sockets that were tried. */
  dials = 0
  isUp = true
  isConnected = true
  letsSocketsThrough = true
  #losesAnswer = false
  #failsOnce = false
  #tooMany = false
  #epoch = 0
  #tickets = new Set<string>()
  #seen = new Map<string, string>()
  #sockets = new Map<WebSocketLike, number>()
  #timers: Timer[] = []
  #ids = 0

  /** The bot says something. */
  say(text: string): void {
    this.#append({ type: 'message', from: { role: 'bot' }, text })
  }

  /** The log as texts. */
  get said(): string[] {
    return this.log.map((one) => one.text)
  }

  trouble(trouble: Trouble, tabs: Conversation[]): void {
    if (trouble === 'cut') this.#cut()
    if (trouble === 'expire') this.#epoch++
    if (trouble === 'lose answer') this.#losesAnswer = true
    if (trouble === 'fail once') this.#failsOnce = true
    if (trouble === 'too many') this.#tooMany = true
    if (trouble === 'forbid sockets') this.letsSocketsThrough = false
    if (trouble === 'allow sockets') this.letsSocketsThrough = true
    if (trouble === 'stop') this.isUp = false
    if (trouble === 'start') this.isUp = true
    if (trouble === 'stop') this.#cut()
    if (trouble === 'offline') this.isConnected = false
    if (trouble === 'online') this.isConnected = true
    for (const tab of tabs) {
      if (trouble === 'offline') tab.sleep()
      if (trouble === 'online') tab.wake()
    }
  }

  /** Everything is well again. */
  heal(tabs: Conversation[]): void {
    this.#losesAnswer = this.#failsOnce = this.#tooMany = false
    for (const mend of ['start', 'allow sockets', 'online'] as const) this.trouble(mend, tabs)
  }

  /** The server has lost this conversation. */
  forget(): void {
    this.conversation = `c${Number(this.conversation.slice(1)) + 1}`
    this.log.length = 0
    this.#seen.clear()
    this.#cut()
  }

  /** A tab of this device that follows the conversation. */
  tab(stored = new Map<string, string>()): Conversation {
    const nothing = () => {}
    return new Conversation({
      rim: this.#rim(),
      device: drawerOf(this.device),
      tab: drawerOf(stored),
      lang: () => 'ja',
      onChange: nothing,
      onCaughtUp: nothing,
      onTyping: nothing,
      onLink: nothing,
    })
  }

  /** Lets the clock run. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds
    await settle()
    for (;;) {
      this.#timers.sort((a, b) => a.at - b.at)
      const next = this.#timers[0]
      if (!next || next.at > end) break
      this.#timers.shift()
      this.time = next.at
      next.run()
      await settle()
    }
    this.time = end
  }

  #rim(): Rim {
    return {
      fetch: async (path, request) => {
        if (!this.isConnected || !this.isUp) throw new Error('no route')
        const answer = this.#answer(path, request)
        if (this.#losesAnswer && path.endsWith('/activities')) {
          this.#losesAnswer = false
          throw new Error('the answer was lost')
        }
        return answer
      },
      socket: (path, protocols) => this.#socket(path, protocols),
      after: (milliseconds, run) => {
        const timer = { at: this.time + milliseconds, run }
        this.#timers.push(timer)
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer)
        }
      },
      now: () => this.time,
      random: () => 0.5,
      device: 'pc',
      id: () => `id-${++this.#ids}`,
    }
  }

  #answer(path: string, { method, headers, body = '{}' }: WebRequest): WebAnswer {
    this.asked.push(path)
    const url = new URL(path, 'http://bank.example')
    const given = JSON.parse(body) as Record<string, unknown>
    const answer = (status: number, value: unknown = {}) => ({ status, json: async () => value })
    if (this.#failsOnce) {
      this.#failsOnce = false
      return answer(503)
    }
    if (this.#tooMany) {
      this.#tooMany = false
      return { ...answer(429), retryAfter: 7 }
    }
    if (url.pathname === '/widget/session') return answer(200, this.#session(given.resume))
    if (headers.authorization !== `Bearer ${this.#token}`) return answer(403)
    const root = '/v3/directline/conversations'
    if (method === 'POST' && url.pathname === root) return answer(200, this.#stream())
    if (!url.pathname.startsWith(`${root}/${this.conversation}`)) return answer(404)
    if (url.pathname === `${root}/${this.conversation}`) return answer(200, this.#stream())
    if (method === 'POST') return this.#post(given)
    return answer(200, this.#page(Number(url.searchParams.get('watermark') || 0)))
  }

  get #token(): string {
    return `${this.conversation}.${this.#epoch}`
  }

  #session(resume: unknown): object {
    const isKnown = resume === `resume ${this.conversation}`
    if (resume && !isKnown) this.events.push('resume refused')
    const { conversation } = this
    return {
      conversationId: conversation,
      token: this.#token,
      expires_in: 1800,
      resume: `resume ${conversation}`,
    }
  }

  #stream(): object {
    const ticket = `t${++this.#ids}`
    this.#tickets.add(ticket)
    return { streamUrl: `wss://elsewhere.example/stream?t=${ticket}` }
  }

  #page(after: number): object {
    // Small pages, so that a long log takes several.
    const activities = this.log.slice(after, after + 5)
    return { activities, watermark: String(after + activities.length) }
  }

  #post(activity: Record<string, unknown>): WebAnswer {
    const answer = (status: number, value: unknown = {}) => ({ status, json: async () => value })
    if (activity.text === 'unacceptable') return answer(400)
    const key = (activity.channelData as { clientActivityID: string }).clientActivityID
    const id = this.#seen.get(key)
    if (id) return answer(200, { id })
    const isEvent = activity.type === 'event'
    if (isEvent) this.events.push(String(activity.name))
    const given = isEvent
      ? 'event'
      : this.#append({ ...activity, from: { role: 'user' } } as unknown as Omit<Said, 'id'>)
    this.#seen.set(key, given)
    return answer(200, { id: given })
  }

  #append(activity: Omit<Said, 'id'>): string {
    const id = `${this.conversation}|${String(this.log.length + 1).padStart(7, '0')}`
    this.log.push({ ...activity, id })
    for (const socket of [...this.#sockets.keys()]) this.#push(socket)
    return id
  }

  #push(socket: WebSocketLike): void {
    const after = this.#sockets.get(socket) ?? 0
    if (after === this.log.length) return
    this.#sockets.set(socket, this.log.length)
    const frame = { activities: this.log.slice(after), watermark: String(this.log.length) }
    socket.onmessage?.({ data: JSON.stringify(frame) })
  }

  #socket(path: string, protocols: string[]): WebSocketLike {
    const url = new URL(path, 'ws://bank.example')
    this.dials++
    const ticket = protocols[1]?.replace('ticket.', '') ?? ''
    const isTaken =
      this.isUp &&
      this.isConnected &&
      this.letsSocketsThrough &&
      this.#tickets.delete(ticket) &&
      !url.search.includes('t=')
    const socket: WebSocketLike = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: () => {},
      close: () => void this.#sockets.delete(socket),
    }
    queueMicrotask(() => {
      if (!isTaken) return socket.onclose?.()
      this.#sockets.set(socket, Number(url.searchParams.get('watermark') || 0))
      socket.onopen?.()
      this.#push(socket)
    })
    return socket
  }

  #cut(): void {
    for (const socket of [...this.#sockets.keys()]) {
      this.#sockets.delete(socket)
      socket.onclose?.()
    }
  }
}

function drawerOf(kept: Map<string, string>): Drawer {
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}

/** Lets every promise that can go on go on. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve))
}
