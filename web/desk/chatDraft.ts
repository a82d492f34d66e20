import { element } from '../chat/element.ts'
import { type Api, pressKey } from './api.ts'
import type { ChatView } from './chatView.ts'
import { blanksIn, fillBlank, withBlanks } from './draftBlanks.ts'
import { type Canned, DraftSearch } from './draftSearch.ts'
import { isComposing } from './keys.ts'

interface DraftActs {
  /** Sends it under its key; false when it was not sent, and then why was said. */
  send(key: string, text: string): Promise<boolean>
  onWriting(): void
  /** The words are not those any more that something was said of. */
  onChange(): void
  /** Escape: back to the script. */
  onLeave(): void
}

/** Drafts of this page by conversation: another chat is looked at in between. Lost with the page, as what others might read should be. */
const kept = new Map<string, string>()
/** That somebody writes is said this often at most. */
const tellEvery = 3000

/** What the agent is going to send: written, put together of the script's wording and canned responses, filled in. */
export class ChatDraft {
  readonly place: HTMLElement
  readonly #api: Api
  readonly #acts: DraftActs
  readonly #conversation: string
  readonly #field: HTMLTextAreaElement
  readonly #blanks = element('fieldset', { class: 'blanks', hidden: true })
  readonly #why = element('p', { id: 'draft-why', class: 'quiet why' })
  readonly #send: HTMLButtonElement
  readonly #search: DraftSearch
  #pending: { key: string; text: string } | undefined
  #isSending = false
  #toldAt = 0

  constructor(api: Api, conversation: string, acts: DraftActs) {
    this.#api = api
    this.#acts = acts
    this.#conversation = conversation
    this.#field = element('textarea', {
      id: 'draft',
      rows: 3,
      maxlength: 2000,
      'aria-controls': 'draft-found',
      'aria-autocomplete': 'list',
      'aria-describedby': 'draft-help',
    })
    this.#field.value = kept.get(`${api.me?.id} ${conversation}`) ?? ''
    this.#search = new DraftSearch(api, this.#field, (canned, from, to) => this.#takeCanned(canned, from, to))
    this.#send = element(
      'button',
      { type: 'submit', class: 'button primary', 'aria-describedby': 'draft-why' },
      element('kbd', { 'aria-hidden': 'true' }, 'Ctrl+Enter'),
      api.t('chats.send'),
    )
    const form = element(
      'form',
      { class: 'draft' },
      element('label', { for: 'draft' }, api.t('chats.draft')),
      this.#field,
      this.#search.place,
      this.#blanks,
      element(
        'div',
        { class: 'draft-foot' },
        element('p', { id: 'draft-help', class: 'quiet' }, api.t('chats.draftHelp')),
        this.#why,
        this.#send,
      ),
    )
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.submit()
    })
    this.#field.addEventListener('input', () => this.#changed())
    this.#field.addEventListener('keydown', (event) => this.#pressed(event))
    this.place = form
    this.#drawBlanks()
  }

  draw({ isMine, locale }: ChatView): void {
    this.place.hidden = !isMine
    this.#field.lang = locale
    this.#search.locale = locale
  }

  focus(): void {
    this.#field.focus()
  }

  /** As if `/` had been typed at the end of the draft. */
  beginSearch(): void {
    this.#field.focus()
    const { value } = this.#field
    const gap = value === '' || /\s$/.test(value) ? '' : ' '
    this.#field.setRangeText(`${gap}/`, value.length, value.length, 'end')
    this.#changed()
  }

  /** Puts a text where the cursor is, on a line of its own. */
  insert(text: string, from = this.#field.selectionStart, to = this.#field.selectionEnd): void {
    const { value } = this.#field
    const before = from > 0 && value[from - 1] !== '\n' ? '\n' : ''
    this.#field.setRangeText(`${before}${text}`, from, to, 'end')
    this.#changed()
  }

  /** Sends the draft, unless there is nothing in it, or something to fill in. */
  async submit(): Promise<void> {
    const text = this.#field.value.trim()
    if (this.#isSending || this.#search.isAwaited || this.place.hidden || text === '') return
    const [blank] = blanksIn(text)
    if (blank) {
      this.#blanks.querySelector('input')?.focus()
      return
    }
    // When the answer to a sending was lost, the same words go again under the same key.
    const key = this.#pending?.text === text ? this.#pending.key : pressKey()
    this.#pending = { key, text }
    this.#isSending = true
    const isSent = await this.#acts.send(key, text)
    this.#isSending = false
    if (!isSent) return
    this.#pending = undefined
    this.#field.value = ''
    this.#changed(false)
  }

  #takeCanned({ text, ask = [] }: Canned, from: number, to: number): void {
    this.insert(withBlanks(text, ask), from, to)
    this.#blanks.querySelector('input')?.focus()
  }

  #pressed(event: KeyboardEvent): void {
    if (isComposing(event) || this.#search.pressed(event)) return
    if (event.key !== 'Escape') return
    event.preventDefault()
    this.#acts.onLeave()
  }

  #changed(isWriting = true): void {
    kept.set(`${this.#api.me?.id} ${this.#conversation}`, this.#field.value)
    this.#search.look()
    this.#drawBlanks()
    if (isWriting) this.#acts.onChange()
    if (!isWriting || Date.now() - this.#toldAt < tellEvery) return
    this.#toldAt = Date.now()
    this.#acts.onWriting()
  }

  /** A field for each place that is still open; none for one that the agent has written over. */
  #drawBlanks(): void {
    const open = blanksIn(this.#field.value)
    const { t } = this.#api
    this.#why.textContent = open.length > 0 ? t('chats.fillFirst', { names: open.join(t('chats.and')) }) : ''
    this.#send.setAttribute('aria-disabled', String(open.length > 0))
    const drawn = [...this.#blanks.querySelectorAll('label')].map(({ dataset }) => dataset.label)
    if (drawn.join() === open.join()) return
    const labels = open.map((label) => this.#blank(label))
    this.#blanks.replaceChildren(element('legend', {}, t('phone.fill')), ...labels)
    this.#blanks.hidden = open.length === 0
  }

  #blank(label: string): HTMLElement {
    const input = element('input', { type: 'text', maxlength: 100, autocomplete: 'off', required: true })
    const take = () => {
      const value = input.value.trim()
      if (value === '') return
      this.#field.value = fillBlank(this.#field.value, label, value)
      this.#changed()
    }
    input.addEventListener('change', take)
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || isComposing(event) || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      take()
      const next = this.#blanks.querySelector('input')
      if (next) next.focus()
      else this.#field.focus()
    })
    return element('label', { 'data-label': label }, element('span', {}, label), input)
  }
}
