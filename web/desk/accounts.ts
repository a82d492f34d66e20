import { element } from '../chat/element.ts'
import type { Account, Role } from './account.ts'
import { accountRow } from './accountRow.ts'
import { type Api, Refused, type Screen } from './api.ts'
import { field, form } from './field.ts'
import { inviteForm, showLink } from './invite.ts'
import { recordsForm } from './records.ts'
import { tooMany } from './tooMany.ts'

/** The accounts of the desk for admins, and for everyone their own password. */
export function openAccounts(place: HTMLElement, api: Api): Screen {
  let isOpen = true
  const status = element('p', { role: 'status', class: 'told' })
  const links = element('div', {})
  const rows = element('tbody', {})
  const told = (text: string) => {
    status.textContent = text
  }
  const draw = (accounts: Account[]) =>
    rows.replaceChildren(...accounts.map((account) => accountRow(account, api, { change, reset })))
  const load = async () => {
    const { accounts } = await api.get<{ accounts: Account[] }>('/desk/api/accounts')
    if (isOpen) draw(accounts)
  }
  const change = async ({ id }: Account, changes: { role?: Role; disabled?: boolean }) => {
    try {
      await api.send('PUT', `/desk/api/accounts/${id}`, changes)
      told(api.t('accounts.saved'))
    } catch (error) {
      const isLast = error instanceof Refused && error.code === 'LastAdmin'
      told(api.t(isLast ? 'accounts.lastAdmin' : 'shell.failed'))
    }
    // Whatever happened, what is shown is what is so.
    await load().catch(() => undefined)
  }
  const reset = async ({ id, name }: Account) => {
    try {
      const { link } = await api.send<{ link: string }>('POST', `/desk/api/accounts/${id}/invitation`)
      showLink(links, api, name, link)
    } catch {
      told(api.t('shell.failed'))
    }
  }
  const onInvited = (name: string, link: string) => {
    showLink(links, api, name, link)
    void load().catch(() => undefined)
  }

  const parts =
    api.me?.role === 'admin'
      ? [
          element('p', {}, api.t('accounts.lead')),
          status,
          table(api, rows),
          links,
          inviteForm(api, onInvited),
        ]
      : [status]
  const own = api.me?.hasPassword ? [ownPassword(api)] : []
  const records = api.me?.role === 'agent' ? [] : [recordsForm(api)]
  place.replaceChildren(element('h1', {}, api.t('accounts.title')), ...parts, ...records, ...own)
  if (api.me?.role === 'admin') load().catch(() => told(api.t('shell.failed')))
  return {
    close() {
      isOpen = false
    },
  }
}

function table(api: Api, rows: HTMLElement): HTMLElement {
  const heads = ['name', 'shown', 'role', 'state', 'change'].map((key) =>
    element('th', { scope: 'col' }, api.t(`accounts.${key}`)),
  )
  const made = element('table', {}, element('thead', {}, element('tr', {}, ...heads)), rows)
  // A narrow screen scrolls the table and not the page; by keyboard too.
  return element(
    'div',
    { class: 'wide', tabindex: 0, role: 'region', 'aria-label': api.t('accounts.title') },
    made,
  )
}

function ownPassword(api: Api): HTMLElement {
  const title = element('h2', {}, api.t('accounts.password'))
  const name = element('input', {
    class: 'unseen',
    autocomplete: 'username',
    value: api.me?.name ?? '',
    tabindex: -1,
    'aria-hidden': 'true',
    readonly: true,
  })
  const old = field(api.t('accounts.old'), { type: 'password', autocomplete: 'current-password' })
  const fresh = { type: 'password', autocomplete: 'new-password' }
  const password = field(api.t('accounts.new'), fresh, api.t('logon.passwordHelp'))
  const button = element('button', { class: 'button' }, api.t('accounts.changePassword'))
  const alert = element('p', { role: 'alert', class: 'alert' })
  // Said here: the top of the page may be out of sight.
  const status = element('p', { role: 'status', class: 'told' })
  const send = async () => {
    alert.textContent = ''
    status.textContent = ''
    try {
      const body = { old: old.input.value, password: password.input.value }
      api.entered(await api.send('PUT', '/desk/api/me/password', body))
      status.textContent = api.t('accounts.saved')
    } catch (error) {
      const { code, seconds } = error instanceof Refused ? error : { code: '' }
      const keys: Record<string, string> = {
        WrongPassword: 'accounts.wrongOld',
        UnfitPassword: 'logon.unfit',
      }
      alert.textContent =
        code === 'TooManyTries' ? tooMany(api, { seconds }) : api.t(keys[code] ?? 'shell.failed')
    }
  }
  return element(
    'section',
    { class: 'card' },
    title,
    alert,
    form(button, send, name, old.label, password.label, button),
    status,
  )
}
