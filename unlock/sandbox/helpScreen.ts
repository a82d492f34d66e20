import { type DemoContract, forms, troubles } from './contracts.ts'
import type { View } from './frame.ts'
import { fact, field, form, page } from './frame.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import type { Locale } from './words.ts'

/** The first page: how to get in, and everything that there is to enter. */
export function helpPage(view: View, contracts: DemoContract[], attempts: number): Html {
  const { say } = view
  const body = html`<p>${say('help.intro')}</p>
<h2>${say('help.prepare')}</h2>
<ol>
<li>${say('help.authority')} <a href="/ca.crt" download>${say('help.authorityFile')}</a></li>
<li>${say('help.import')} ${say('help.importNote')}</li>
</ol>
<p class="note">${say('help.remove')}</p>
<h2>${say('help.start')}</h2>
<p><a class="button" href="/bank">${say('help.open')}</a></p>
<p class="note">${say('help.byHand')}</p>
${byNumber(view)}
<h2>${say('help.credentials')}</h2>
${contracts.map((contract, n) => contractSection(view, contract, n === 0))}
<p>${say('help.attempts', { attempts })}</p>
${form(
  view,
  '/reset',
  html`<p><button>${say('help.reset')}</button></p>
<p class="note">${say('help.resetNote')}</p>`,
)}`
  return page(view, say('help.title'), body)
}

function byNumber(view: View): Html {
  const { say } = view
  return form(
    view,
    '/requests',
    html`<h3>${say('help.withNumber')}</h3>
<p class="note" id="number-note">${say('help.withNumberNote')}</p>
${field({ name: 'number', label: say('request.number'), invalid: view.wrong === 'number', describedBy: 'number-note' })}
<p><button>${say('help.find')}</button></p>`,
  )
}

function contractSection(view: View, contract: DemoContract, isOpen: boolean): Html {
  const { say, label } = view
  const { certificate, secrets, suspended } = contract
  const [from, to] = [certificate.from, certificate.to].map((date) => showDate(date, view.locale))
  return html`<details class="contract"${isOpen && html` open`}>
<summary><b>${contract.id}</b> ${contract.name}<span class="note">${states(contract).map((state) => html` ${say(`help.${state}`)}`)}</span></summary>
<dl>
${fact(label('contractId'), contract.id)}
${fact(say('help.certificate'), html`${certificate.name}<br><a href="/certificates/${contract.id}" download>${say('help.file', { name: certificate.name })}</a>`)}
${fact(say('help.filePassword'), html`<code>${certificate.password}</code>`)}
${fact(say('help.validityName'), say('help.validity', { from: from ?? '', to: to ?? '' }))}
${fact(label('pin'), secrets.pin)}
${fact(label('confirmPin'), secrets.confirmPin)}
${suspended.length === 0 ? fact(say('help.suspended'), say('help.nobody')) : suspended.map((user) => fact(say('help.suspended'), `${user.id} ${user.name}`))}
</dl>
${card(view, contract)}
${branch(view, contract)}
</details>`
}

function states(contract: DemoContract): string[] {
  const all = troubles(contract)
  return all.length > 0 ? all : ['healthy']
}

function card({ say }: View, contract: DemoContract): Html {
  const title = html`<h3>${say('help.card')}</h3>`
  if (contract.isCardStopped) return html`${title}<p>${say('help.cardLost')}</p>`
  return html`${title}
<p class="note">${say('help.cardNote')}</p>
<ol class="card">
${contract.card.map(({ password, isSpent }) => html`<li>${isSpent ? html`<s>${password}</s>` : html`<code>${password}</code>`}</li>`)}
</ol>`
}

function branch(view: View, { id }: DemoContract): Html {
  const { say } = view
  const buttons = forms.map(
    (
      one,
    ) => html`<button name="form" value="${one}">${say('help.handIn', { form: say(`forms.${one}`) })}</button>
`,
  )
  return form(
    view,
    '/branch',
    html`<h3>${say('help.branch')}</h3>
<p class="note">${say('help.branchNote')}</p>
<input type="hidden" name="contract" value="${id}">
<p class="buttons">${buttons}<button name="form" value="revoke">${say('help.revoke')}</button></p>`,
  )
}

function showDate(date: Date, locale: Locale): string {
  return date.toLocaleDateString(locale === 'ja' ? 'ja-JP' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'Asia/Tokyo',
  })
}
