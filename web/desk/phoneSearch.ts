import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import type { Api, Screen } from './api.ts'
import { blanked, drawCanned } from './cannedCard.ts'
import { isCommand, isComposing } from './keys.ts'

/** One thing that was found. */
export interface Found {
  kind: 'faq' | 'flow' | 'canned'
  id: string
  title: string
  text: string
  flow?: string
  ask?: { name: string; label: string }[]
}

const callerKey = 'kaijo-desk-caller'

/** The search field with its results: finds with each letter, also while an input method is putting them together. */
export function openSearch(
  place: HTMLElement,
  api: Api,
  onBegin: (found: Found, locale: Lang) => Promise<void>,
): Screen {
  const search = new Search(place, api, onBegin)
  // The first question of all builds the search: better now than at the first letter.
  api.get('/desk/api/search?q=', { background: true }).catch(() => undefined)
  return { close: () => search.close() }
}

class Search {
  readonly #api: Api
  readonly #onBegin: (found: Found, locale: Lang) => Promise<void>
  readonly #field: HTMLInputElement
  readonly #list = element('ul', { id: 'results', role: 'listbox', class: 'results' })
  readonly #status = element('p', { role: 'status', class: 'quiet' })
  readonly #detail = element('section', { class: 'detail', hidden: true })
  readonly #caller: HTMLFieldSetElement
  #found: Found[] = []
  #at = 0
  #asking: AbortController | undefined
  /** What the results on the page were found for. */
  #shown = ''
  #isPending = false
  /** Enter was faster than the results: the first is opened when they come. */
  #isAwaited = false

  constructor(place: HTMLElement, api: Api, onBegin: (found: Found, locale: Lang) => Promise<void>) {
    this.#api = api
    this.#onBegin = onBegin
    this.#field = element('input', {
      id: 'search',
      type: 'search',
      role: 'combobox',
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder: api.t('phone.placeholder'),
      'aria-expanded': 'false',
      'aria-controls': 'results',
      'aria-autocomplete': 'list',
      'aria-describedby': 'search-keys',
    })
    this.#list.setAttribute('aria-label', api.t('phone.results'))
    this.#caller = callerField(api, () => this.#ask())
    this.#field.addEventListener('input', () => this.#ask())
    this.#field.addEventListener('keydown', (event) => this.#pressed(event))
    document.addEventListener('keydown', this.#toField)
    place.replaceChildren(
      element('h1', {}, api.t('phone.title')),
      element('p', { class: 'quiet' }, api.t('phone.lead')),
      element(
        'div',
        { class: 'asking' },
        element('label', { for: 'search', class: 'unseen' }, api.t('phone.search')),
        this.#field,
        this.#caller,
      ),
      element('p', { id: 'search-keys', class: 'quiet' }, api.t('phone.hintKeys')),
      this.#status,
      element('div', { class: 'found' }, this.#list, this.#detail),
    )
    this.#field.focus()
  }

  close(): void {
    this.#asking?.abort()
    document.removeEventListener('keydown', this.#toField)
  }

  #toField = (event: KeyboardEvent): void => {
    if (event.key !== '/' || !isCommand(event)) return
    event.preventDefault()
    this.#field.focus()
  }

  #ask(): void {
    this.#asking?.abort()
    this.#isAwaited = false
    const text = this.#field.value.trim()
    this.#detail.hidden = true
    if (text === '') {
      this.#show('', [])
      return
    }
    this.#asking = new AbortController()
    this.#isPending = true
    const query = new URLSearchParams({ q: text, locale: callerOf(this.#caller) })
    this.#api.get<{ found: Found[] }>(`/desk/api/search?${query}`, { signal: this.#asking.signal }).then(
      ({ found }) => this.#show(text, found),
      (error: unknown) => {
        if (error instanceof DOMException && error.name === 'AbortError') return
        this.#isPending = false
        this.#say(this.#api.t('shell.failed'), true)
      },
    )
  }

  #show(text: string, found: Found[]): void {
    this.#isPending = false
    this.#shown = text
    this.#found = found
    this.#at = 0
    const { t } = this.#api
    const none = text === '' ? '' : t('phone.none')
    this.#say(found.length > 0 ? t('phone.count', { count: found.length }) : none)
    this.#list.replaceChildren(...found.map((one, at) => this.#option(one, at)))
    this.#field.setAttribute('aria-expanded', String(found.length > 0))
    this.#mark()
    if (!this.#isAwaited) return
    this.#isAwaited = false
    this.#open(0)
  }

  #option(found: Found, at: number): HTMLElement {
    const { t } = this.#api
    const option = element(
      'li',
      { id: `found-${at}`, role: 'option', class: found.kind },
      element('span', { class: 'kind' }, t(`phone.${found.kind}`)),
      element('span', { class: 'title' }, found.title),
      element('span', { class: 'text', lang: callerOf(this.#caller) }, blanked(found.text)),
      ...(found.flow ? [element('span', { class: 'starts' }, t('phone.starts'))] : []),
    )
    option.addEventListener('click', () => this.#open(at))
    return option
  }

  #mark(): void {
    for (const [at, option] of [...this.#list.children].entries())
      option.setAttribute('aria-selected', String(at === this.#at))
    if (this.#found.length > 0) this.#field.setAttribute('aria-activedescendant', `found-${this.#at}`)
    else this.#field.removeAttribute('aria-activedescendant')
    this.#list.children[this.#at]?.scrollIntoView({ block: 'nearest' })
  }

  #pressed(event: KeyboardEvent): void {
    // Enter and the arrows choose among an input method's own words first.
    if (isComposing(event)) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && this.#found.length > 0) {
      event.preventDefault()
      this.#at = (this.#at + step + this.#found.length) % this.#found.length
      this.#mark()
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      // Results of fewer letters than were typed are not what the agent means.
      if (this.#isPending || this.#shown !== this.#field.value.trim()) this.#isAwaited = this.#isPending
      else this.#open(this.#at)
    }
    if (event.key === 'Escape') {
      this.#field.value = ''
      this.#ask()
    }
  }

  #open(at: number): void {
    const found = this.#found[at]
    if (!found) return
    this.#at = at
    this.#mark()
    const locale = callerOf(this.#caller)
    if (found.kind === 'canned') {
      this.#detail.hidden = false
      drawCanned(this.#detail, this.#api, found, locale)
      return
    }
    this.#say(this.#api.t('phone.busy'))
    this.#onBegin(found, locale).catch(() => this.#say(this.#api.t('shell.failed'), true))
  }

  #say(words: string, isAlert = false): void {
    this.#status.className = isAlert ? 'alert' : 'quiet'
    this.#status.textContent = words
  }
}

/** Whose language is spoken on the phone; kept for the next call of this tab. */
function callerField(api: Api, onChange: () => void): HTMLFieldSetElement {
  const now = sessionStorage.getItem(callerKey) === 'en' ? 'en' : 'ja'
  const radios = (['ja', 'en'] as const).map((lang) => {
    const radio = element('input', { type: 'radio', name: 'caller', value: lang, checked: lang === now })
    return element('label', {}, radio, api.t(lang === 'ja' ? 'shell.japanese' : 'shell.english'))
  })
  const field = element(
    'fieldset',
    { class: 'caller' },
    element('legend', {}, api.t('phone.caller')),
    ...radios,
  )
  field.addEventListener('change', () => {
    sessionStorage.setItem(callerKey, callerOf(field))
    onChange()
  })
  return field
}

function callerOf(field: HTMLFieldSetElement): Lang {
  return field.querySelector<HTMLInputElement>('input:checked')?.value === 'en' ? 'en' : 'ja'
}
