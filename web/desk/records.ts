import { element } from '../chat/element.ts'
import { type Api, Refused } from './api.ts'
import { field } from './field.ts'

/** What can be done with what is kept of a conversation or of a customer: print, take along, erase. */
export function recordsForm(api: Api): HTMLElement {
  const status = element('p', { role: 'status', class: 'told' })
  const say = (words: string, isAlert = false) => {
    status.textContent = words
    status.className = isAlert ? 'alert' : 'told'
  }
  const id = field(api.t('records.id'), { autocomplete: 'off', spellcheck: 'false' }, api.t('records.idHelp'))
  const notes = element('input', { type: 'checkbox' })
  const withNotes = element('label', { class: 'check' }, notes, element('span', {}, api.t('records.notes')))
  const given = () => encodeURIComponent(id.input.value.trim())
  const withAddress = (use: (query: string) => void) => () => {
    say('')
    if (id.input.value.trim() === '') id.input.focus()
    else use(notes.checked ? '?notes=1' : '')
  }
  const printIt = (query: string) =>
    void window.open(`/desk/conversations/${given()}/print${query}`, '_blank', 'noopener')
  const takeIt = (query: string) =>
    void api.get(`/desk/api/conversations/${given()}/export${query}`).then(save, (error: unknown) => {
      say(api.t(isGone(error) ? 'records.unknown' : 'shell.failed'), true)
    })
  const print = button(api, 'print', withAddress(printIt))
  const take = button(api, 'export', withAddress(takeIt))
  const acts = element('div', { class: 'acts' }, print, take)
  const mayErase = api.me?.role === 'admin'
  if (mayErase) acts.append(...erasing(api, id.input, say))
  return element(
    'section',
    { class: 'card records' },
    element('h2', {}, api.t('records.title')),
    element('p', { class: 'quiet' }, api.t(mayErase ? 'records.leadErase' : 'records.lead')),
    id.label,
    withNotes,
    acts,
    status,
  )
}

/** Nothing brings back what was erased: it is asked for twice, by name. */
function erasing(
  api: Api,
  input: HTMLInputElement,
  say: (words: string, isAlert?: boolean) => void,
): HTMLElement[] {
  const ask = (key: string, erase: (id: string) => Promise<number>) => {
    const pressed = button(api, key, () => {
      const id = input.value.trim()
      say('')
      if (id === '') return input.focus()
      const question = element('p', { role: 'alert' }, api.t(`records.${key}Confirm`, { id }))
      const asked = element('div', { class: 'asked-first' }, question)
      const back = () => {
        asked.replaceWith(pressed)
        pressed.focus()
      }
      const yes = button(api, 'yes', () => {
        back()
        void erase(id).then(
          (count) => {
            say(api.t(count > 0 ? 'records.erased' : 'records.unknown', { count }), count === 0)
          },
          (error: unknown) => {
            say(api.t(isGone(error) ? 'records.unknown' : 'shell.failed'), true)
          },
        )
      })
      const no = button(api, 'no', back)
      yes.classList.add('primary')
      asked.append(yes, no)
      pressed.replaceWith(asked)
      no.focus()
    })
    return pressed
  }
  const one = async (id: string) => {
    await api.send('DELETE', `/desk/api/conversations/${encodeURIComponent(id)}`)
    return 1
  }
  const all = async (customer: string) =>
    (await api.send<{ erased: number }>('POST', '/desk/api/erasures', { customer })).erased
  return [ask('erase', one), ask('eraseCustomer', all)]
}

/** Saves what was exported as a file of the browser's. */
function save(kept: unknown): void {
  const file = new Blob([JSON.stringify(kept, null, 2)], { type: 'application/json' })
  const address = URL.createObjectURL(file)
  element('a', { href: address, download: 'conversation.json' }).click()
  URL.revokeObjectURL(address)
}

function isGone(error: unknown): boolean {
  return error instanceof Refused && error.status === 404
}

function button(api: Api, key: string, onPress: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'button' }, api.t(`records.${key}`))
  made.addEventListener('click', onPress)
  return made
}
