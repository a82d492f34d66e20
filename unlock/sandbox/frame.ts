import type { Html, Piece } from './html.ts'
import { html } from './html.ts'
import type { KeptRequest } from './requests.ts'
import type { Locale, Say } from './words.ts'

/** The sandbox's two faces: pages for everyone, and pages that ask for a client certificate. */
export type Face = 'open' | 'logon'
export type Origins = Record<Face, string>

/** What every screen needs to be drawn. */
export interface View {
  locale: Locale
  say: Say
  /** A name on the bank's screens: exactly as there, with a translation beside it in English. */
  label(key: string): Html
  /** Goes into every form. */
  formToken: string
  /** Where the pages are that ask for no certificate, and those that do. */
  origins: Origins
  /** The unlock request that this visit belongs to. */
  request?: KeptRequest
  /** What was wrong with what was sent. */
  error?: string
  /** The field it was in. */
  wrong?: string
  /** What has just been done. */
  done?: string
}

/** A whole page. */
export function page(view: View, title: Piece, content: Html): Html {
  const { locale, say } = view
  const other = locale === 'ja' ? 'en' : 'ja'
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${view.error !== undefined && `${say('frame.error')}: `}${title} – ${say('frame.name')}</title>
<link rel="stylesheet" href="/sandbox.css">
</head>
<body>
<a class="skip" href="#content">${say('frame.skip')}</a>
<aside class="banner" aria-label="${say('frame.banner')}"><strong>${say('frame.banner')}</strong> ${say('frame.bannerMore')}</aside>
<header>
<p class="name">${say('frame.name')}</p>
<nav aria-label="${say('frame.language')}">
<a href="${view.origins.open}/">${say('frame.guide')}</a>
<a href="?lang=${other}" lang="${other}" hreflang="${other}">${other === 'en' ? 'English' : '日本語'}</a>
</nav>
</header>
<main id="content" tabindex="-1">
<h1>${title}</h1>
${view.error !== undefined && html`<p class="error" role="alert" id="error">${view.error}</p>`}
${view.done !== undefined && html`<p class="done" role="status">${view.done}</p>`}
${content}
</main>
</body>
</html>
`
}

/** A form with the token that every form must carry; the server, not the browser, says what is missing. */
export function form(view: View, action: string, content: Html): Html {
  return html`<form method="post" action="${action}" autocomplete="off" novalidate>
<input type="hidden" name="token" value="${view.formToken}">
${content}
</form>`
}

export function secretField(view: View, name: string, label: Html): Html {
  return field({ name, label, secret: true, digits: true, invalid: view.wrong === name })
}

/** A labelled field; `invalid` points at the sentence that says what was wrong. */
export function field(one: {
  name: string
  label: Piece
  secret?: boolean
  digits?: boolean
  invalid?: boolean
  describedBy?: string
}): Html {
  const described = one.invalid ? 'error' : one.describedBy
  return html`<p class="field"><label for="${one.name}">${one.label}</label>
<input id="${one.name}" name="${one.name}" type="${one.secret ? 'password' : 'text'}" maxlength="40" autocomplete="off" required${
    one.digits && html` inputmode="numeric"`
  }${one.invalid && html` aria-invalid="true"`}${described && html` aria-describedby="${described}"`}></p>`
}

/** One line of a list of facts. */
export function fact(name: Piece, value: Piece): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`
}
