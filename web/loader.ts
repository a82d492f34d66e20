import { readToHost, type ToChat } from './frame.ts'
import css from './loader.css'

/**
 * What `<script src="/widget.js" data-lang="ja" data-title="…">` puts on a page: a button and, behind it, the chat in an
 * iframe. Everything stands in a shadow root with a constructed style sheet, so a strict page policy allows it and the
 * page's own styles do not reach it.
 */

declare const launcherWords: Record<'ja' | 'en', Record<'open' | 'close' | 'unread', string>>

const script = document.currentScript as HTMLScriptElement
const origin = new URL(script.src).origin
const { title = '', lang: asked = document.documentElement.lang || navigator.language } = script.dataset
let lang: 'ja' | 'en' = asked.toLowerCase().startsWith('en') ? 'en' : 'ja'
let isOpen = false
let isReady = false
let unread = 0

const host = document.createElement('div')
host.id = 'kaijo'
const root = host.attachShadow({ mode: 'open' })
const sheet = new CSSStyleSheet()
sheet.replaceSync(css)
root.adoptedStyleSheets = [sheet]
// On a phone the chat covers the page, which then must not scroll under it.
const still = new CSSStyleSheet()
still.replaceSync('@media (max-width: 32rem) { html { overflow: hidden !important } }')

const button = document.createElement('button')
button.type = 'button'
button.className = 'launcher'
button.setAttribute('aria-haspopup', 'dialog')
const badge = document.createElement('span')
badge.className = 'badge'
badge.hidden = true
const count = document.createElement('span')
count.setAttribute('aria-hidden', 'true')
const said = document.createElement('span')
said.className = 'unseen'
said.setAttribute('role', 'status')
badge.append(count)
const face = document.createElement('span')
face.className = 'face'
face.setAttribute('aria-hidden', 'true')
const label = document.createElement('span')
button.append(face, label, badge)
const panel = document.createElement('div')
panel.className = 'panel'
panel.setAttribute('role', 'dialog')
panel.hidden = true
const frame = document.createElement('iframe')
root.append(panel, button, said)

function load(): void {
  if (frame.src) return
  const query = new URLSearchParams({ lang, host: location.origin, ...(title ? { title } : {}) })
  frame.src = `${origin}/widget/?${query}`
  panel.append(frame)
}

function show(open: boolean): void {
  if (open === isOpen) return
  isOpen = open
  keep(sessionOf(), 'kaijo.open', open ? '1' : '')
  if (open) keep(localOf(), 'kaijo.used', '1')
  load()
  panel.hidden = !open
  button.hidden = open
  button.setAttribute('aria-expanded', String(open))
  document.adoptedStyleSheets = open
    ? [...document.adoptedStyleSheets, still]
    : document.adoptedStyleSheets.filter((one) => one !== still)
  if (open) frame.focus()
  else button.focus()
  tell(open ? 'opened' : 'closed')
}

function tell(type: ToChat['type']): void {
  const message: ToChat = { kaijo: 1, type }
  if (isReady) frame.contentWindow?.postMessage(message, origin)
}

function speak(): void {
  const words = launcherWords[lang]
  const news = unread > 0 ? words.unread.replace('{count}', String(unread)) : ''
  host.lang = lang
  label.textContent = words.open
  button.setAttribute('aria-label', news ? `${words.open} (${news})` : words.open)
  panel.setAttribute('aria-label', title || words.open)
  frame.title = title || words.open
  count.textContent = unread > 99 ? '99+' : String(unread)
  badge.hidden = unread === 0
  if (said.textContent !== news) said.textContent = news
}

function keep(storage: Storage | undefined, key: string, value: string): void {
  if (value) storage?.setItem(key, value)
  else storage?.removeItem(key)
}

/** Some privacy settings make the mere access throw. */
function sessionOf(): Storage | undefined {
  try {
    return sessionStorage
  } catch {}
}

function localOf(): Storage | undefined {
  try {
    return localStorage
  } catch {}
}

addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.origin !== origin || event.source !== frame.contentWindow) return
  const message = readToHost(event.data)
  if (!message) return
  if (message.type === 'ready') {
    isReady = true
    tell(isOpen ? 'opened' : 'closed')
  }
  if (message.type === 'close') show(false)
  if (message.type === 'unread') unread = message.count
  if (message.type === 'lang') lang = message.lang
  speak()
})
button.addEventListener('click', () => show(true))
panel.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') show(false)
})

function start(): void {
  speak()
  document.body.append(host)
  if (sessionOf()?.getItem('kaijo.open')) show(true)
  // A customer who has talked before may have an answer waiting.
  else if (localOf()?.getItem('kaijo.used')) load()
}

if (document.body) start()
else addEventListener('DOMContentLoaded', start)
