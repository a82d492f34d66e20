import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import type { Api } from './api.ts'
import { isComposing } from './keys.ts'
import type { Found } from './phoneSearch.ts'

/** An approved text that was chosen. */
export type Canned = Pick<Found, 'text'> & { ask?: { name: string; label: string }[] }

/** More would push the draft off the screen. */
const most = 5
/** A slash at the beginning of a word, also as Japanese keyboards write it, and what follows it up to the cursor. */
const slash = /(^|\s)([/／][^\s/／]{0,60})$/u

/** Finds approved texts for what is typed after a slash in the draft. */
export class DraftSearch {
  readonly place = element('div', { class: 'draft-search', hidden: true })
  locale: Lang = 'ja'
  readonly #api: Api
  readonly #field: HTMLTextAreaElement
  readonly #onTake: (canned: Canned, from: number, to: number) => void
  readonly #list = element('ul', { id: 'draft-found', role: 'listbox', class: 'results' })
  readonly #status = element('p', { role: 'status', class: 'quiet' })
  #found: Found[] = []
  #at = 0
  #shown = ''
  #isAwaited = false
  #asking: AbortController | undefined

  constructor(
    api: Api,
    field: HTMLTextAreaElement,
    onTake: (canned: Canned, from: number, to: number) => void,
  ) {
    this.#api = api
    this.#field = field
    this.#onTake = onTake
    this.#list.setAttribute('aria-label', api.t('chats.canned'))
    this.place.append(this.#status, this.#list)
  }

  /** The draft has changed: looks for what is being typed after a slash, if anything is. */
  look(): void {
    const typed = this.#typed
    if (typed === undefined) {
      this.#close()
      return
    }
    const text = typed.slice(1)
    this.place.hidden = false
    this.#asking?.abort()
    this.#isAwaited = false
    if (text === '') {
      this.#show('', [])
      return
    }
    this.#asking = new AbortController()
    const query = new URLSearchParams({ q: text, locale: this.locale })
    this.#api.get<{ found: Found[] }>(`/desk/api/search?${query}`, { signal: this.#asking.signal }).then(
      ({ found }) => this.#show(text, found),
      (error: unknown) => {
        if (error instanceof DOMException) return
        this.#show(text, [])
        this.#status.textContent = this.#api.t('shell.failed')
      },
    )
  }

  /** Whether a text was chosen before it was found: it takes the place of what was typed as soon as it is. */
  get isAwaited(): boolean {
    return this.#isAwaited
  }

  /** Whether a key was meant for the results. An input method has its own use for the same keys. */
  pressed(event: KeyboardEvent): boolean {
    if (this.place.hidden || isComposing(event)) return false
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const isFound = this.#shown === this.#typed?.slice(1)
    const isEnter = event.key === 'Enter' && !event.ctrlKey && !event.metaKey
    const isTaken = isEnter && (this.#found.length > 0 || !isFound)
    if (step === 0 && !isTaken && event.key !== 'Escape') return false
    event.preventDefault()
    if (step !== 0 && this.#found.length > 0) {
      this.#at = (this.#at + step + this.#found.length) % this.#found.length
      this.#mark()
    }
    if (event.key === 'Escape') this.#close()
    // Results of fewer letters than were typed are not what the agent means.
    else if (isTaken && isFound) this.#take(this.#at)
    else if (isTaken) this.#isAwaited = true
    return true
  }

  get #typed(): string | undefined {
    const { value, selectionStart } = this.#field
    return slash.exec(value.slice(0, selectionStart))?.[2]
  }

  #show(text: string, found: Found[]): void {
    // A guide is led by the script beside; here only texts are wanted, those that were approved for chats first.
    const texts = found.filter(({ kind }) => kind !== 'flow')
    this.#found = [
      ...texts.filter(({ kind }) => kind === 'canned'),
      ...texts.filter(({ kind }) => kind === 'faq'),
    ].slice(0, most)
    this.#shown = text
    this.#at = 0
    const { t } = this.#api
    const none = text === '' ? t('chats.cannedHelp') : t('chats.cannedNone')
    this.#status.textContent = this.#found.length > 0 ? t('phone.count', { count: this.#found.length }) : none
    this.#list.replaceChildren(...this.#found.map((one, at) => this.#option(one, at)))
    this.#list.hidden = this.#found.length === 0
    this.#mark()
    if (this.#isAwaited) this.#take(0)
    this.#isAwaited = false
  }

  #option({ kind, title, text }: Found, at: number): HTMLElement {
    const option = element(
      'li',
      { id: `draft-found-${at}`, role: 'option', class: kind },
      element('span', { class: 'kind' }, this.#api.t(`phone.${kind}`)),
      element('span', { class: 'title' }, title),
      element(
        'span',
        { class: 'text', lang: this.locale },
        text.replace(/\{\{ *ask\.[A-Za-z]+ *\}\}/g, '＿＿'),
      ),
    )
    // The draft keeps its cursor: that is where the text goes.
    option.addEventListener('mousedown', (event) => event.preventDefault())
    option.addEventListener('click', () => this.#take(at))
    return option
  }

  #mark(): void {
    for (const [at, option] of [...this.#list.children].entries())
      option.setAttribute('aria-selected', String(at === this.#at))
    if (this.#found.length > 0) this.#field.setAttribute('aria-activedescendant', `draft-found-${this.#at}`)
    else this.#field.removeAttribute('aria-activedescendant')
    this.#list.children[this.#at]?.scrollIntoView({ block: 'nearest' })
  }

  #take(at: number): void {
    const found = this.#found[at]
    const typed = this.#typed
    if (!found || typed === undefined) return
    const to = this.#field.selectionStart
    this.#close()
    this.#onTake(found, to - typed.length, to)
  }

  #close(): void {
    this.#asking?.abort()
    this.place.hidden = true
    this.#isAwaited = false
    this.#shown = ''
    this.#found = []
    this.#field.removeAttribute('aria-activedescendant')
  }
}
