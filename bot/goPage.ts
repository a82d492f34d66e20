import type { Locale } from '../locales/index.ts'
import type { UnlockRequest } from '../unlock/index.ts'
import { requestNumber } from '../unlock/index.ts'

type Say = (key: string, vars?: Record<string, unknown>) => string

/** The page between the chat and the bank: where it leads, for which request, and what will happen there. */
export function goPage(say: Say, locale: Locale, request: UnlockRequest, nonce: string): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' } as const
  const time = new Date(request.expiresAt).toLocaleString(locale === 'ja' ? 'ja-JP' : 'en-GB', format)
  const facts = [
    [say('host'), new URL(request.link).host],
    [say('number'), requestNumber(request.id)],
    [say('code'), request.bindingCode],
    [say('expires'), say('expiresAt', { time })],
  ]
  const steps = ['steps.open', 'steps.code', 'steps.clear']
  const body = `<p>${escaped(say('intro'))}</p>
<dl>
${facts.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('\n')}
</dl>
<p class="warning">${escaped(say('safety'))}</p>
<h2>${escaped(say('next'))}</h2>
<ol>
${steps.map((key) => `<li>${escaped(say(key))}</li>`).join('\n')}
</ol>
<p>${escaped(say('device'))}</p>
<form method="post"><input type="hidden" name="nonce" value="${escaped(nonce)}"><button>${escaped(say('go'))}</button></form>
<p class="note">${escaped(say('unexpected'))}</p>
<p class="note">${escaped(say('byHand'))}</p>`
  return layout(say, locale, say('title'), body)
}

/** Why a link leads nowhere, and what to do instead. */
export function sorryPage(say: Say, locale: Locale, why: string): string {
  const body = `<p>${escaped(say(`sorry.${why}.text`))}</p>\n<p class="note">${escaped(say('safety'))}</p>`
  return layout(say, locale, say(`sorry.${why}.title`), body)
}

function layout(say: Say, locale: Locale, title: string, body: string): string {
  const other = locale === 'ja' ? 'en' : 'ja'
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="/go.css">
</head>
<body>
<header><a href="?lang=${other}" lang="${other}" hreflang="${other}">${escaped(say(`language.${other}`))}</a></header>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text = ''): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? '')
}
