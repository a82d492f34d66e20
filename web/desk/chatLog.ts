import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import type { Api } from './api.ts'
import { clockTime } from './chatTimes.ts'
import type { Line } from './chatView.ts'
import { breakable } from './longNames.ts'

/** A hint that the customer writes counts for so long. */
const typingLasts = 6000

/** What was said in a chat, line by line; new lines are read out by screen readers. */
export class ChatLog {
  readonly place: HTMLElement
  readonly #api: Api
  readonly #lines: HTMLElement
  readonly #typing = element('p', { class: 'quiet typing', role: 'status' })
  #timer = 0
  #isAtEnd = true
  readonly #resized = new ResizeObserver(() => {
    if (this.#isAtEnd) this.#toEnd()
  })

  constructor(api: Api) {
    this.#api = api
    this.#lines = element('div', {
      class: 'lines',
      role: 'log',
      tabindex: 0,
      'aria-label': api.t('chats.log'),
    })
    this.#lines.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#lines
      this.#isAtEnd = scrollHeight - scrollTop - clientHeight < 60
    })
    // Another window, or a tablet that is turned: whoever reads the newest goes on reading the newest.
    this.#resized.observe(this.#lines)
    this.place = element('div', { class: 'chat-log' }, this.#lines, this.#typing)
  }

  /** Puts new lines below the others. */
  add(lines: Line[], locale: Lang): void {
    if (lines.length === 0) return
    const isAtEnd = this.#isAtEnd
    this.#lines.append(...lines.map((line) => this.#line(line, locale)))
    if (lines.some(({ by }) => by === 'customer')) this.#typing.textContent = ''
    if (isAtEnd || lines.at(-1)?.by === 'agent') this.#toEnd()
  }

  #toEnd(): void {
    this.#lines.scrollTop = this.#lines.scrollHeight
    this.#isAtEnd = true
  }

  customerTypes(): void {
    this.#typing.textContent = this.#api.t('chats.typing')
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => {
      this.#typing.textContent = ''
    }, typingLasts)
  }

  close(): void {
    this.#resized.disconnect()
    clearTimeout(this.#timer)
  }

  #line(line: Line, locale: Lang): HTMLElement {
    const { t, lang } = this.#api
    const { by, name = '', what, text, at, isMasked } = line
    const time = at ? [element('time', { datetime: at }, clockTime(at, lang))] : []
    if (by === 'desk')
      return element(
        'p',
        { class: 'line desk', 'data-seq': line.seq },
        t(`chats.what.${what}`, { name }),
        ' ',
        ...time,
      )
    const who = by === 'agent' ? name : t(`chats.by.${by}`)
    return element(
      'div',
      { class: `line ${by}`, 'data-seq': line.seq },
      element('p', { class: 'by' }, who, ' ', ...time),
      element('p', { class: 'said-text', lang: locale }, ...breakable(text || t('chats.pressed'))),
      ...(isMasked ? [element('p', { class: 'quiet' }, t('chats.masked'))] : []),
    )
  }
}
