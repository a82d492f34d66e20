import type { IncomingMessage } from 'node:http'
import type { View } from './frame.ts'
import { html } from './html.ts'
import { doneSentence, requestOf } from './pages.ts'
import type { Session } from './sessions.ts'
import type { Bank } from './visit.ts'
import type { Locale, Say } from './words.ts'

/** Somebody at the door. */
export interface Met {
  view: View
  cookie: string
  /** Whether the cookie was made just now. */
  isNew: boolean
  session: Session | undefined
}

type Words = Record<Locale, Say>

const cookieName = 'kaijo_sandbox'
const languageName = 'kaijo_sandbox_lang'

/** Who comes, in which language, and how far they are. */
export function meet(bank: Bank, words: Words, request: IncomingMessage, url: URL): Met {
  const { sessions, requests } = bank
  const cookies = readCookies(request.headers.cookie ?? '')
  const known = /^[\w-]{43}$/.exec(cookies.get(cookieName) ?? '')?.[0]
  const cookie = known ?? sessions.newCookie()
  const session = sessions.read(cookie)
  const entered = /^\/requests\/(\w{26})$/.exec(url.pathname)?.[1]
  const locale =
    readLocale(url.searchParams.get('lang')) ??
    readLocale(cookies.get(languageName)) ??
    (entered ? requests.read(entered)?.locale : undefined) ??
    readLocale(request.headers['accept-language']?.slice(0, 2)) ??
    'ja'
  const belongs = requestOf(session, requests)
  const view: View = {
    locale,
    say: words[locale],
    label: (key) => showLabel(words, locale, key),
    formToken: sessions.formToken(cookie),
    origins: bank.origins(),
    ...(belongs && { request: belongs }),
  }
  const done = doneSentence(view, url.searchParams.get('done'))
  return { view: { ...view, ...(done && { done }) }, cookie, isNew: !known, session }
}

/** A name on the bank's screens stays as it is there; in English its translation stands beside it. */
function showLabel(words: Words, locale: Locale, key: string) {
  const name = words.ja(`labels.${key}`)
  const gloss = locale === 'ja' ? '' : words[locale](`labels.${key}`)
  if (locale === 'ja') return html`${name}`
  return html`<span lang="ja">${name}</span>${gloss !== '' && html` <span class="gloss">(${gloss})</span>`}`
}

function readCookies(header: string): Map<string, string> {
  return new Map(
    header.split(';').map((one) => {
      const [name = '', value = ''] = one.trim().split('=', 2)
      return [name, value]
    }),
  )
}

/** What the answer sets: the visit's new cookie, and the language where one was chosen. */
export function setCookies(view: View, url: URL, cookie: string | undefined): string[] {
  const rules = '; Path=/; HttpOnly; SameSite=Strict; Secure'
  const language = url.searchParams.has('lang') || url.pathname.startsWith('/requests/')
  return [
    ...(cookie ? [`${cookieName}=${cookie}${rules}`] : []),
    ...(language ? [`${languageName}=${view.locale}${rules}`] : []),
  ]
}

function readLocale(text: string | null | undefined): Locale | undefined {
  return text === 'ja' || text === 'en' ? text : undefined
}
