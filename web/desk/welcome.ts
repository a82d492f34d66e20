import { element } from '../chat/element.ts'
import { type Api, type Me, Refused, type Screen } from './api.ts'
import { field, form } from './field.ts'
import { tooMany } from './tooMany.ts'

/** Where somebody chooses a password who came by a one-time link; the first admin chooses a name, too. */
export function openWelcome(place: HTMLElement, api: Api, token: string, onLeave: () => void): Screen {
  const main = element('main', { class: 'logon' }, element('p', { class: 'quiet' }, api.t('shell.loading')))
  place.replaceChildren(main)
  api.send<{ name?: string }>('POST', '/desk/api/welcome/look', { token }).then(
    ({ name }) => choose(main, api, { token, ...(name !== undefined && { name }) }),
    (error: unknown) => tellGone(main, api, error, onLeave),
  )
  return { close: () => place.replaceChildren() }
}

function choose(main: HTMLElement, api: Api, { token, name }: { token: string; name?: string }): void {
  const isFirst = name === undefined
  const title = isFirst ? api.t('logon.welcomeFirst') : api.t('logon.welcome', { name })
  const status = element('p', { role: 'alert', class: 'alert' })
  const called = field(
    api.t('logon.name'),
    {
      autocomplete: 'username',
      autocapitalize: 'none',
      spellcheck: 'false',
      value: name ?? '',
      readonly: !isFirst,
    },
    isFirst ? api.t('logon.nameHelp') : undefined,
  )
  const shown = field(api.t('logon.shown'), { maxlength: 40, autocomplete: 'off' }, api.t('logon.shownHelp'))
  const fresh = { type: 'password', autocomplete: 'new-password' }
  const password = field(api.t('logon.password'), fresh, api.t('logon.passwordHelp'))
  const again = field(api.t('logon.passwordAgain'), fresh)
  const button = element('button', { class: 'button primary' }, api.t('logon.register'))
  const send = async () => {
    status.textContent = ''
    if (password.input.value !== again.input.value) {
      status.textContent = api.t('logon.differ')
      again.input.focus()
      return
    }
    const body = {
      token,
      locale: api.lang,
      password: password.input.value,
      ...(isFirst && { name: called.input.value, shown: shown.input.value }),
    }
    try {
      api.entered(await api.send<Me>('POST', '/desk/api/welcome', body))
    } catch (error) {
      status.textContent = sentence(api, error)
    }
  }
  document.title = title
  const fields = isFirst ? [called, shown, password, again] : [called, password, again]
  main.replaceChildren(
    element('span', { class: 'mark', 'aria-hidden': 'true' }),
    element('h1', {}, title),
    element('p', {}, api.t(isFirst ? 'logon.welcomeFirstLead' : 'logon.welcomeLead')),
    status,
    form(button, send, ...fields.map(({ label }) => label), button),
  )
  ;(isFirst ? called : password).input.focus()
}

function tellGone(main: HTMLElement, api: Api, error: unknown, onLeave: () => void): void {
  const isGone = error instanceof Refused && error.status === 404
  const on = element('button', { type: 'button', class: 'button' }, api.t('logon.toLogOn'))
  on.addEventListener('click', onLeave)
  main.replaceChildren(
    element('span', { class: 'mark', 'aria-hidden': 'true' }),
    element('h1', {}, api.t('shell.title')),
    element('p', { role: 'alert' }, api.t(isGone ? 'logon.gone' : 'shell.failed')),
    ...(isGone ? [element('p', { class: 'quiet' }, api.t('logon.goneFirst'))] : []),
    on,
  )
}

const sentences = new Map([
  ['UnfitPassword', 'logon.unfit'],
  ['BadName', 'logon.badName'],
  ['NameTaken', 'logon.nameTaken'],
  ['LinkGone', 'logon.gone'],
])

function sentence(api: Api, error: unknown): string {
  if (!(error instanceof Refused)) return api.t('shell.failed')
  if (error.status === 429) return tooMany(api, error)
  return api.t(sentences.get(error.code) ?? 'shell.failed')
}
