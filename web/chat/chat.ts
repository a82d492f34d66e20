import { Access } from './access.ts'
import type { ButtonAction, Frame, Outgoing } from './activity.ts'
import { drawer, browserRim as rim } from './browserRim.ts'
import { Chrome } from './chrome.ts'
import { Composer } from './composer.ts'
import { Connection } from './connection.ts'
import { byId } from './element.ts'
import { Host } from './host.ts'
import { type Command, Menu } from './menu.ts'
import { MessageList } from './messageList.ts'
import { type Delivery, type Letter, Outbox } from './outbox.ts'
import { print } from './print.ts'
import { readSettings } from './settings.ts'
import { Transcript } from './transcript.ts'
import { asLang, type Lang } from './words.ts'

const langKey = 'kaijo.lang'

/** One customer's chat in one tab: joins the conversation's parts. */
export class Chat {
  readonly #settings = readSettings()
  readonly #query = new URLSearchParams(location.search)
  readonly #drawer = drawer('localStorage')
  readonly #transcript = new Transcript()
  readonly #log = byId('log', HTMLElement)
  #lang: Lang = asLang(
    this.#drawer.getItem(langKey) ?? this.#query.get('lang') ?? document.documentElement.lang,
  )
  /** The customer has asked for this language and the bot has not spoken it yet. */
  #wanted: Lang | undefined
  #unread = 0
  #isCaughtUp = false
  #hasOpened = false
  #mustGreet = false

  readonly #chrome = new Chrome(this.#words, this.#query.get('title'))
  readonly #list = new MessageList(this.#log, this.#words, {
    onChoice: (action) => this.#choose(action),
    onRetry: (entry) => entry.letter && this.#outbox.send(entry.letter),
  })
  readonly #composer = new Composer((text) => this.#say({ type: 'message', text, locale: this.#lang }))
  readonly #menu = new Menu((command) => this.#obey(command))
  readonly #host = new Host(this.#query.get('host'), this.#settings.origins, (isOpen) => this.#opened(isOpen))
  readonly #access = new Access({
    rim,
    drawer: this.#drawer,
    lang: () => this.#lang,
    onConversation: (_, fresh) => this.#begin(fresh),
  })
  readonly #outbox = new Outbox({
    rim,
    access: this.#access,
    drawer: drawer('sessionStorage'),
    onDelivery: (letter, delivery, id) => this.#delivered(letter, delivery, id),
  })
  #connection = this.#connect()

  /** Draws the page, and connects when the customer opens it or has a conversation. */
  start(): void {
    this.#speak(this.#lang)
    byId('close', HTMLButtonElement).hidden = !this.#host.isThere
    byId('close', HTMLButtonElement).addEventListener('click', () =>
      this.#host.tell({ kaijo: 1, type: 'close' }),
    )
    byId('again', HTMLButtonElement).addEventListener('click', () => this.#startAgain())
    byId('ask-end', HTMLDialogElement).addEventListener('close', () => this.#answeredEnd())
    addEventListener('keydown', (event) => this.#key(event))
    addEventListener('online', () => this.#wake())
    addEventListener('offline', () => this.#sleep())
    addEventListener('pageshow', (event) => event.persisted && this.#wake())
    document.addEventListener('visibilitychange', () => this.#host.isOpen && this.#seen())
    if (!navigator.onLine) this.#sleep()
    this.#host.tell({ kaijo: 1, type: 'ready' })
    if (this.#host.isOpen || this.#access.known) this.#open()
  }

  get #words() {
    return this.#settings.words[this.#lang]
  }

  #open(): void {
    if (this.#hasOpened) return
    this.#hasOpened = true
    this.#outbox.restore()
    void this.#connection.run()
  }

  #opened(isOpen: boolean): void {
    if (!isOpen) return
    this.#open()
    this.#seen()
    this.#composer.focus()
  }

  #seen(): void {
    this.#unread = 0
    this.#host.tell({ kaijo: 1, type: 'unread', count: 0 })
    this.#wake()
  }

  #connect(): Connection {
    return new Connection({
      rim,
      access: this.#access,
      onFrame: (frame) => this.#receive(frame),
      onCaughtUp: () => this.#caughtUp(),
      onLink: (link) => this.#chrome.link(link),
    })
  }

  /** Requests go to another conversation now. */
  #begin(fresh: boolean): void {
    this.#transcript.clear()
    this.#isCaughtUp = false
    this.#mustGreet = fresh
    this.#connection.restart()
    this.#list.hush()
    this.#list.show(this.#transcript)
  }

  #caughtUp(): void {
    if (this.#isCaughtUp) return
    this.#isCaughtUp = true
    // The region must be live before the next message comes, and only after the old ones are drawn.
    requestAnimationFrame(() => this.#list.announce())
    if (!this.#mustGreet) return
    this.#mustGreet = false
    const activity: Outgoing = { type: 'event', name: 'startConversation', locale: this.#lang }
    this.#outbox.send({ id: rim.id(), activity })
  }

  #receive(frame: Frame): void {
    let news = 0
    for (const activity of frame.activities) {
      if (activity.from === 'bot') this.#chrome.typing(activity.type === 'typing')
      if (activity.type !== 'message') continue
      this.#transcript.receive(activity)
      if (activity.from === 'bot') news++
      if (activity.from === 'bot' && activity.locale) this.#follow(asLang(activity.locale))
    }
    if (news === 0 && frame.activities.every((one) => one.type !== 'message')) return
    this.#list.show(this.#transcript)
    if (!this.#isCaughtUp || this.#host.isOpen || news === 0) return
    this.#unread += news
    this.#host.tell({ kaijo: 1, type: 'unread', count: this.#unread })
  }

  #delivered(letter: Letter, delivery: Delivery, id?: string): void {
    if (letter.activity.type !== 'message') return
    this.#transcript.deliver(letter, delivery, id)
    this.#list.show(this.#transcript)
    if (delivery !== 'pending')
      this.#chrome.typing(delivery === 'sent' && this.#transcript.open === undefined)
  }

  #choose({ title, text, displayText, value }: ButtonAction): void {
    this.#say({ type: 'message', text, displayText: displayText ?? title, value, locale: this.#lang })
  }

  #say(activity: Outgoing): void {
    this.#outbox.send({ id: rim.id(), activity })
  }

  #obey(command: Command): void {
    const { startOver, person } = this.#words
    const locale = this.#lang
    if (command === 'startOver')
      this.#say({ type: 'message', text: startOver, value: { do: 'restart' }, locale })
    if (command === 'person') this.#say({ type: 'message', text: person, value: { do: 'person' }, locale })
    if (command === 'language') this.#ask(this.#lang === 'ja' ? 'en' : 'ja')
    if (command === 'printAll') print([...this.#log.children])
    if (command === 'end') byId('ask-end', HTMLDialogElement).showModal()
  }

  /** The customer wants this language, from the chrome and from the bot. */
  #ask(lang: Lang): void {
    this.#wanted = lang
    this.#speak(lang)
    this.#say({ type: 'event', name: 'setLocale', value: lang, locale: lang })
  }

  /** The bot speaks this language now (it may have been asked in words); a late message of before changes nothing. */
  #follow(lang: Lang): void {
    if (this.#wanted && this.#wanted !== lang) return
    this.#wanted = undefined
    if (lang !== this.#lang) this.#speak(lang)
  }

  #speak(lang: Lang): void {
    if (lang !== this.#lang) this.#drawer.setItem(langKey, lang)
    this.#lang = lang
    this.#chrome.speak(this.#words, lang)
    this.#list.speak(this.#words)
    this.#host.tell({ kaijo: 1, type: 'lang', lang })
  }

  #answeredEnd(): void {
    const dialog = byId('ask-end', HTMLDialogElement)
    const isSure = dialog.returnValue === 'yes'
    dialog.returnValue = ''
    if (isSure) this.#leave()
    else this.#composer.focus()
  }

  #leave(): void {
    this.#connection.stop()
    this.#outbox.clear()
    this.#access.forget()
    this.#transcript.clear()
    this.#list.show(this.#transcript)
    this.#end(true)
    byId('again', HTMLButtonElement).focus()
  }

  #startAgain(): void {
    this.#end(false)
    this.#composer.focus()
    this.#connection = this.#connect()
    void this.#connection.run()
  }

  #end(hasEnded: boolean): void {
    byId('ended', HTMLElement).hidden = !hasEnded
    this.#log.hidden = hasEnded
    this.#composer.isOn = !hasEnded
    this.#chrome.typing(false)
    this.#chrome.link('online')
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.isComposing || byId('ask-end', HTMLDialogElement).open) return
    if (this.#menu.isOpen) this.#menu.close()
    else this.#host.tell({ kaijo: 1, type: 'close' })
  }

  #wake(): void {
    this.#outbox.wake()
    this.#connection.wake()
  }

  #sleep(): void {
    this.#outbox.offline()
    this.#connection.offline()
  }
}
