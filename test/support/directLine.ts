import { ConnectionStatus, DirectLine, type Message } from 'botframework-directlinejs'
import { FetchXhr } from './fetchXhr.ts'

/** What arrives; tests look at messages, so the client's own union is not worth its narrowing. */
export type Activity = Message & { replyToId?: string }

/** The real Direct Line client (the one inside Web Chat), running in Node. */
export interface Client {
  line: DirectLine
  /** Every activity in the order it arrived, each arrival once: a double would be seen here. */
  activities: Activity[]
  statuses: ConnectionStatus[]
  conversationId(): string
  watermark(): string
  /** Posts a message; resolves with the id of the activity. */
  say(text: string, more?: object): Promise<string>
  post(activity: object): Promise<string>
  /** The first activity (already there or still to come) that fits. */
  until(fits: (activity: Activity) => boolean): Promise<Activity>
  /** The first message of the bot after what has been read with `heard` before. */
  heard(): Promise<Activity>
  untilStatus(status: ConnectionStatus): Promise<void>
  /** What is asked from now on goes to this server; a socket that is open stays where it is. */
  move(url: string): void
  /** Cuts the stream as a lost network does; the client finds its own way back. */
  cut(): void
  end(): void
}

/** How to connect; `url` is the server's, without the path of Direct Line. */
export interface Connection {
  url: string
  token?: string
  secret?: string
  conversationId?: string
  watermark?: string
  locale?: string
  /** Polls instead of opening a WebSocket. */
  polling?: boolean
  /** Milliseconds; the client waits 20 s for an answer, and between two tries. */
  timeout?: number
}

/** Connects and begins to listen; call `end` when done. */
export function connect(connection: Connection): Client {
  Object.assign(globalThis, { XMLHttpRequest: FetchXhr })
  const sockets: WebSocket[] = []
  const line = new DirectLine({
    token: connection.token,
    secret: connection.secret,
    conversationId: connection.conversationId,
    watermark: connection.watermark,
    domain: `${connection.url}/v3/directline`,
    conversationStartProperties: connection.locale ? { locale: connection.locale } : undefined,
    webSocket: !connection.polling,
    pollingInterval: 200,
    timeout: connection.timeout ?? 1000,
    // biome-ignore lint/suspicious/noExplicitAny: the client's own type of this option is the type of an instance
    WebSocket: recording(sockets) as any,
  })
  // The client waits 3 to 15 s before it comes back; no test needs to.
  Object.assign(line, { getRetryDelay: () => 20 })
  return new Listening(line, sockets)
}

class Listening implements Client {
  readonly line: DirectLine
  readonly activities: Activity[] = []
  readonly statuses: ConnectionStatus[] = []
  readonly #sockets: WebSocket[]
  #changed: (() => void)[] = []
  #read = 0
  #failure: unknown

  constructor(line: DirectLine, sockets: WebSocket[]) {
    this.line = line
    this.#sockets = sockets
    line.connectionStatus$.subscribe((status) => this.#change(() => this.statuses.push(status)))
    line.activity$.subscribe(
      (activity) => this.#change(() => this.activities.push(activity as Activity)),
      (error) => this.#change(() => (this.#failure = error)),
    )
  }

  conversationId(): string {
    return (this.line as unknown as { conversationId: string }).conversationId
  }

  watermark(): string {
    return (this.line as unknown as { watermark: string }).watermark
  }

  say(text: string, more: object = {}): Promise<string> {
    return this.post({ type: 'message', text, ...more })
  }

  post(activity: object): Promise<string> {
    const posting = { from: { id: 'me' }, ...activity } as Activity
    return new Promise((resolve, reject) => this.line.postActivity(posting).subscribe(resolve, reject))
  }

  async until(fits: (activity: Activity) => boolean): Promise<Activity> {
    return (await this.#when(() => this.activities.find(fits))) as Activity
  }

  async heard(): Promise<Activity> {
    const isNew = () => {
      const at = this.activities.findIndex((a, index) => index >= this.#read && isBots(a))
      return at < 0 ? undefined : at
    }
    const at = (await this.#when(isNew)) as number
    this.#read = at + 1
    return this.activities[at] as Activity
  }

  async untilStatus(status: ConnectionStatus): Promise<void> {
    await this.#when(() => this.statuses.includes(status) || undefined)
  }

  move(url: string): void {
    Object.assign(this.line, { domain: `${url}/v3/directline` })
  }

  cut(): void {
    this.#sockets.at(-1)?.close()
  }

  end(): void {
    this.line.end()
    for (const socket of this.#sockets) socket.close()
  }

  async #when<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      const value = found()
      if (value !== undefined) return value
      if (this.#failure !== undefined && !this.statuses.includes(ConnectionStatus.Ended)) throw this.#failure
      await new Promise<void>((resolve) => this.#changed.push(resolve))
    }
  }

  #change(make: () => void): void {
    make()
    const waiting = this.#changed
    this.#changed = []
    for (const wake of waiting) wake()
  }
}

function isBots(activity: Activity): boolean {
  return activity.type === 'message' && activity.from.role === 'bot'
}

function recording(sockets: WebSocket[]) {
  return class extends WebSocket {
    constructor(url: string) {
      super(url)
      sockets.push(this)
    }
  }
}
