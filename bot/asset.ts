import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build as esbuild } from 'esbuild'
import type { Locale } from '../locales/index.ts'
import { type HttpAnswer, HttpError, type HttpRequest, type Route } from './route.ts'

/** A file that is served from memory. */
export interface Asset {
  body: Buffer
  zipped: Buffer
  etag: string
  headers: Record<string, string>
}

/** The folder of everything that runs in browsers. */
export const folder = fileURLToPath(new URL('../web', import.meta.url))
export const html = 'text/html; charset=utf-8'
export const script = 'text/javascript; charset=utf-8'
export const style = 'text/css; charset=utf-8'
export const svg = 'image/svg+xml; charset=utf-8'
/** The name changes with the content. */
export const forever = 'public, max-age=31536000, immutable'
export const briefly = 'public, max-age=300'
export const askAgain = 'no-cache'

const bundled = new Map<string, Promise<Buffer>>()

/** Bundles one script or style sheet of `web/`, once a process. Rejects with what esbuild has against it. */
export function bundle(entry: string, define: Record<string, string> = {}): Promise<Buffer> {
  const name = `${entry} ${JSON.stringify(define)}`
  const begun = bundled.get(name) ?? build(entry, define)
  bundled.set(name, begun)
  return begun
}

/** Begins what the pages need: esbuild works in a process of its own, while this one is still loading the rest. */
export function bundleAhead(): void {
  // Whoever needs one hears what was wrong with it.
  for (const entry of ['chat/index.ts', 'desk/index.ts', 'help.ts', 'chat/chat.css', 'desk/desk.css'])
    bundle(entry).catch(() => undefined)
}

async function build(entry: string, define: Record<string, string>): Promise<Buffer> {
  const result = await esbuild({
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

/** A page of `web/` in both languages. */
export async function pages(
  file: string,
  fill: (page: string, locale: Locale) => Asset,
): Promise<Record<Locale, Asset>> {
  const page = await readFile(join(folder, file), 'utf8')
  return { ja: fill(page, 'ja'), en: fill(page, 'en') }
}

/** A page with its language and its words in place of `{{name}}`. */
export function filled(page: string, locale: Locale, values: Record<string, string>): string {
  return page
    .replace('<html lang="ja">', `<html lang="${locale}">`)
    .replace(/\{\{(\w+)\}\}/g, (whole, key: string) => escaped(values[key] ?? whole))
}

/** `?lang=` wins over what the browser prefers; Japanese for everything we do not speak. */
export function language({ url, headers }: HttpRequest): Locale {
  const asked = url.searchParams.get('lang') ?? headers['accept-language'] ?? ''
  return /^en\b/i.test(asked) ? 'en' : 'ja'
}

/** Keeps a file ready, also zipped. */
export function asset(
  body: Buffer,
  type: string,
  cache: string,
  headers: Record<string, string> = {},
): Asset {
  const etag = `"${digest(body)}"`
  const vary = ['Accept-Encoding', headers.Vary].filter(Boolean).join(', ')
  return {
    body,
    zipped: gzipSync(body, { level: 9 }),
    etag,
    headers: { ...headers, 'Content-Type': type, 'Cache-Control': cache, ETag: etag, Vary: vary },
  }
}

/** Answers with a file, or with 304 when the browser has it; throws HttpError 404 when there is none. */
export function answer({ headers }: HttpRequest, found: Asset | undefined): HttpAnswer {
  if (!found) throw new HttpError(404, 'NotFound', 'There is nothing at this address')
  if (headers['if-none-match']?.includes(found.etag)) return { status: 304, headers: found.headers }
  const takesZipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))
  if (!takesZipped) return { status: 200, headers: found.headers, body: found.body }
  return { status: 200, headers: { ...found.headers, 'Content-Encoding': 'gzip' }, body: found.zipped }
}

/** The route to files. */
export function fileRoute(path: string, find: (request: HttpRequest) => Asset | undefined): Route {
  return { method: 'GET', path, yields: true, handle: (request) => answer(request, find(request)) }
}

/** A short name that changes with the content. */
export function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 16)
}

/** A text as it may stand in HTML. */
export function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
