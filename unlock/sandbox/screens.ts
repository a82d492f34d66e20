import { requestNumber } from '../requestId.ts'
import type { User } from './contracts.ts'
import type { View } from './frame.ts'
import { fact, field, form, page, secretField } from './frame.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import type { PeerRefusal } from './peer.ts'
import type { KeptRequest } from './requests.ts'
import type { Locale } from './words.ts'

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

/** Why a certificate opens nothing here, and what to do. */
export function refusedPage(view: View, why: PeerRefusal): Html {
  const { say } = view
  const body = html`<p class="error" role="alert">${say(`certificate.${why}`)}</p>
<p>${say('certificate.again')}</p>
<p><a class="button" href="${view.origins.open}/bank">${say('certificate.back')}</a></p>`
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

export function confirmPage(view: View, place: number): Html {
  const { say, label } = view
  const body = html`<p>${say('confirm.ask', { place })}</p>
<p class="note">${say('confirm.note')}</p>
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
  const isLeft = users.some(({ isSuspended }) => isSuspended)
  const table = html`<div class="wide" role="region" aria-labelledby="users" tabindex="0"><table>
<caption id="users">${label('userList')}</caption>
<thead><tr>${isLeft && html`<th scope="col">${say('users.choose')}</th>`}<th scope="col">${label('userId')}</th><th scope="col">${label('userName')}</th><th scope="col">${label('suspension')}</th></tr></thead>
<tbody>${users.map((user) => userRow(view, user, isLeft))}</tbody>
</table></div>
<p class="note marks">${say('users.legendOn')}　${say('users.legendOff')}</p>`
  if (!isLeft) {
    // The column 「利用中止」 must still be seen: it is what step 6 asks to look at.
    const end = html`<p>${say('users.nothingLeft')}</p>
${table}
<p>${say('users.close')}</p>
${logout(view, true)}`
    return page(view, label('userList'), html`${end}${summary(view)}`)
  }
  const body = html`${summary(view)}
<p>${say('users.intro')}</p>
${form(
  view,
  '/bank/users',
  html`${table}
${secretField(view, 'confirmPin', label('confirmPin'))}
<p><button class="main">${label('release')}</button></p>`,
)}
${logout(view)}`
  return page(view, label('userList'), body)
}

export function failurePage(view: View, kind: string): Html {
  return page(view, view.say(`failure.${kind}`), html`<p>${view.say(`failure.${kind}More`)}</p>`)
}

function userRow({ say }: View, user: User, canChoose: boolean): Html {
  const mark = user.isSuspended ? '○' : '—'
  const meaning = say(user.isSuspended ? 'users.on' : 'users.off')
  const id = canChoose
    ? html`<td><input type="radio" name="user" id="user-${user.id}" value="${user.id}" aria-label="${user.name}"></td>
<td><label for="user-${user.id}">${user.id}</label></td>`
    : html`<td>${user.id}</td>`
  return html`<tr>${id}<td>${user.name}</td>
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

function logout(view: View, isMain = false): Html {
  const button = html`<button${isMain && html` class="main"`}>${view.label('logout')}</button>`
  return form(view, '/bank/logout', html`<p>${button}</p>`)
}

function showTime(date: Date, locale: Locale): string {
  const style = { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' } as const
  return date.toLocaleString(locale === 'ja' ? 'ja-JP' : 'en-GB', style)
}
