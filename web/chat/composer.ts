import { byId } from './element.ts'

/** As many as the server takes. */
const mostCharacters = 4000

/** The box to write in: Enter sends, Shift+Enter breaks the line, and Enter that chooses a kanji does neither. */
export class Composer {
  readonly #form = byId('composer', HTMLFormElement)
  readonly #text = byId('text', HTMLTextAreaElement)
  readonly #onSend: (text: string) => void
  /** What is said of a text that is too long. */
  tooLong = ''

  constructor(onSend: (text: string) => void, onWrite: () => void) {
    this.#onSend = onSend
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#send()
    })
    this.#text.addEventListener('keydown', (event) => {
      // 229 is what Safari says for the Enter that ends a composition, after the composition has ended.
      const isComposing = event.isComposing || event.keyCode === 229
      if (event.key !== 'Enter' || event.shiftKey || isComposing) return
      event.preventDefault()
      this.#send()
    })
    this.#text.addEventListener('input', () => {
      this.#text.setCustomValidity('')
      this.#grow()
      onWrite()
    })
  }

  focus(): void {
    this.#text.focus()
  }

  /** Off while there is no conversation to write into. */
  set isOn(isOn: boolean) {
    this.#form.hidden = !isOn
  }

  #send(): void {
    const text = this.#text.value.trim()
    if (!text || this.#isTooLong(text)) return
    this.#text.value = ''
    this.#grow()
    this.#text.focus()
    this.#onSend(text)
  }

  /** The text stays: a box that cut it off without a word would lose its end. */
  #isTooLong(text: string): boolean {
    this.#text.setCustomValidity(text.length > mostCharacters ? this.tooLong : '')
    return !this.#text.reportValidity()
  }

  /** The rows attribute, since the page's policy allows no style written into elements. */
  #grow(): void {
    this.#text.rows = 1
    while (this.#text.rows < 5 && this.#text.scrollHeight > this.#text.clientHeight) this.#text.rows++
  }
}
