import { element } from '../chat/element.ts'
import { type Account, type Role, roles } from './account.ts'
import type { Api } from './api.ts'

/** What can be done with an account. */
export interface AccountActs {
  change(account: Account, changes: { role?: Role; disabled?: boolean }): Promise<void>
  reset(account: Account): Promise<void>
}

/** One account in the table. */
export function accountRow(account: Account, api: Api, acts: AccountActs): HTMLTableRowElement {
  const { name, shown, disabled, pending, sso } = account
  const isMe = account.id === api.me?.id
  const state = disabled ? 'disabled' : pending ? 'pending' : 'active'
  return element(
    'tr',
    { class: disabled ? 'disabled' : undefined },
    element('th', { scope: 'row' }, isMe ? api.t('accounts.you', { name }) : name),
    element('td', {}, shown),
    element('td', {}, sso ? api.t(`shell.${account.role}`) : roleChoice(account, api, acts)),
    element('td', {}, api.t(`accounts.${state}`), ...(sso ? [element('br'), api.t('accounts.sso')] : [])),
    element('td', {}, element('div', { class: 'acts' }, ...buttons(account, api, acts))),
  )
}

function roleChoice(account: Account, api: Api, acts: AccountActs): HTMLElement {
  const options = roles.map((role) => element('option', { value: role }, api.t(`shell.${role}`)))
  const label = api.t('accounts.roleOf', { name: account.name })
  const choice = element('select', { 'aria-label': label }, ...options)
  choice.value = account.role
  choice.addEventListener('change', () => void acts.change(account, { role: choice.value as Role }))
  return choice
}

function buttons(account: Account, api: Api, acts: AccountActs): HTMLElement[] {
  const button = (key: string, onPress: () => void) => {
    const made = element('button', { type: 'button', class: 'button' }, api.t(`accounts.${key}`))
    made.addEventListener('click', onPress)
    return made
  }
  if (account.disabled) return [button('enable', () => void acts.change(account, { disabled: false }))]
  const disable = button('disable', () => confirmed(disable, account, api, acts))
  const reset = account.sso ? [] : [button('reset', () => void acts.reset(account))]
  return [...reset, disable]
}

/** Asks first, in place: somebody may be in the middle of a chat. */
function confirmed(pressed: HTMLElement, account: Account, api: Api, acts: AccountActs): void {
  const question = element('p', { role: 'alert' }, api.t('accounts.confirmDisable', { name: account.name }))
  const yes = element('button', { type: 'button', class: 'button primary' }, api.t('accounts.disable'))
  const no = element('button', { type: 'button', class: 'button' }, api.t('accounts.cancel'))
  const asked = element('div', { class: 'asked-first' }, question, yes, no)
  yes.addEventListener('click', () => void acts.change(account, { disabled: true }))
  no.addEventListener('click', () => {
    asked.replaceWith(pressed)
    pressed.focus()
  })
  pressed.replaceWith(asked)
  no.focus()
}
