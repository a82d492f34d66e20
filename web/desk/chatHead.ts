import { element } from '../chat/element.ts'
import type { Api } from './api.ts'
import { firstReply } from './chatTimes.ts'
import type { ChatView } from './chatView.ts'
import type { Switchboard } from './switchboard.ts'

type Do = (act: string, body?: object) => void

/** The head of a chat: what it is about in three lines, who has it, and what can be done with it. */
export class ChatHead {
  readonly place = element('div', { class: 'chat-head' })
  readonly #api: Api
  readonly #board: Switchboard
  readonly #do: Do
  readonly #times = element('span', { class: 'times' })
  readonly #returns = element('p', { class: 'quiet returns' })
  readonly #warning = element('p', { class: 'collision', role: 'status' })
  readonly #acts = element('div', { class: 'acts' })
  readonly #title = element('h1', { id: 'chat-title', tabindex: -1 })
  readonly #summary = element('ul', { class: 'summary' })
  readonly #owner = element('span', { class: 'owner' })
  readonly #offline = element('p', { class: 'alert offline', role: 'status', hidden: true })
  readonly #news = element('ul', { class: 'news' })
  #drawn = ''

  constructor(api: Api, board: Switchboard, act: Do) {
    this.#api = api
    this.#board = board
    this.#do = act
    const back = element('a', { class: 'to-list', href: '#/chats' }, api.t('chats.toList'))
    this.#summary.setAttribute('aria-label', api.t('chats.summary'))
    this.#news.setAttribute('aria-label', api.t('chats.newsTitle'))
    const standing = element('p', { class: 'quiet standing' }, this.#owner, this.#times)
    this.place.append(
      element(
        'div',
        { class: 'bar' },
        element('div', { class: 'where' }, back, this.#title, standing),
        this.#acts,
      ),
      this.#returns,
      this.#offline,
      this.#warning,
      this.#summary,
      this.#news,
    )
  }

  draw(view: ChatView): void {
    const { t } = this.#api
    const { viewers, summary, news, owner, agent, isMine, channel, locale } = view
    const names = (some: { shown: string }[]) => some.map(({ shown }) => shown).join(t('chats.and'))
    const writing = viewers.filter(({ isWriting }) => isWriting)
    const warning =
      writing.length > 0
        ? t('chats.writing', { names: names(writing) })
        : viewers.length > 0
          ? t('chats.viewing', { names: names(viewers) })
          : ''
    if (this.#warning.textContent !== warning) this.#warning.textContent = warning
    this.#warning.hidden = warning === ''
    this.#warning.classList.toggle('writing', writing.length > 0)
    this.#drawReturn(view)
    this.tick(view)
    const now = JSON.stringify([summary, news, owner, agent, isMine, channel, locale, this.#others()])
    if (now === this.#drawn) return
    this.#drawn = now
    this.#title.textContent = t('chats.with', {
      channel: t(`chats.channel.${channel}`),
      lang: t(`chats.lang.${locale}`),
    })
    this.#owner.textContent = isMine
      ? t('chats.owner.mine')
      : t(`chats.owner.${owner}`, { name: agent?.shown ?? '' })
    this.#summary.replaceChildren(...summary.map((line) => element('li', {}, line)))
    this.#summary.hidden = summary.length === 0
    this.#news.replaceChildren(
      ...news.map((one) =>
        element(
          'li',
          { class: 'inside' },
          t(`chats.news.${one}`),
          ' ',
          element('span', { class: 'badge' }, t('chats.newsHeld')),
        ),
      ),
    )
    this.#news.hidden = news.length === 0
    this.#drawActs(view)
  }

  /** What the chat is called; empty until it has been read. */
  get title(): string {
    return this.#title.textContent ?? ''
  }

  /** Where whoever opens a chat of somebody else begins to read. */
  focus(): void {
    this.#title.focus({ preventScroll: true })
  }

  /** The times go on without any news, and the line may be lost; a narrow screen has no list beside it that says so. */
  tick(view: ChatView): void {
    const words = firstReply(view, this.#board.now(), this.#api)
    if (this.#times.textContent !== words) this.#times.textContent = words
    const { isOnline } = this.#board
    if (this.#offline.hidden === isOnline) return
    this.#offline.hidden = isOnline
    this.#offline.textContent = isOnline ? '' : this.#api.t('chats.offline')
  }

  /** Before it is given back: where the bot goes on. */
  #drawReturn({ isMine, script }: ChatView): void {
    const { title = '', progress, agentSay = '' } = script ?? {}
    const step = progress ? `${title} · ${progress.label}` : (agentSay.split('\n')[0] ?? '')
    const words = step === '' ? '' : this.#api.t('chats.returnsTo', { step })
    this.#returns.textContent = words
    // From an outcome nothing goes on.
    this.#returns.hidden = !isMine || words === '' || script?.outcome !== undefined
  }

  #others(): { id: string; shown: string }[] {
    const all = this.#board.list?.agents ?? []
    return all.filter(({ id, isHere }) => isHere && id !== this.#api.me?.id)
  }

  #drawActs({ owner, isMine }: ChatView): void {
    const { t, me } = this.#api
    const button = (act: string, kind = 'button', key?: string) => {
      const cap = key ? [element('kbd', { 'aria-hidden': 'true' }, key)] : []
      const made = element(
        'button',
        { type: 'button', class: kind, 'aria-keyshortcuts': key },
        ...cap,
        t(`chats.act.${act}`),
      )
      made.addEventListener('click', () => this.#do(act))
      return made
    }
    const hadFocus = this.#acts.contains(document.activeElement)
    const isLead = me?.role !== 'agent'
    const acts: HTMLElement[] = []
    if (owner === 'queue') acts.push(button('take', 'button primary', 'T'))
    if (owner === 'agent' && !isMine && isLead) acts.push(button('takeover'))
    if (isMine) acts.push(button('return'), button('close'), button('release'), ...this.#transfer())
    this.#acts.replaceChildren(...acts)
    // The button that was pressed is gone.
    if (hadFocus) this.#title.focus()
  }

  #transfer(): HTMLElement[] {
    const others = this.#others()
    if (others.length === 0) return []
    const { t } = this.#api
    const choices = others.map(({ id, shown }) => element('option', { value: id }, shown))
    const field = element(
      'select',
      { 'aria-label': t('chats.act.transfer') },
      element('option', { value: '' }, t('chats.transferTo')),
      ...choices,
    )
    const go = element('button', { type: 'button', class: 'button' }, t('chats.act.transfer'))
    go.addEventListener('click', () => field.value && this.#do('transfer', { to: field.value }))
    return [element('span', { class: 'transfer' }, field, go)]
  }
}
