import { element } from '../chat/element.ts'
import type { Api, Screen } from './api.ts'
import { waitOf } from './chatTimes.ts'
import type { ChatItem, ChatList } from './chatView.ts'
import type { Switchboard } from './switchboard.ts'

/** The list of chats: the queue in its order, the agent's own, and those of the others. */
export function openChatList(place: HTMLElement, api: Api, board: Switchboard, shown: string): Screen {
  const list = new List(place, api, board, shown)
  return { close: () => list.close() }
}

/** An agent's own come first: behind a long queue nobody would see that one of them waits for an answer. */
const groups = ['mine', 'queue', 'others'] as const

class List {
  readonly #api: Api
  readonly #board: Switchboard
  readonly #shown: string
  readonly #away = element('button', { type: 'button', class: 'button' })
  readonly #state = element('p', { class: 'quiet', role: 'status' })
  readonly #nobody: HTMLElement
  readonly #lists = new Map(groups.map((name) => [name, element('ul', { class: 'rows' })]))
  readonly #heads = new Map(groups.map((name) => [name, element('h2', { id: `chats-${name}` })]))
  readonly #rows = new Map<string, Row>()
  readonly #stop: () => void

  constructor(place: HTMLElement, api: Api, board: Switchboard, shown: string) {
    this.#api = api
    this.#board = board
    this.#shown = shown
    this.#away.addEventListener('click', () => void this.#setAway())
    this.#nobody = element('p', { class: 'quiet', hidden: true }, api.t('chats.nobody'))
    const parts = groups.flatMap((name) => {
      const list = this.#lists.get(name) as HTMLElement
      list.setAttribute('aria-labelledby', `chats-${name}`)
      const head = this.#heads.get(name) as HTMLElement
      return name === 'queue' ? [head, this.#nobody, list] : [head, list]
    })
    place.append(
      // Beside an open chat, that one is what the page is about.
      element(shown ? 'h2' : 'h1', { id: 'chats-title' }, api.t('chats.title')),
      element('div', { class: 'presence' }, this.#state, this.#away),
      ...parts,
    )
    this.#stop = board.onChange(() => this.#draw())
    this.#draw()
    if (!shown) board.refresh()
  }

  close(): void {
    this.#stop()
  }

  async #setAway(): Promise<void> {
    const away = !this.#board.list?.isAway
    await this.#api.send('PUT', '/desk/api/presence', { away }).catch(() => undefined)
    this.#board.refresh()
  }

  #draw(): void {
    const { list } = this.#board
    const { t } = this.#api
    if (!list) {
      this.#state.textContent = t('shell.loading')
      this.#away.hidden = true
      return
    }
    const { isOnline } = this.#board
    const words = t(!isOnline ? 'chats.offline' : list.isAway ? 'chats.away' : 'chats.here')
    if (this.#state.textContent !== words) this.#state.textContent = words
    this.#state.className = isOnline ? 'quiet' : 'alert'
    this.#nobody.hidden = list.queue.length > 0
    this.#away.hidden = false
    this.#away.textContent = t(list.isAway ? 'chats.comeBack' : 'chats.goAway')
    for (const name of groups) this.#group(name, list)
    const known = new Set(groups.flatMap((name) => list[name].map(({ conversation }) => conversation)))
    for (const id of this.#rows.keys()) if (!known.has(id)) this.#rows.delete(id)
  }

  #group(name: (typeof groups)[number], list: ChatList): void {
    const head = this.#heads.get(name) as HTMLElement
    head.textContent = this.#api.t(`chats.${name}`, { count: list[name].length })
    const place = this.#lists.get(name) as HTMLElement
    head.hidden = place.hidden = name !== 'queue' && list[name].length === 0
    const rows = list[name].map((item) => this.#row(item, list))
    // An element that is moved loses the focus: only what is out of place is.
    for (const [at, row] of rows.entries())
      if (place.children[at] !== row) place.insertBefore(row, place.children[at] ?? null)
    while (place.children.length > rows.length) place.lastElementChild?.remove()
  }

  #row(item: ChatItem, list: ChatList): HTMLElement {
    const row = this.#rows.get(item.conversation) ?? new Row(item, this.#api)
    this.#rows.set(item.conversation, row)
    row.draw(item, list, this.#board, item.conversation === this.#shown)
    return row.place
  }
}

class Row {
  readonly place = element('li')
  readonly #api: Api
  readonly #link: HTMLElement
  #drawn = ''

  constructor({ conversation }: ChatItem, api: Api) {
    this.#api = api
    this.#link = element('a', { href: `#/chats/${encodeURIComponent(conversation)}` })
    this.place.append(this.#link)
  }

  draw(item: ChatItem, list: ChatList, board: Switchboard, isOpen: boolean): void {
    const { t } = this.#api
    const wait = waitOf(item, board.now(), list.waitMinutes, this.#api)
    const isUnread = item.last?.by === 'customer' && board.isUnread(item.conversation, item.seq)
    const others = item.viewers.filter(({ id }) => id !== this.#api.me?.id).map(({ shown }) => shown)
    const now = JSON.stringify([
      item.about,
      item.last?.text,
      wait,
      isUnread,
      others,
      isOpen,
      item.agent?.shown,
    ])
    if (now === this.#drawn) return
    this.#drawn = now
    if (isOpen) this.#link.setAttribute('aria-current', 'true')
    const meta = [
      t(`chats.channel.${item.channel}`),
      t(`chats.lang.${item.locale}`),
      ...(item.owner === 'agent' && item.agent?.id !== this.#api.me?.id ? [item.agent?.shown ?? ''] : []),
    ]
    this.#link.replaceChildren(
      element(
        'span',
        { class: 'marks' },
        ...(isUnread ? [element('span', { class: 'unread' }, t('chats.unread'))] : []),
        ...(wait ? [element('span', { class: `wait ${wait.level}` }, wait.text)] : []),
      ),
      element('span', { class: 'about' }, item.about || t('chats.noFlow')),
      // What the bot or a colleague said last is no news for an agent.
      ...(item.last?.by === 'customer'
        ? [element('span', { class: 'newest', lang: item.locale }, item.last.text)]
        : []),
      element('span', { class: 'meta' }, meta.join(' · ')),
      ...(others.length > 0
        ? [
            element(
              'span',
              { class: 'meta' },
              t(isOpen ? 'chats.viewing' : 'chats.viewed', { names: others.join(t('chats.and')) }),
            ),
          ]
        : []),
    )
  }
}
