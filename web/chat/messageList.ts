import type { ButtonAction } from './activity.ts'
import { drawBubble, drawDelivery, type Pressed } from './bubble.ts'
import { element } from './element.ts'
import type { Entry, Transcript } from './transcript.ts'
import type { ChatWords } from './words.ts'

interface Row {
  item: HTMLElement
  /** What the item was drawn from: the same again is not drawn again, so it is not announced again. */
  drawn: string
  delivery: HTMLElement
}

/** The conversation on the screen: a live region in which each message appears once. */
export class MessageList {
  readonly #list: HTMLElement
  readonly #pressed: Pressed
  readonly #rows = new Map<string, Row>()
  #words: ChatWords

  constructor(list: HTMLElement, words: ChatWords, pressed: Pressed) {
    this.#list = list
    this.#words = words
    this.#pressed = pressed
    // What scrolls must be reachable by keyboard.
    list.tabIndex = 0
  }

  /** Old messages that a reload brings back are not read out; new ones are. */
  announce(isOn: boolean): void {
    if (!isOn) this.#list.setAttribute('aria-live', 'off')
    // The old ones are drawn first, and only then is the region made live.
    else requestAnimationFrame(() => this.#list.setAttribute('aria-live', 'polite'))
  }

  /** Buttons and labels drawn from now on speak these words. */
  speak(words: ChatWords): void {
    this.#words = words
  }

  /** Brings the screen up to the transcript. */
  show(transcript: Transcript): void {
    const isAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 120
    const keys = new Set(transcript.entries.map((entry) => entry.key))
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue
      row.item.remove()
      this.#rows.delete(key)
    }
    transcript.entries.forEach((entry, place) => {
      const row = this.#row(entry)
      if (this.#list.children[place] !== row.item) {
        this.#list.insertBefore(row.item, this.#list.children[place] ?? null)
      }
      setOpen(row.item, entry === transcript.open)
    })
    const last = transcript.entries.at(-1)
    if (isAtEnd || last?.from === 'user') this.#reveal(last)
  }

  #row(entry: Entry): Row {
    const row = this.#rows.get(entry.key) ?? this.#draw(entry)
    if (row.drawn !== sight(entry)) this.#redraw(row, entry)
    if (row.delivery.dataset.delivery !== entry.delivery) {
      const isFocused = row.delivery.contains(document.activeElement)
      row.delivery.dataset.delivery = entry.delivery
      row.delivery.replaceChildren(...drawDelivery(entry, this.#words, this.#pressed))
      if (isFocused) this.#list.focus()
    }
    return row
  }

  #draw(entry: Entry): Row {
    const delivery = element('div', { class: 'delivery' })
    const item = drawBubble(entry, this.#words, this.#pressed)
    if (entry.from === 'user') item.append(delivery)
    const row = { item, drawn: sight(entry), delivery }
    this.#rows.set(entry.key, row)
    return row
  }

  #redraw(row: Row, entry: Entry): void {
    const again = drawBubble(entry, this.#words, this.#pressed)
    if (entry.from === 'user') again.append(row.delivery)
    const hadFocus = row.item.contains(document.activeElement)
    row.item.replaceWith(again)
    row.item = again
    row.drawn = sight(entry)
    if (hadFocus) this.#list.focus()
  }

  /** The start of a long answer matters more than its end. */
  #reveal(entry: Entry | undefined): void {
    const item = entry && this.#rows.get(entry.key)?.item
    if (!item) return
    const isLong = item.offsetHeight > this.#list.clientHeight
    const above = item.getBoundingClientRect().top - this.#list.getBoundingClientRect().top
    // Not scrollIntoView: that would scroll the page around the list, too.
    if (isLong) this.#list.scrollTop += above - 8
    else this.#list.scrollTop = this.#list.scrollHeight
  }
}

function sight({ activity }: Entry): string {
  return JSON.stringify([
    activity.text,
    activity.card,
    activity.choices.map((one: ButtonAction) => one.title),
  ])
}

/**
 * Only the last question can be answered. The button that has the focus keeps it until the customer moves on (a
 * disabled one would drop it, and a moved focus would cut a screen reader's announcement short): the next Tab leads
 * to the new choices.
 */
function setOpen(item: HTMLElement, isOpen: boolean): void {
  item.querySelector('.choices')?.classList.toggle('answered', !isOpen)
  for (const button of item.querySelectorAll<HTMLButtonElement>('.choices button')) {
    if (isOpen) {
      button.disabled = false
      button.removeAttribute('aria-disabled')
    } else if (button === document.activeElement) {
      button.setAttribute('aria-disabled', 'true')
      button.addEventListener('blur', () => disableAnswered(button), { once: true })
    } else {
      button.disabled = true
    }
  }
}

function disableAnswered(button: HTMLButtonElement): void {
  if (button.getAttribute('aria-disabled') === 'true') button.disabled = true
}
