import { element } from '../chat/element.ts'
import { type Api, pressKey } from './api.ts'
import { clockTime } from './chatTimes.ts'
import type { ChatView, Note } from './chatView.ts'
import { isComposing } from './keys.ts'

interface NoteActs {
  /** Keeps it under its key; undefined when it was not kept, and then why was said. */
  save(key: string, text: string): Promise<object | undefined>
  /** Escape: back to the script. */
  onLeave(): void
}

/** What agents write for each other about a chat; the customer never sees it. */
export class ChatNotes {
  readonly place: HTMLElement
  readonly #api: Api
  readonly #list = element('ul', { class: 'notes' })
  readonly #field: HTMLTextAreaElement
  readonly #shown = new Set<string>()
  /** A note whose sending went wrong is sent again under its old key. */
  #pending: { key: string; text: string } | undefined

  readonly #form: HTMLFormElement

  constructor(api: Api, conversation: string, { save, onLeave }: NoteActs) {
    this.#api = api
    this.#field = element('textarea', { id: 'note', rows: 2, maxlength: 2000 })
    this.#form = element(
      'form',
      {},
      element('label', { for: 'note' }, api.t('chats.noteLabel')),
      this.#field,
      element('button', { type: 'submit', class: 'button' }, api.t('chats.saveNote')),
    )
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#save(save)
    })
    this.#field.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || isComposing(event)) return
      event.preventDefault()
      onLeave()
    })
    this.place = element(
      'section',
      { class: 'inside chat-notes', 'aria-labelledby': 'notes-title' },
      element(
        'h2',
        { id: 'notes-title' },
        api.t('chats.notes'),
        ' ',
        element('span', { class: 'badge' }, api.t('phone.onlyYou')),
      ),
      this.#list,
      this.#form,
      element('p', { class: 'prints' }, this.#print(conversation, ''), this.#print(conversation, '?notes=1')),
    )
  }

  focus(): void {
    this.#field.focus()
  }

  submit(): void {
    this.#form.requestSubmit()
  }

  /** The whole conversation on paper, with the notes or without. */
  #print(conversation: string, query: '' | '?notes=1'): HTMLElement {
    const href = `/desk/conversations/${encodeURIComponent(conversation)}/print${query}`
    const words = this.#api.t(query ? 'chats.printWithNotes' : 'chats.printAll')
    return element('a', { href, target: '_blank', rel: 'noopener' }, words)
  }

  draw({ notes }: ChatView): void {
    const fresh = notes.filter(({ id }) => !this.#shown.has(id))
    for (const { id } of fresh) this.#shown.add(id)
    if (fresh.length > 0) this.#list.append(...fresh.map((note) => this.#note(note)))
    this.#list.hidden = this.#shown.size === 0
  }

  #note({ shown, text, at }: Note): HTMLElement {
    return element(
      'li',
      {},
      element('p', { class: 'by' }, `${shown} ${clockTime(at, this.#api.lang)}`),
      element('p', { class: 'note-text' }, text),
    )
  }

  async #save(save: (key: string, text: string) => Promise<object | undefined>): Promise<void> {
    const text = this.#field.value.trim()
    if (text === '') return this.#field.focus()
    const key = this.#pending?.text === text ? this.#pending.key : pressKey()
    this.#pending = { key, text }
    if ((await save(key, text)) === undefined) return
    this.#pending = undefined
    this.#field.value = ''
    this.#field.focus()
  }
}
