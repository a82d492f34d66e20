import type { ButtonAction } from './activity.ts'
import { drawBubble, drawDelivery, type Pressed } from './bubble.ts'
import { byId, element } from './element.ts'
import { Scroll } from './scroll.ts'
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
  readonly #scroll: Scroll
  /** The key of the message with which the newest answer begins. */
  #newest = ''
  #words: ChatWords

  constructor(list: HTMLElement, words: ChatWords, pressed: Pressed) {
    this.#list = list
    this.#words = words
    this.#pressed = pressed
    // What scrolls must be reachable by keyboard.
    list.tabIndex = 0
    const newest = () => this.#rows.get(this.#newest)?.item
    this.#scroll = new Scroll({ list, news: byId('news', HTMLButtonElement), newest })
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
    const { isFollowing } = this.#scroll
    const shown = new Set(this.#rows.keys())
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
    const isNew = last && !shown.has(last.key)
    if (isNew) this.#newest = beginning(transcript.entries, last, shown).key
    if (!isNew) this.#scroll.keep()
    else if (isFollowing || last.letter) this.#scroll.toNewest()
    else this.#scroll.waits()
  }

  /** The customer wants to see what is new, wherever the screen stood. */
  follow(): void {
    this.#scroll.toNewest()
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
}

/**
 * The message with which the newest answer begins. A hint comes before the step that it belongs to: whoever sees only
 * the last message misses it. News that answer nothing begin with what was not shown yet.
 */
function beginning(entries: readonly Entry[], last: Entry, shown: ReadonlySet<string>): Entry {
  const { replyToId } = last.activity
  const isOfIt = ({ from, activity, key }: Entry) =>
    from === last.from && activity.replyToId === replyToId && (replyToId !== undefined || !shown.has(key))
  const before = entries.findLastIndex((entry) => !isOfIt(entry) && entry !== last)
  return entries[before + 1] ?? last
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
