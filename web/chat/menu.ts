import { byId } from './element.ts'

/** What can be chosen there. */
export type Command = 'startOver' | 'person' | 'language' | 'printAll' | 'end'

/** The menu behind the header's button: opens with Enter, Space or Arrow down, closes with Escape. */
export class Menu {
  readonly #button = byId('menu-button', HTMLButtonElement)
  readonly #menu = byId('menu', HTMLElement)

  constructor(onCommand: (command: Command) => void) {
    this.#button.addEventListener('click', () => (this.#menu.hidden ? this.#open() : this.close()))
    this.#button.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowDown') return
      event.preventDefault()
      this.#open()
    })
    this.#menu.addEventListener('keydown', (event) => this.#move(event))
    this.#menu.addEventListener('click', (event) => {
      const command = (event.target as HTMLElement).dataset.command
      if (!command) return
      this.close()
      onCommand(command as Command)
    })
    this.#menu.addEventListener('focusout', (event) => {
      const next = event.relatedTarget
      if (next instanceof Node && next !== this.#button && !this.#menu.contains(next)) this.#hide()
    })
    document.addEventListener('pointerdown', (event) => {
      const target = event.target as Node
      if (!this.#menu.contains(target) && !this.#button.contains(target)) this.#hide()
    })
  }

  get isOpen(): boolean {
    return !this.#menu.hidden
  }

  close(): void {
    this.#hide()
    this.#button.focus()
  }

  #open(): void {
    this.#menu.hidden = false
    this.#button.setAttribute('aria-expanded', 'true')
    this.#items[0]?.focus()
  }

  #hide(): void {
    this.#menu.hidden = true
    this.#button.setAttribute('aria-expanded', 'false')
  }

  #move(event: KeyboardEvent): void {
    const items = this.#items
    const place = items.indexOf(document.activeElement as HTMLButtonElement)
    const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: items.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    items[(to + items.length) % items.length]?.focus()
  }

  get #items(): HTMLButtonElement[] {
    return [...this.#menu.querySelectorAll('button')]
  }
}
