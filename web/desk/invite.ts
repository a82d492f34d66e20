import { element } from '../chat/element.ts'
import { type Account, roles } from './account.ts'
import { type Api, Refused } from './api.ts'
import { copyText } from './copying.ts'
import { field, form } from './field.ts'

/** The form that makes an account; the link to hand on is told to `onInvited`. */
export function inviteForm(api: Api, onInvited: (name: string, link: string) => void): HTMLElement {
  const name = field(
    api.t('accounts.name'),
    { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' },
    api.t('logon.nameHelp'),
  )
  const shown = field(
    api.t('accounts.shown'),
    { autocomplete: 'off', maxlength: 40 },
    api.t('logon.shownHelp'),
  )
  const choices = roles.map((role, at) => {
    const input = element('input', { type: 'radio', name: 'role', value: role, checked: at === 0 })
    return element('label', { class: 'check' }, input, element('span', {}, api.t(`accounts.${role}Help`)))
  })
  const role = element('fieldset', {}, element('legend', {}, api.t('accounts.role')), ...choices)
  const alert = element('p', { role: 'alert', class: 'alert' })
  const button = element('button', { class: 'button primary' }, api.t('accounts.send'))
  const send = async () => {
    alert.textContent = ''
    const chosen = role.querySelector<HTMLInputElement>('input:checked')?.value
    const body = { name: name.input.value, shown: shown.input.value, role: chosen, locale: api.lang }
    try {
      const made = await api.send<{ account: Account; link: string }>('POST', '/desk/api/accounts', body)
      name.input.value = ''
      shown.input.value = ''
      onInvited(made.account.name, made.link)
    } catch (error) {
      const { code } = error instanceof Refused ? error : { code: '' }
      const keys: Record<string, string> = { NameTaken: 'logon.nameTaken', BadName: 'logon.badName' }
      alert.textContent = api.t(keys[code] ?? 'shell.failed')
    }
  }
  const title = element('h2', {}, api.t('accounts.invite'))
  return element(
    'section',
    { class: 'card' },
    title,
    alert,
    form(button, send, name.label, shown.label, role, button),
  )
}

/** Shows a one-time link: now, and never again. */
export function showLink(place: HTMLElement, api: Api, name: string, link: string): void {
  const box = field(
    api.t('accounts.link', { name }),
    { readonly: true, value: link },
    api.t('accounts.linkHelp'),
  )
  const copy = element('button', { type: 'button', class: 'button' }, api.t('accounts.copy'))
  const status = element('p', { role: 'status', class: 'quiet' })
  copy.addEventListener('click', () => void copyText(link, status, api))
  place.replaceChildren(element('section', { class: 'card link' }, box.label, copy, status))
  box.input.focus()
  box.input.select()
}
