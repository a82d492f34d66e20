import { browserRim } from '../chat/browserRim.ts'
import { type Api, Refused } from './api.ts'
import { ring } from './bell.ts'
import type { ChatList } from './chatView.ts'
import { type Hint, LiveLine } from './liveLine.ts'

/** Hints can be lost with a connection; the list is read again this often whatever happens. */
const readEvery = 15_000
/** A chat that a colleague takes at once need not startle everybody. */
const settle = 2000

/** The list of chats as it is now, kept fresh while somebody is logged on, on whichever screen. */
export interface Switchboard {
  readonly list: ChatList | undefined
  readonly isOnline: boolean
  /** What the server's clock says now, in milliseconds. */
  now(): number
  /** Calls back at each change of the list, and every few seconds for the times in it; gives what stops it. */
  onChange(listener: () => void): () => void
  /** Calls back when this conversation may have changed; the page shows it from now on. */
  follow(conversation: string, told: { onHint(hint: Hint): void }): () => void
  /** Reads the list now. */
  refresh(): void
  /** The page has shown everything up to there. */
  read(conversation: string, seq: number): void
  isUnread(conversation: string, seq: number): boolean
}

let running: { me: string; board: Board } | undefined

/** The one switchboard of this page; begins when it is first asked for. */
export function switchboardOf(api: Api): Switchboard {
  const me = api.me?.id ?? ''
  if (running?.me !== me) {
    running?.board.stop()
    running = { me, board: new Board(api, me) }
  }
  return running.board
}

class Board implements Switchboard {
  list: ChatList | undefined
  isOnline = false
  readonly #api: Api
  readonly #me: string
  readonly #line: LiveLine
  readonly #listeners = new Set<() => void>()
  readonly #seen = new Set<string>()
  readonly #readTo = new Map<string, number>()
  readonly #timer: number
  #followed: { conversation: string; onHint(hint: Hint): void } | undefined
  #skew = 0
  #isReading = false
  #isWanted = false
  #ticks = 0

  constructor(api: Api, me: string) {
    this.#api = api
    this.#me = me
    this.#line = new LiveLine({
      rim: browserRim,
      onHint: (hint) => this.#heard(hint),
      onBack: () => this.#readEverything(),
      onLink: (isOnline) => {
        this.isOnline = isOnline
        // Whoever has logged off needs no line; the next try would be refused.
        if (!isOnline && api.me?.id !== me) this.stop()
        // The server may have ended the session: then this is how the page finds out.
        else if (!isOnline) this.refresh()
        this.#tell()
      },
    })
    void this.#line.run()
    this.#timer = window.setInterval(() => this.#tick(), 5000)
    window.addEventListener('online', this.#wake)
    document.addEventListener('visibilitychange', this.#wake)
    this.refresh()
  }

  stop(): void {
    this.#line.stop()
    clearInterval(this.#timer)
    window.removeEventListener('online', this.#wake)
    document.removeEventListener('visibilitychange', this.#wake)
    this.#listeners.clear()
    if (running?.board === this) running = undefined
  }

  now(): number {
    return Date.now() + this.#skew
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  follow(conversation: string, { onHint }: { onHint(hint: Hint): void }): () => void {
    const followed = { conversation, onHint }
    this.#followed = followed
    this.#line.show(conversation)
    return () => {
      if (this.#followed !== followed) return
      this.#followed = undefined
      this.#line.show(null)
    }
  }

  read(conversation: string, seq: number): void {
    if ((this.#readTo.get(conversation) ?? 0) >= seq) return
    this.#readTo.set(conversation, seq)
    this.#tell()
  }

  isUnread(conversation: string, seq: number): boolean {
    return (this.#readTo.get(conversation) ?? 0) < seq
  }

  refresh(): void {
    this.#isWanted = true
    if (this.#isReading) return
    this.#isReading = true
    void this.#readList().finally(() => {
      this.#isReading = false
    })
  }

  async #readList(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false
      // Somebody else may have logged on in this page.
      if (this.#api.me?.id !== this.#me) return this.stop()
      try {
        const list = await this.#api.get<ChatList>('/desk/api/chats', { background: true })
        this.#skew = list.now - Date.now()
        this.list = list
        this.#announce(list)
        this.#tell()
      } catch (error) {
        if (error instanceof Refused && error.status === 401) return this.stop()
      }
    }
  }

  #heard(hint: Hint): void {
    if (hint.chats) this.refresh()
    if (hint.conversation && hint.conversation === this.#followed?.conversation) this.#followed.onHint(hint)
  }

  #wake = (): void => {
    if (document.visibilityState === 'visible') this.#line.wake()
  }

  #readEverything(): void {
    this.refresh()
    this.#followed?.onHint({})
  }

  #tick(): void {
    this.#ticks++
    if (this.#ticks % (readEvery / 5000) === 0) this.#readEverything()
    else this.#tell()
  }

  /** A sound for who has just come, unless somebody has taken the chat by then. */
  #announce({ queue, isAway }: ChatList): void {
    const fresh = queue.filter(({ conversation }) => !this.#seen.has(conversation))
    const waiting = new Set(queue.map(({ conversation }) => conversation))
    for (const known of this.#seen) if (!waiting.has(known)) this.#seen.delete(known)
    for (const { conversation } of fresh) this.#seen.add(conversation)
    if (fresh.length === 0 || isAway) return
    setTimeout(() => {
      const isStill = this.list?.queue.some((item) =>
        fresh.some(({ conversation }) => conversation === item.conversation),
      )
      if (isStill && this.#api.sound) ring()
    }, settle)
  }

  /** How many wait for somebody, where it is seen from another tab. */
  #count(): void {
    const { queue = [], mine = [] } = this.list ?? {}
    const unread = mine.filter(
      ({ conversation, last, seq }) => last?.by === 'customer' && this.isUnread(conversation, seq),
    )
    const count = queue.length + unread.length
    const title = document.title.replace(/^\(\d+\) /, '')
    document.title = count > 0 ? `(${count}) ${title}` : title
  }

  #tell(): void {
    this.#count()
    for (const listener of this.#listeners) listener()
  }
}
