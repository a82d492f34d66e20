import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import type { Logger } from '../log.ts'
import { HttpError } from '../route.ts'
import type { Board } from '../store/board.ts'
import type { Store } from '../store/index.ts'
import type { Upgrade } from '../upgrade.ts'
import type { Attendance } from './attendance.ts'
import type { Guard } from './guard.ts'
import { tellsWhoIsThere } from './presence.ts'
import type { Agent } from './sessions.ts'
import { seenBy } from './sight.ts'
import { conversationOf, type Viewers } from './viewers.ts'

/**
 * The line on which pages of the desk are told that something has changed. It carries hints and no words of anybody:
 * `{chats: true}` the list, `{conversation}` one that the page shows, `{conversation, typing: true}` its customer
 * writes. Whoever misses a hint loses nothing: the log after a sequence number is the truth.
 */
export interface DeskLive extends Upgrade {
  /** A conversation has changed in a way that no log tells of. */
  changed(conversation: string): void
  /** Something that the list shows has changed. */
  listChanged(): void
  /** Its customer is writing. */
  typing(conversation: string): void
  close(): void
}

export interface LiveParts {
  guard: Pick<Guard, 'enter'>
  store: Pick<Store, 'conversation' | 'handoffs' | 'activities' | 'onLogged'>
  board: Board
  viewers: Viewers
  attendance: Attendance
  log: Pick<Logger, 'warn'>
  /** Milliseconds between two looks whether a page is still there; 10 s. */
  beatEvery?: number
}

const limits = {
  noServer: true,
  clientTracking: false,
  maxPayload: 1024,
  maxFragments: 4,
  maxBufferedChunks: 64,
  perMessageDeflate: false,
} as const

/** More pages of one agent than anybody has open. */
const mostPages = 10
/** Frames between two beats; a page says what it shows, and little else. */
const mostFrames = 100
/** A burst of changes is one hint. */
const gather = 100
/** Every page reads the whole list again at such a hint, so there is no more than one a second. */
const listEvery = 1000
/** Who reads nothing for so long is sent away. */
const mostUnread = 64 * 1024

/** What processes hint to each other. */
const changedTopic = 'changed'
const typingTopic = 'typing'

/** What a page says: which conversation it shows, or none. */
const frame = z.strictObject({ at: z.string().max(200).nullable() })

interface Page {
  socket: WebSocket
  agent: Agent
  at: string | null
  /** How often it has said what it shows: an answer to what it said before is late. */
  turns: number
  isAlive: boolean
  frames: number
  leave: () => void
}

/** Opens the line; `/desk/live` is its address. */
export function openLive(parts: LiveParts): DeskLive {
  return new Live(parts)
}

class Live implements DeskLive {
  readonly path = '/desk/live'
  readonly #parts: LiveParts
  readonly #server = new WebSocketServer(limits)
  readonly #pages = new Set<Page>()
  readonly #stopListening: (() => void)[]
  readonly #pulse: NodeJS.Timeout
  /** Conversations that have changed since the last look. */
  readonly #changed = new Set<string>()
  /** Those that were at the desk when last looked at: that one leaves it is news for the list, too. */
  readonly #atDesk = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #isListChanged = false
  #listTimer: NodeJS.Timeout | undefined
  #listToldAt = Number.NEGATIVE_INFINITY

  constructor(parts: LiveParts) {
    this.#parts = parts
    const missed = () => this.#missed()
    this.#stopListening = [
      parts.store.onLogged((conversation) => this.#change(conversation), missed),
      parts.board.onNews((topic, key) => this.#news(topic, key), missed),
    ]
    this.#pulse = setInterval(() => this.#beat(), parts.beatEvery ?? 10_000).unref()
  }

  handle: Upgrade['handle'] = async (request, socket, head) => {
    let page: Page | undefined
    let hasEnded = false
    const onEnd = () => {
      hasEnded = true
      if (page) this.#sendAway(page, 4401)
    }
    const { agent, leave } = await this.#parts.guard.enter(request, 'agent', onEnd)
    // A handshake that ws refuses closes the socket without ever becoming a WebSocket.
    socket.once('close', leave)
    this.#server.handleUpgrade(request, socket, head, (client) => {
      page = { socket: client, agent, at: null, turns: 0, isAlive: true, frames: 0, leave }
      this.#welcome(page)
      if (hasEnded) onEnd()
    })
  }

  changed(conversation: string): void {
    this.#change(conversation)
    this.#parts.board.hint(changedTopic, conversation)
  }

  listChanged(): void {
    this.#isListChanged = true
    this.#soon()
  }

  typing(conversation: string): void {
    this.#types(conversation)
    if (this.#parts.viewers.of(conversation).length > 0) this.#parts.board.hint(typingTopic, conversation)
  }

  close(): void {
    for (const stop of this.#stopListening) stop()
    clearInterval(this.#pulse)
    clearTimeout(this.#timer)
    clearTimeout(this.#listTimer)
    for (const { socket } of this.#pages) socket.close(1012)
  }

  #change(conversation: string): void {
    if (this.#pages.size === 0) return
    this.#changed.add(conversation)
    this.#soon()
  }

  #types(conversation: string): void {
    this.#tell(conversation, { conversation, typing: true })
  }

  /** What happened in another process. */
  #news(topic: string, key: string): void {
    if (this.#pages.size === 0) return
    const looked = conversationOf(topic)
    if (topic === typingTopic) this.#types(key)
    else if (topic === changedTopic) this.#change(key)
    else if (looked !== undefined) this.#change(looked)
    else if (tellsWhoIsThere(topic)) this.listChanged()
  }

  /** Nobody knows what: every page reads again what it shows. */
  #missed(): void {
    for (const { at } of this.#pages) if (at !== null) this.#change(at)
    if (this.#pages.size > 0) this.listChanged()
  }

  #welcome(page: Page): void {
    const { socket, agent } = page
    const mine = [...this.#pages].filter((other) => other.agent.id === agent.id)
    if (mine.length >= mostPages) mine[0]?.socket.close(1008)
    this.#pages.add(page)
    this.#parts.attendance.heard(agent.id)
    this.listChanged()
    socket.on('error', () => socket.terminate())
    socket.on('pong', () => {
      page.isAlive = true
    })
    socket.on('message', (data) => this.#heard(page, String(data)))
    socket.once('close', () => this.#gone(page))
  }

  #gone(page: Page): void {
    this.#pages.delete(page)
    page.leave()
    this.#look(page, null)
  }

  /** The session is over: whoever it was is not there any more, unless in another session. */
  #sendAway(page: Page, code: number): void {
    page.socket.close(code)
    setTimeout(() => page.socket.terminate(), 2000).unref()
    const isElsewhere = [...this.#pages].some(
      ({ agent }) => agent.id === page.agent.id && agent.session !== page.agent.session,
    )
    if (!isElsewhere) this.#parts.attendance.left(page.agent.id)
    this.listChanged()
  }

  #heard(page: Page, text: string): void {
    page.frames++
    const said = page.frames > mostFrames ? undefined : read(text)
    if (said) this.#shows(page, said.at)
    else page.socket.close(1008)
  }

  /** A page is told of what its agent may see, and of nothing else. */
  #shows(page: Page, at: string | null): void {
    const turn = ++page.turns
    const look = (seen: string | null) => {
      if (turn === page.turns && this.#pages.has(page)) this.#look(page, seen)
    }
    if (at === null) look(null)
    else
      seenBy(this.#parts, at, page.agent).then(
        ({ past }) => look(past ? null : at),
        (err: unknown) => {
          look(null)
          if (!(err instanceof HttpError)) this.#parts.log.warn({ event: 'desk.live.failed', err })
        },
      )
  }

  #look(page: Page, at: string | null): void {
    const before = page.at
    page.at = at
    const isShownElsewhere = [...this.#pages].some(
      (other) => other !== page && other.agent.id === page.agent.id && other.at === before,
    )
    if (before !== null && before !== at && !isShownElsewhere)
      for (const left of this.#parts.viewers.leaves(page.agent.id, before)) this.#change(left)
    if (at !== null && this.#parts.viewers.looks(page.agent, at)) this.#change(at)
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#hint().catch((err: unknown) => this.#parts.log.warn({ event: 'desk.live.failed', err }))
    }, gather).unref()
  }

  async #hint(): Promise<void> {
    const changed = [...this.#changed]
    this.#changed.clear()
    for (const conversation of changed) this.#tell(conversation, { conversation })
    if (!this.#isListChanged) this.#isListChanged = await this.#isOfTheDesk(changed)
    if (!this.#isListChanged) return
    this.#isListChanged = false
    const wait = listEvery - (performance.now() - this.#listToldAt)
    if (wait <= 0) this.#tellList()
    else this.#listTimer ??= setTimeout(() => this.#tellList(), wait).unref()
  }

  #tellList(): void {
    this.#listTimer = undefined
    this.#listToldAt = performance.now()
    for (const page of this.#pages) this.#send(page, { chats: true })
  }

  /** What customers and the bot say to each other alone is no news for the desk. */
  async #isOfTheDesk(conversations: string[]): Promise<boolean> {
    let isOne = false
    for (const id of conversations) {
      const owner = (await this.#parts.store.conversation(id))?.owner
      const isThere = owner === 'queue' || owner === 'agent'
      isOne ||= isThere || this.#atDesk.has(id)
      if (isThere) this.#atDesk.add(id)
      else this.#atDesk.delete(id)
    }
    return isOne
  }

  #tell(conversation: string, hint: object): void {
    for (const page of this.#pages) if (page.at === conversation) this.#send(page, hint)
  }

  #send({ socket }: Page, hint: object): void {
    if (socket.bufferedAmount > mostUnread) socket.terminate()
    else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(hint))
  }

  #beat(): void {
    for (const page of this.#pages) {
      page.frames = 0
      if (!page.isAlive) {
        page.socket.terminate()
        continue
      }
      page.isAlive = false
      page.socket.ping()
      // Pages do not see pings: by this they know that the line is not dead.
      this.#send(page, {})
      this.#parts.attendance.heard(page.agent.id)
      // It may have gone back to the bot meanwhile.
      if (page.at !== null) this.#shows(page, page.at)
    }
  }
}

function read(text: string): { at: string | null } | undefined {
  try {
    return frame.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
