import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Locale, Words } from '../locales/index.ts'
import type { Audit, UnlockClient, UnlockRequest } from '../unlock/index.ts'
import { maxWebhook, readUpdate, UnlockNotFound, UnlockUnavailable, verifyWebhook } from '../unlock/index.ts'
import { goPage, sorryPage } from './goPage.ts'
import { isPageNonce, type LinkKey, pageNonce, readLink } from './link.ts'
import type { HttpAnswer, HttpRequest, Route } from './route.ts'
import { HttpError } from './route.ts'
import type { Inbound, Pass, Store } from './store/index.ts'
import type { Turns } from './turns.ts'
import { takeEvent } from './unlockEvents.ts'

/** What the two routes to the unlock API need. */
export interface UnlockParts {
  client: UnlockClient
  /** The unlock API's public keys that count now, at most three. */
  keys: () => readonly KeyObject[]
  turns: Pick<Turns, 'accept' | 'wake'>
  store: Pick<Store, 'requesters' | 'pass' | 'spend'>
  words: Pick<Words, 't'>
  /** Signs deep links. */
  linkKey: LinkKey
  clock: () => Date
  audit?: Pick<Audit, 'write'>
}

/** What became of a link: the request to go on with, or why not. */
type Opened = { id: string; request: UnlockRequest }
type Found = Opened | { status: 404 | 410 | 503; sorry: string }

/** A page may stay open this long before its button must be shown anew; its link lives no longer anyway. */
const pageLifetime = 10 * 60 * 1000

const css = readFileSync(new URL('./go.css', import.meta.url))

/** `/go/:id`, the page between the chat and the bank, and `/unlock/callback`, where the bank says what happened. */
export function unlockRoutes(parts: UnlockParts): Route[] {
  return [
    { method: 'GET', path: '/go.css', handle: () => ({ status: 200, headers: cssHeaders, body: css }) },
    { method: 'GET', path: '/go/:id', handle: (request) => showLink(parts, request) },
    { method: 'POST', path: '/go/:id', maxBody: 1024, handle: (request) => followLink(parts, request) },
    {
      method: 'POST',
      path: '/unlock/callback',
      maxBody: maxWebhook,
      handle: (request) => takeCallback(parts, request),
    },
  ]
}

const cssHeaders = { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'public, max-age=300' }

/** Changes nothing: whatever previews links may fetch it. */
async function showLink(parts: UnlockParts, request: HttpRequest): Promise<HttpAnswer> {
  const locale = readLocale(request)
  const found = await findRequest(parts, request)
  if ('sorry' in found) return sorry(parts, locale, found)
  return linkPage(200, parts, locale, found)
}

/** Spends the link. The client has made sure that what it leads to is of the unlock API's origin. */
async function followLink(parts: UnlockParts, request: HttpRequest): Promise<HttpAnswer> {
  const locale = readLocale(request)
  const found = await findRequest(parts, request)
  if ('sorry' in found) return sorry(parts, locale, found)
  const nonce = new URLSearchParams(request.body.toString('latin1')).get('nonce') ?? ''
  // Whoever posts without having opened the page is shown the page.
  if (!isPageNonce(nonce, found.id, parts.clock().getTime(), parts.linkKey))
    return linkPage(403, parts, locale, found)
  let told: string[] = []
  const pass = await parts.store.spend(found.id, (spent, requesters) => {
    told = requesters
    parts.audit?.write({ who: 'customer', what: 'link.followed', request: spent.request, where: 'web' })
    return requesters.map((conversation) => followed(spent, conversation))
  })
  if (!pass) return sorry(parts, locale, { status: 410, sorry: 'used' })
  for (const conversation of told) parts.turns.wake(conversation)
  return { status: 303, headers: { Location: found.request.link } }
}

function linkPage(
  status: number,
  { words, linkKey, clock }: UnlockParts,
  locale: Locale,
  found: Opened,
): HttpAnswer {
  const say = (key: string, vars?: Record<string, unknown>) => words.t(locale, `go:${key}`, vars)
  const nonce = pageNonce(found.id, clock().getTime() + pageLifetime, linkKey)
  return page(status, goPage(say, locale, found.request, nonce), new URL(found.request.link).origin)
}

/** What every conversation that waits for the request hears, so that each shows a new link when it must show one again. */
function followed({ id, request }: Pass, conversation: string): Inbound {
  const activity = { type: 'event', name: 'link.followed', value: { request } }
  return { channel: 'unlock', eventId: `link:${id}/${conversation}`, conversation, activity, logged: false }
}

async function findRequest(
  { client, store, linkKey, clock }: UnlockParts,
  { params }: HttpRequest,
): Promise<Found> {
  const id = readLink(params.id ?? '', linkKey)
  const pass = id && (await store.pass(id))
  if (!id || !pass) return { status: 404, sorry: 'unknown' }
  try {
    const request = await client.read(pass.request)
    const { state } = request
    if (state === 'cleared' || state === 'rejected' || state === 'expired')
      return { status: 410, sorry: state }
    if (pass.isSpent) return { status: 410, sorry: 'used' }
    if (pass.expiresAt <= clock().getTime()) return { status: 410, sorry: 'expired' }
    return Date.parse(request.expiresAt) > clock().getTime()
      ? { id, request }
      : { status: 410, sorry: 'expired' }
  } catch (error) {
    if (error instanceof UnlockNotFound) return { status: 404, sorry: 'unknown' }
    if (error instanceof UnlockUnavailable) return { status: 503, sorry: 'unavailable' }
    throw error
  }
}

/** 2xx only when the news is stored, or nobody waits for it: the bank sends again what it has no 2xx for. */
async function takeCallback(parts: UnlockParts, request: HttpRequest): Promise<HttpAnswer> {
  const { headers, body } = request
  const verdict = verifyWebhook({ headers, body, keys: parts.keys(), now: parts.clock() })
  if (!verdict.valid) {
    parts.audit?.write({ who: 'bank', what: 'callback.refused', where: 'web', why: 'signature' })
    throw new HttpError(401, 'BadSignature', 'The webhook is not signed as it must be')
  }
  const update = readUpdate(body)
  if (!update) return { status: 202 }
  try {
    const waiting = await takeEvent(parts, { id: verdict.id, update, by: 'callback' })
    return { status: waiting > 0 ? 204 : 202 }
  } catch (cause) {
    throw Object.assign(new HttpError(503, 'Busy', 'Send it again later', { 'Retry-After': '5' }), { cause })
  }
}

function sorry(parts: UnlockParts, locale: Locale, found: { status: number; sorry: string }): HttpAnswer {
  const say = (key: string) => parts.words.t(locale, `go:${key}`)
  return page(found.status, sorryPage(say, locale, found.sorry))
}

/** Browsers hold a form's redirects to `form-action` too, so that the bank must be named there. */
function page(status: number, body: string, bank = ''): HttpAnswer {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action 'self' ${bank}`.trim(),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy.join('; ') },
    body,
  }
}

function readLocale({ url, headers }: HttpRequest): Locale {
  const asked = url.searchParams.get('lang') ?? headers['accept-language']?.slice(0, 2).toLowerCase()
  return asked === 'en' ? 'en' : 'ja'
}
