/** How near the end counts as being there, in pixels. */
const nearEnd = 120
const rounding = 2

interface Parts {
  list: HTMLElement
  /** Shown while something new waits out of sight; pressing it leads there. */
  news: HTMLButtonElement
  /** The message with which the newest answer begins. */
  newest(): HTMLElement | undefined
}

/**
 * Where the conversation stands on the screen: the newest answer is seen from its beginning, and whoever has scrolled
 * away to read is left in peace.
 */
export class Scroll {
  readonly #parts: Parts
  /** Where it was last put; a customer who has moved it has taken it over. */
  #put = 0
  #isAtEnd = true

  constructor(parts: Parts) {
    this.#parts = parts
    const { list, news } = parts
    // Pictures arrive after the words around them, and a phone's keyboard takes half of the height.
    list.addEventListener('load', () => this.keep(), true)
    new ResizeObserver(() => this.keep()).observe(list)
    list.addEventListener('scroll', () => this.#scrolled())
    news.addEventListener('click', () => {
      this.toNewest()
      list.focus({ preventScroll: true })
    })
  }

  /** Whether the customer sees what was last said, as far as it fits. */
  get isFollowing(): boolean {
    return this.#isResting || this.#isAtEnd
  }

  /** Shows the newest answer: all of it when it fits, else its beginning. */
  toNewest(): void {
    const { list, news, newest } = this.#parts
    news.hidden = true
    const first = newest()
    if (!first) return
    // Not scrollIntoView: that would scroll the page around the list, too. The browser stops at the end by itself.
    list.scrollTop += first.getBoundingClientRect().top - list.getBoundingClientRect().top - 8
    this.#put = list.scrollTop
  }

  /** The layout has changed and nothing was said: what was seen stays in sight. */
  keep(): void {
    const { list } = this.#parts
    if (this.#isResting) this.toNewest()
    else if (this.#isAtEnd) list.scrollTop = list.scrollHeight
  }

  /** Something was said out of sight. */
  waits(): void {
    this.#parts.news.hidden = false
  }

  get #isResting(): boolean {
    return Math.abs(this.#parts.list.scrollTop - this.#put) <= rounding
  }

  #scrolled(): void {
    const { list, news } = this.#parts
    this.#isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < nearEnd
    if (this.#isAtEnd) news.hidden = true
  }
}
