import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BankProfile } from '../content/index.ts'
import { type Locale, locales, type Words } from '../locales/index.ts'
import { chatKeys, launcherKeys } from '../web/chat/words.ts'
import {
  type Asset,
  answer,
  askAgain,
  asset,
  briefly,
  bundle,
  digest,
  escaped,
  fileRoute,
  filled,
  folder,
  forever,
  html,
  language,
  pages,
  script,
  style,
  svg,
} from './asset.ts'
import { pagePolicy } from './pagePolicy.ts'
import type { HttpAnswer, HttpRequest, Route } from './route.ts'

/** What the pages are made of. */
export interface WebParts {
  words: Pick<Words, 't'>
  bank: BankProfile
  /** Pages of these origins may embed the chat; our own always may. */
  allowedOrigins: readonly string[]
  contentDir: string
  publicUrl: string
}

/** Bundles what runs in browsers, once, and gives the routes to it: `/`, `/widget.js`, `/widget/…`, `/pictures/…`. */
export async function webRoutes(parts: WebParts): Promise<Route[]> {
  const [help, loader, js, css] = await Promise.all([
    bundle('help.ts'),
    bundle('loader.ts', { launcherWords: JSON.stringify(launcherWords(parts.words)) }),
    bundle('chat/index.ts'),
    bundle('chat/chat.css'),
  ])
  const names = { js: `chat.${digest(js)}.js`, css: `chat.${digest(css)}.css` }
  const files = new Map([
    [names.js, asset(js, script, forever)],
    [names.css, asset(css, style, forever)],
    ['icon.svg', asset(await readFile(join(folder, 'icon.svg')), svg, briefly)],
    ['demo.css', asset(await bundle('demo.css'), style, briefly)],
    ['help.js', asset(help, script, briefly)],
  ])
  const chat = await pages('chat/page.html', (page, locale) => chatPage(page, locale, names, parts))
  const demo = await pages('demo.html', (page, locale) => plainPage(page, locale, parts.words, 'demo'))
  const helpPage = await pages('help.html', (page, locale) => plainPage(page, locale, parts.words, 'help'))
  // Another origin's page loads the launcher, whatever isolation it asks for.
  const shared = { 'Cross-Origin-Resource-Policy': 'cross-origin' }
  const launcher = asset(loader, script, briefly, shared)
  return [
    fileRoute('/', (request) => demo[language(request)]),
    fileRoute('/help', (request) => helpPage[language(request)]),
    fileRoute('/widget.js', () => launcher),
    fileRoute('/widget/', (request) => chat[language(request)]),
    fileRoute('/widget/:file', ({ params }) => files.get(params.file ?? '')),
    { method: 'GET', path: '/pictures/:file', yields: true, handle: (request) => picture(request, parts) },
  ]
}

function chatPage(page: string, locale: Locale, names: { js: string; css: string }, parts: WebParts): Asset {
  const words = Object.fromEntries(locales.map((one) => [one, chatWords(parts.words, one)]))
  const settings = JSON.stringify({ words, origins: parts.allowedOrigins })
  const values = {
    ...chatWords(parts.words, locale),
    js: `/widget/${names.js}`,
    css: `/widget/${names.css}`,
  }
  const whole = filled(
    page.replace('"{{settings}}"', () => settings.replaceAll('<', '\\u003c')),
    locale,
    values,
  )
  const { publicUrl, allowedOrigins } = parts
  const policy = pagePolicy({ publicUrl, framedBy: ["'self'", ...allowedOrigins] })
  return asset(Buffer.from(whole), html, askAgain, { 'Content-Security-Policy': policy })
}

function plainPage(page: string, locale: Locale, words: Pick<Words, 't'>, section: 'demo' | 'help'): Asset {
  const keys = [...page.matchAll(/\{\{(\w+)\}\}/g)].map(([, key]) => key ?? '')
  const values = Object.fromEntries(keys.map((key) => [key, words.t(locale, `widget:${section}.${key}`)]))
  const other = locale === 'ja' ? 'en' : 'ja'
  const whole = filled(page, locale, values).replace(
    'href="?lang=en" lang="en"',
    `href="?lang=${other}" lang="${other}"`,
  )
  return asset(Buffer.from(whole), html, askAgain, {
    'Content-Security-Policy': pagePolicy({ frames: true }),
    Vary: 'Accept-Language',
  })
}

function chatWords(words: Pick<Words, 't'>, locale: Locale): Record<string, string> {
  return Object.fromEntries(chatKeys.map((key) => [key, words.t(locale, `widget:chat.${key}`)]))
}

function launcherWords(words: Pick<Words, 't'>): Record<string, Record<string, string>> {
  const of = (locale: Locale) => launcherKeys.map((key) => [key, words.t(locale, `widget:launcher.${key}`)])
  return Object.fromEntries(locales.map((locale) => [locale, Object.fromEntries(of(locale))]))
}

/** The bank's own names stand in the pictures too, so each is filled in when it is asked for. */
async function picture(request: HttpRequest, { contentDir, bank }: WebParts): Promise<HttpAnswer> {
  const file = request.params.file ?? ''
  if (!/^[\w-]+\.svg$/.test(file)) return answer(request, undefined)
  const drawn = await readFile(join(contentDir, 'pictures', file), 'utf8').catch(() => undefined)
  const whole = drawn?.replace(/\{\{bank\.(code|service|name)\}\}/g, (_, key: 'code' | 'service' | 'name') =>
    escaped(bank[key]),
  )
  const policy = { 'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'" }
  return answer(request, whole === undefined ? undefined : asset(Buffer.from(whole), svg, briefly, policy))
}
