import { browserRim } from '../chat/browserRim.ts'
import { element } from '../chat/element.ts'
import { type Api, pressKey, Refused, type Screen } from './api.ts'
import { ChatDraft } from './chatDraft.ts'
import { ChatFeed } from './chatFeed.ts'
import { ChatHead } from './chatHead.ts'
import { chatKeys } from './chatKeys.ts'
import { ChatLog } from './chatLog.ts'
import { ChatNotes } from './chatNotes.ts'
import { type Answer, ChatScript } from './chatScript.ts'
import type { ChatView, Line } from './chatView.ts'
import { isCommand } from './keys.ts'
import type { Switchboard } from './switchboard.ts'

/** One chat: what was said, the draft, and beside them the script with the customer's step. */
export function openChat(place: HTMLElement, api: Api, board: Switchboard, conversation: string): Screen {
  const chat = new Chat(place, api, board, conversation)
  return { close: () => chat.close() }
}

/** The server's words for why something cannot be done, each with a sentence of its own. */
const reasons = [
  'Taken',
  'NotWaiting',
  'NotYours',
  'Yours',
  'NotHere',
  'Secret',
  'AsksSecret',
  'Unfilled',
  'NotAllowed',
]

class Chat {
  readonly #place: HTMLElement
  readonly #api: Api
  readonly #board: Switchboard
  readonly #path: string
  readonly #conversation: string
  readonly #status = element('p', { role: 'status', class: 'chat-status' })
  readonly #keys = element('p', { class: 'keys chat-keys quiet' })
  readonly #head: ChatHead
  readonly #log: ChatLog
  readonly #draft: ChatDraft
  readonly #script: ChatScript
  readonly #notes: ChatNotes
  readonly #feed: ChatFeed<ChatView>
  readonly #stops: (() => void)[]
  #view: ChatView | undefined
  /** What is on its way to the server. */
  #posting: { act: string; isDone: Promise<boolean> } | undefined

  constructor(place: HTMLElement, api: Api, board: Switchboard, conversation: string) {
    this.#place = place
    this.#api = api
    this.#board = board
    this.#conversation = conversation
    this.#path = `/desk/api/chats/${encodeURIComponent(conversation)}`
    this.#head = new ChatHead(api, board, (act, body) => void this.#act(act, body))
    this.#log = new ChatLog(api)
    this.#draft = new ChatDraft(api, conversation, {
      send: (key, text) => this.#send(key, text),
      onWriting: () => void api.send('POST', `${this.#path}/typing`, {}).catch(() => undefined),
      onChange: () => this.#status.classList.contains('alert') && this.#say(''),
      onLeave: () => this.#script.focus(),
    })
    this.#script = new ChatScript(api, {
      onAnswer: (answer) => void this.#answer(answer),
      onInsert: (text) => this.#insert(text),
    })
    this.#notes = new ChatNotes(api, conversation, {
      save: (key, text) => this.#post('note', { key, text }),
      onLeave: () => (this.#view?.isMine ? this.#script.focus() : this.#head.focus()),
    })
    this.#feed = new ChatFeed<ChatView>({
      rim: browserRim,
      read: (after) => api.get<ChatView>(`${this.#path}?after=${after}`, { background: true }),
      onView: (view, lines) => this.#show(view, lines as Line[]),
      isOver: (error) => this.#isOver(error),
    })
    document.addEventListener('keydown', this.#pressed)
    const stopFollowing = board.follow(conversation, {
      onHint: ({ typing }) => (typing ? this.#log.customerTypes() : this.#feed.wake()),
    })
    this.#stops = [stopFollowing, board.onChange(() => this.#view && this.#head.tick(this.#view))]
    place.append(element('p', { class: 'quiet' }, api.t('shell.loading')))
    this.#feed.wake()
  }

  close(): void {
    this.#feed.stop()
    this.#log.close()
    document.removeEventListener('keydown', this.#pressed)
    for (const stop of this.#stops) stop()
  }

  #show(view: ChatView, lines: Line[]): void {
    const isFirst = this.#view === undefined
    const wasMine = this.#view?.isMine ?? false
    this.#view = view
    if (isFirst) this.#layOut()
    this.#head.draw(view)
    this.#log.add(lines, view.locale)
    this.#draft.draw(view)
    this.#script.draw(view)
    this.#notes.draw(view)
    this.#keys.replaceChildren(...chatKeys(view, this.#api))
    if (document.visibilityState === 'visible') this.#board.read(this.#conversation, view.seq)
    if (isFirst && !view.isMine) this.#head.focus()
    if (view.isMine && !wasMine) this.#script.focus()
  }

  #layOut(): void {
    // What became of a press stands where the agent writes: the head may have been scrolled away.
    const talk = element('div', { class: 'talk' }, this.#log.place, this.#status, this.#draft.place)
    const side = element('div', { class: 'chat-side' }, this.#script.place, this.#notes.place)
    this.#place.replaceChildren(
      this.#head.place,
      element('div', { class: 'chat-columns' }, talk, side),
      this.#keys,
    )
  }

  #isOver(error: unknown): boolean {
    if (!(error instanceof Refused)) return false
    if (error.status === 404) {
      const on = element('a', { class: 'button', href: '#/chats' }, this.#api.t('chats.toList'))
      // Whoever has just given it back is told so, and not that it is missing.
      if (this.#status.textContent === '') this.#say(this.#api.t('chats.gone'), true)
      const words = this.#head.title || this.#api.t('chats.title')
      const title = element('h1', { id: 'chat-title', tabindex: -1 }, words)
      this.#place.replaceChildren(title, this.#status, on)
      title.focus()
    }
    return error.status === 404 || error.status === 401
  }

  /** Keys for answers and the like; while somebody types, only sending. */
  #pressed = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.repeat && !event.isComposing) {
      event.preventDefault()
      // Whoever writes a note means the note: the draft beside it goes to the customer.
      if (event.target instanceof Node && this.#notes.place.contains(event.target)) this.#notes.submit()
      else void this.#draft.submit()
      return
    }
    if (!isCommand(event)) return
    const act = this.#actOf(event.key.toLowerCase())
    if (!act) return
    event.preventDefault()
    act()
  }

  #actOf(key: string): (() => void) | undefined {
    if (key === 't' && this.#view?.owner === 'queue') return () => void this.#act('take')
    if (key === '/' && this.#view?.isMine) return () => this.#draft.beginSearch()
    if (key === 'e' && this.#view?.isMine) return () => this.#draft.focus()
    if (key === 'm' && this.#view) return () => this.#notes.focus()
    return this.#script.actOf(key, this.#status)
  }

  #insert(text: string): void {
    this.#draft.insert(text)
    this.#say(this.#api.t('chats.inserted'))
  }

  async #act(act: string, body: object = {}): Promise<void> {
    const done = await this.#post(act, { key: pressKey(), ...body })
    if (done) this.#say(this.#api.t(`chats.done.${act}`))
  }

  async #answer(answer: Answer): Promise<void> {
    const at = this.#view?.script?.at ?? { run: '', step: '' }
    const done = await this.#post<{ said: string[] }>('answer', { key: pressKey(), at, ...answer })
    if (!done) return
    // The last is the next step itself.
    this.#script.heard((done.said ?? []).slice(0, -1))
    this.#say('')
  }

  async #send(key: string, text: string): Promise<boolean> {
    const done = await this.#post('send', { key, text })
    if (done) this.#say(this.#api.t('chats.sent'))
    return done !== undefined
  }

  /** Does something at the server and reads what became of it; undefined when it was not done, and then says why. */
  async #post<T extends object>(act: string, body: object): Promise<Partial<T> | undefined> {
    while (this.#posting) {
      // A second press does nothing. An answer pressed while words are being sent is none: it follows when they are.
      if (act === 'send' || this.#posting.act !== 'send' || !(await this.#posting.isDone)) return undefined
    }
    const sent = this.#api.send<T>('POST', `${this.#path}/${act}`, body)
    const isDone = sent.then(
      () => true,
      () => false,
    )
    this.#posting = { act, isDone }
    this.#place.setAttribute('aria-busy', 'true')
    try {
      return (await sent) ?? {}
    } catch (error) {
      const code = error instanceof Refused && reasons.includes(error.code) ? error.code : 'Failed'
      this.#say(this.#api.t(`chats.refused.${code}`), true)
      return undefined
    } finally {
      this.#posting = undefined
      this.#place.removeAttribute('aria-busy')
      this.#feed.wake()
      this.#board.refresh()
    }
  }

  #say(words: string, isAlert = false): void {
    this.#status.className = isAlert ? 'chat-status alert' : 'chat-status'
    this.#status.textContent = words
  }
}
