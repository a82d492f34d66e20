import { requestNumber } from '../requestId.ts'
import type { Certificate, DemoContract, User } from './contracts.ts'
import type { View } from './frame.ts'
import { fact, field, form, page, secretField } from './frame.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import type { KeptRequest } from './requests.ts'
import type { Locale } from './words.ts'

export function helpPage(view: View, demo: DemoContract[], attempts: number): Html {
  const { say, label } = view
  const body = html`<p>${say('help.intro')}</p>
<h2>${say('help.start')}</h2>
<p><a class="button" href="/bank">${say('help.open')}</a></p>
<p class="note">${say('help.byHand')}</p>
${form(
  view,
  '/requests',
  html`<h3>${say('help.withNumber')}</h3>
<p class="note" id="number-note">${say('help.withNumberNote')}</p>
${field({ name: 'number', label: say('request.number'), invalid: view.wrong === 'number', describedBy: 'number-note' })}
<p><button>${say('help.find')}</button></p>`,
)}
<h2>${say('help.credentials')}</h2>
${demo.map(
  (contract) => html`<dl>
${fact(label('contractId'), contract.id)}
${fact(say('help.certificate'), contract.id + say('frame.withCode'))}
${fact(label('pin'), contract.secrets.pin)}
${fact(label('cardPassword'), contract.secrets.cardPassword)}
${fact(label('confirmPin'), contract.secrets.confirmPin)}
${contract.users.filter((user) => user.suspended).map((user) => fact(say('help.suspended'), `${user.id} ${user.name}`))}
</dl>`,
)}
<p>${say('help.attempts', { attempts })}</p>
${form(
  view,
  '/reset',
  html`<p><button>${say('help.reset')}</button></p>
<p class="note">${say('help.resetNote')}</p>`,
)}`
  return page(view, say('help.title'), body)
}

export function entryPage(view: View, request: KeptRequest): Html {
  const { say } = view
  const address = `/requests/${request.id}`
  const body = html`<p>${say('entry.intro')}</p>
${summary({ ...view, request }, false)}
${form(
  view,
  address,
  html`${field({ name: 'code', label: say('entry.ask'), invalid: view.wrong === 'code', digits: true })}
<p><button class="main">${say('entry.go')}</button></p>`,
)}
<h2>${say('entry.declineHeading')}</h2>
<p>${say('entry.declineNote')}</p>
${form(view, address, html`<p><button name="decline" value="yes">${say('entry.decline')}</button></p>`)}`
  return page(view, say('entry.title'), body)
}

export function closedPage(view: View, state: 'cleared' | 'rejected' | 'expired'): Html {
  return page(view, view.say('closed.title'), html`<p>${view.say(`closed.${state}`)}</p>`)
}

export function topPage(view: View): Html {
  const { say, label } = view
  const body = html`${summary(view)}
<section>
<h2>${label('adminLogon')}</h2>
<h3>${label('byCertificate')}</h3>
<p>${say('top.note')}</p>
${form(view, '/bank', html`<p><button class="main">${label('adminLogon')}</button></p>`)}
</section>`
  return page(view, say('top.title'), body)
}

export function certificatePage(view: View, certificates: Certificate[]): Html {
  const { say, label } = view
  const day = (date: Date) => showDate(date, view.locale)
  const body = html`<p class="note">${say('certificate.note')}</p>
${form(
  view,
  '/bank/certificate',
  html`<fieldset>
<legend>${say('certificate.ask')}</legend>
${certificates.map(
  (one) => html`<label class="choice"><input type="radio" name="certificate" value="${one.id}" required>
<span><b>${one.name}</b> <span class="note">${say('certificate.validity', { from: day(one.from), to: day(one.to) })}</span></span></label>`,
)}
</fieldset>
<p><button class="main">${label('ok')}</button></p>`,
)}`
  return page(view, say('certificate.title'), body)
}

export function pinPage(view: View, certificate: string): Html {
  const { say, label } = view
  const body = html`<dl>${fact(say('pin.chosen'), certificate)}</dl>
${form(
  view,
  '/bank/pin',
  html`${secretField(view, 'pin', label('pin'))}
<p><button class="main">${label('logon')}</button></p>`,
)}`
  return page(view, say('pin.title'), body)
}

export function confirmPage(view: View): Html {
  const { say, label } = view
  const body = html`<p class="note" id="where">${say('confirm.note')}</p>
${form(
  view,
  '/bank/confirm',
  html`${secretField(view, 'cardPassword', label('cardPassword'))}
<p><button class="main">${label('ok')}</button></p>`,
)}`
  return page(view, say('confirm.title'), body)
}

/** One menu, and the one under it. */
export function menuPage(
  view: View,
  contract: string,
  entry: { title?: string; href: string; label: string },
): Html {
  const { say, label } = view
  const body = html`<p>${say('menu.welcome', { contract })}</p>
${summary(view)}
<nav aria-label="${say('menu.title')}"><ul class="menu"><li><a class="button" href="${entry.href}">${label(entry.label)}</a></li></ul></nav>
${logout(view)}`
  return page(view, entry.title ? label(entry.title) : say('menu.title'), body)
}

export function usersPage(view: View, users: User[]): Html {
  const { say, label } = view
  const body = html`${summary(view)}
<p>${say('users.intro')}</p>
${form(
  view,
  '/bank/users',
  html`<div class="wide" role="region" aria-labelledby="users" tabindex="0"><table>
<caption id="users">${label('userList')}</caption>
<thead><tr><th scope="col">${say('users.choose')}</th><th scope="col">${label('userId')}</th><th scope="col">${label('userName')}</th><th scope="col">${label('suspension')}</th></tr></thead>
<tbody>${users.map((user) => userRow(view, user))}</tbody>
</table></div>
<p class="note marks">${say('users.legendOn')}　${say('users.legendOff')}</p>
${secretField(view, 'confirmPin', label('confirmPin'))}
<p><button class="main">${label('release')}</button></p>`,
)}
${logout(view)}`
  return page(view, label('userList'), body)
}

export function failurePage(view: View, kind: string): Html {
  return page(view, view.say(`failure.${kind}`), html`<p>${view.say(`failure.${kind}More`)}</p>`)
}

function userRow({ say }: View, user: User): Html {
  const mark = user.isSuspended ? '○' : '—'
  const meaning = say(user.isSuspended ? 'users.on' : 'users.off')
  return html`<tr><td><input type="radio" name="user" id="user-${user.id}" value="${user.id}" aria-label="${user.name}"></td>
<td><label for="user-${user.id}">${user.id}</label></td><td>${user.name}</td>
<td class="mark"><span role="img" aria-label="${meaning}">${mark}</span></td></tr>
`
}

/** Who asks for what, from where and when: what is approved must be seen. */
function summary(view: View, withCode = true): Html | undefined {
  const { request, say } = view
  if (!request) return undefined
  const time = (iso: string) => say('frame.time', { time: showTime(new Date(iso), view.locale) })
  const known = ['directline', 'line', 'msteams', 'console'].includes(request.channel)
  return html`<section class="summary" aria-labelledby="request">
<h2 id="request">${say('request.heading')}</h2>
<dl>
${fact(say('request.number'), requestNumber(request.id))}
${withCode ? fact(say('request.code'), request.bindingCode) : undefined}
${fact(say('request.what'), say('request.clearing'))}
${fact(say('request.who'), say(`channels.${known ? request.channel : 'other'}`))}
${fact(say('request.when'), time(request.createdAt))}
${fact(say('request.expires'), time(request.expiresAt))}
</dl>
</section>`
}

function logout(view: View): Html {
  return form(view, '/bank/logout', html`<p><button>${view.label('logout')}</button></p>`)
}

function showDate(date: Date, locale: Locale): string {
  return date.toLocaleDateString(locale === 'ja' ? 'ja-JP' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'Asia/Tokyo',
  })
}

function showTime(date: Date, locale: Locale): string {
  const style = { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' } as const
  return date.toLocaleString(locale === 'ja' ? 'ja-JP' : 'en-GB', style)
}
