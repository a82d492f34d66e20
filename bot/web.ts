import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { BankProfile } from '../content/index.ts'
import type { Locale, Words } from '../locales/index.ts'
import { chatKeys, launcherKeys } from '../web/chat/words.ts'
import { type HttpAnswer, HttpError, type HttpRequest, type Route } from './route.ts'

/** What the pages are made of. */
export interface WebParts {
  words: Pick<Words, 't'>
  bank: BankProfile
  /** Pages of these origins may embed the chat; our own always may. */
  allowedOrigins: readonly string[]
  contentDir: string
  publicUrl: string
}

/** A file that is served from memory. */
interface Asset {
  body: Buffer
  zipped: Buffer
  etag: string
  headers: Record<string, string>
}

const folder = fileURLToPath(new URL('../web', import.meta.url))
const locales: readonly Locale[] = ['ja', 'en']
const html = 'text/html; charset=utf-8'
const script = 'text/javascript; charset=utf-8'
const style = 'text/css; charset=utf-8'
const svg = 'image/svg+xml; charset=utf-8'
/** The name changes with the content. */
const forever = 'public, max-age=31536000, immutable'
const briefly = 'public, max-age=300'
const askAgain = 'no-cache'

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
    { method: 'GET', path: '/', handle: (request) => answer(request, demo[language(request)]) },
    { method: 'GET', path: '/help', handle: (request) => answer(request, helpPage[language(request)]) },
    { method: 'GET', path: '/widget.js', handle: (request) => answer(request, launcher) },
    { method: 'GET', path: '/widget/', handle: (request) => answer(request, chat[language(request)]) },
    {
      method: 'GET',
      path: '/widget/:file',
      handle: (request) => answer(request, files.get(request.params.file ?? '')),
    },
    { method: 'GET', path: '/pictures/:file', handle: (request) => picture(request, parts) },
  ]
}

async function bundle(entry: string, define: Record<string, string> = {}): Promise<Buffer> {
  const result = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    write: false,
    target: 'es2022',
    format: entry === 'loader.ts' ? 'iife' : 'esm',
    // The launcher's sheet is a text in its script; the pages' sheets are files.
    loader: { '.css': entry.endsWith('.css') ? 'css' : 'text' },
    external: ['/widget/*'],
    charset: 'utf8',
    define,
  })
  const [file] = result.outputFiles
  if (!file) throw new Error(`esbuild made nothing of web/${entry}`)
  return Buffer.from(file.contents)
}

async function pages(
  file: string,
  fill: (page: string, locale: Locale) => Asset,
): Promise<Record<Locale, Asset>> {
  const page = await readFile(join(folder, file), 'utf8')
  return { ja: fill(page, 'ja'), en: fill(page, 'en') }
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
  return asset(Buffer.from(whole), html, askAgain, { 'Content-Security-Policy': chatPolicy(parts) })
}

/** Fails closed: a page that is not named here cannot show the chat in a frame. */
function chatPolicy({ allowedOrigins, publicUrl }: WebParts): string {
  const stream = new URL(publicUrl).origin.replace(/^http/, 'ws')
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    // Browsers before 2022 do not count the socket's scheme as 'self'.
    `connect-src 'self' ${stream}`,
    `frame-ancestors ${["'self'", ...allowedOrigins].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

function plainPage(page: string, locale: Locale, words: Pick<Words, 't'>, section: 'demo' | 'help'): Asset {
  const keys = [...page.matchAll(/\{\{(\w+)\}\}/g)].map(([, key]) => key ?? '')
  const values = Object.fromEntries(keys.map((key) => [key, words.t(locale, `widget:${section}.${key}`)]))
  const other = locale === 'ja' ? 'en' : 'ja'
  const whole = filled(page, locale, values).replace(
    'href="?lang=en" lang="en"',
    `href="?lang=${other}" lang="${other}"`,
  )
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; connect-src 'self'; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
  return asset(Buffer.from(whole), html, askAgain, {
    'Content-Security-Policy': policy,
    Vary: 'Accept-Language',
  })
}

function filled(page: string, locale: Locale, values: Record<string, string>): string {
  return page
    .replace('<html lang="ja">', `<html lang="${locale}">`)
    .replace(/\{\{(\w+)\}\}/g, (whole, key: string) => escaped(values[key] ?? whole))
}

function chatWords(words: Pick<Words, 't'>, locale: Locale): Record<string, string> {
  return Object.fromEntries(chatKeys.map((key) => [key, words.t(locale, `widget:chat.${key}`)]))
}

function launcherWords(words: Pick<Words, 't'>): Record<string, Record<string, string>> {
  const of = (locale: Locale) => launcherKeys.map((key) => [key, words.t(locale, `widget:launcher.${key}`)])
  return Object.fromEntries(locales.map((locale) => [locale, Object.fromEntries(of(locale))]))
}

/** `?lang=` wins over what the browser prefers; Japanese for everything we do not speak. */
function language({ url, headers }: HttpRequest): Locale {
  const asked = url.searchParams.get('lang') ?? headers['accept-language'] ?? ''
  return /^en\b/i.test(asked) ? 'en' : 'ja'
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

function asset(body: Buffer, type: string, cache: string, headers: Record<string, string> = {}): Asset {
  const etag = `"${digest(body)}"`
  const vary = ['Accept-Encoding', headers.Vary].filter(Boolean).join(', ')
  return {
    body,
    zipped: gzipSync(body, { level: 9 }),
    etag,
    headers: { ...headers, 'Content-Type': type, 'Cache-Control': cache, ETag: etag, Vary: vary },
  }
}

function answer({ headers }: HttpRequest, found: Asset | undefined): HttpAnswer {
  if (!found) throw new HttpError(404, 'NotFound', 'There is nothing at this address')
  if (headers['if-none-match']?.includes(found.etag)) return { status: 304, headers: found.headers }
  const takesZipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))
  if (!takesZipped) return { status: 200, headers: found.headers, body: found.body }
  return { status: 200, headers: { ...found.headers, 'Content-Encoding': 'gzip' }, body: found.zipped }
}

function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 16)
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
