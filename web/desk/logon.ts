import { element } from '../chat/element.ts'
import { type Api, type Me, Refused, type Screen } from './api.ts'
import { field, form } from './field.ts'
import { tooMany } from './tooMany.ts'
import { openWelcome } from './welcome.ts'

const refusals = ['unavailable', 'expired', 'declined', 'invalid', 'role', 'disabled']

/**
 * The log-on, or what a one-time link (`#welcome=<token>`) leads to. `isOver`: a session has just ended.
 * Whatever came after the `#` is taken out of the address, so that it stays in no history.
 */
export function openLogon(place: HTMLElement, api: Api, isOver = false): Screen {
  const [, kind, value = ''] = /^#(welcome|refused)=([\w-]*)$/.exec(location.hash) ?? []
  if (kind) history.replaceState(null, '', location.pathname + location.search)
  if (kind === 'welcome') return openWelcome(place, api, value, () => openLogon(place, api))
  const status = element('p', { role: 'alert', class: isOver && kind !== 'refused' ? 'told' : 'alert' })
  if (kind === 'refused' && refusals.includes(value)) status.textContent = api.t(`logon.refused.${value}`)
  else if (isOver) status.textContent = api.t('logon.left')

  const name = field(api.t('logon.name'), {
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
  })
  const password = field(api.t('logon.password'), { type: 'password', autocomplete: 'current-password' })
  const button = element('button', { class: 'button primary' }, api.t('logon.logOn'))
  const send = async () => {
    status.textContent = ''
    status.className = 'alert'
    try {
      const body = { name: name.input.value, password: password.input.value }
      api.entered(await api.send<Me>('POST', '/desk/api/session', body))
    } catch (error) {
      password.input.value = ''
      password.input.focus()
      status.textContent = sentence(api, error)
    }
  }
  const company = element('div', { class: 'company', hidden: true })
  company.append(
    element('p', { class: 'quiet' }, api.t('logon.or')),
    element('a', { class: 'button', href: '/desk/oidc/start' }, api.t('logon.oidc')),
  )
  const title = api.t('logon.title')
  document.title = title
  place.replaceChildren(
    element(
      'main',
      { class: 'logon' },
      element('span', { class: 'mark', 'aria-hidden': 'true' }),
      element('h1', {}, title),
      status,
      form(button, send, name.label, password.label, button),
      company,
      otherLanguage(api),
    ),
  )
  name.input.focus()
  void api.get<{ oidc: boolean }>('/desk/api/entrance').then(
    ({ oidc }) => {
      company.hidden = !oidc
    },
    () => undefined,
  )
  return { close: () => place.replaceChildren() }
}

/** Who has not logged on yet has no language of their own: the page is asked for in the other one. */
export function otherLanguage({ lang, t }: Api): HTMLElement {
  const other = lang === 'ja' ? 'en' : 'ja'
  const link = { href: `/desk?lang=${other}`, lang: other, class: 'language' }
  return element('a', link, t(other === 'ja' ? 'shell.japanese' : 'shell.english'))
}

function sentence(api: Api, error: unknown): string {
  if (!(error instanceof Refused)) return api.t('shell.failed')
  if (error.status === 401) return api.t('logon.wrong')
  if (error.status === 429) return tooMany(api, error)
  return api.t('shell.failed')
}
