import type { Link } from './connection.ts'
import { byId, element } from './element.ts'
import type { ChatKey, ChatWords, Lang } from './words.ts'

/** A cut shorter than this is not worth a word. */
const patience = 1500
/** A bot that has not answered by then is not typing. */
const typingLasts = 20_000
/** An agent who goes on writing is heard of every few seconds. */
const agentTypingLasts = 7000

/** Everything around the messages: labels, the notice of the connection, the typing dots. */
export class Chrome {
  #words: ChatWords
  #link: Link = 'connecting'
  #noticeTimer = 0
  #typingTimer = 0
  readonly #isTitled: boolean

  /** `title` is the host page's own, else the one of the words. */
  constructor(words: ChatWords, title: string | null) {
    this.#words = words
    this.#isTitled = title !== null
    if (title !== null) this.#entitle(title)
  }

  /** Every label in this language. */
  speak(words: ChatWords, lang: Lang): void {
    this.#words = words
    document.documentElement.lang = lang
    byId('language', HTMLElement).lang = lang === 'ja' ? 'en' : 'ja'
    if (!this.#isTitled) this.#entitle(words.title)
    for (const place of document.querySelectorAll<HTMLElement>('[data-word]')) {
      place.textContent = words[place.dataset.word as ChatKey]
    }
    for (const place of document.querySelectorAll<HTMLElement>('[data-label]')) {
      place.setAttribute('aria-label', words[place.dataset.label as ChatKey])
    }
    for (const place of document.querySelectorAll<HTMLImageElement>('[data-alt]')) {
      place.alt = words[place.dataset.alt as ChatKey]
    }
    byId('text', HTMLTextAreaElement).placeholder = words.placeholder
    this.#notice()
  }

  /** Says how the connection stands, once it has stood so for a moment. */
  link(link: Link): void {
    if (link === this.#link) return
    this.#link = link
    clearTimeout(this.#noticeTimer)
    if (link === 'waiting') this.#noticeTimer = setTimeout(() => this.#notice(), patience)
    else this.#notice()
  }

  /** Shows the dots for a while; a message takes them away. `agent`: the name of the person who writes. */
  typing(isTyping: boolean, agent = ''): void {
    clearTimeout(this.#typingTimer)
    byId('typing', HTMLElement).hidden = !isTyping
    const lasts = agent === '' ? typingLasts : agentTypingLasts
    if (isTyping) this.#typingTimer = setTimeout(() => this.typing(false), lasts)
  }

  #notice(): void {
    const said = this.#link === 'online' ? '' : this.#words[this.#link]
    const notice = byId('notice', HTMLElement)
    if (notice.textContent !== said)
      notice.replaceChildren(...(said ? [element('p', { class: 'notice' }, said)] : []))
  }

  #entitle(title: string): void {
    byId('title', HTMLElement).textContent = title
    document.title = title
  }
}
