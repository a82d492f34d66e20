import type { Activity, ButtonAction } from './activity.ts'
import { drawer, browserRim as rim } from './browserRim.ts'
import { Chrome } from './chrome.ts'
import { Composer } from './composer.ts'
import { Conversation } from './conversation.ts'
import { byId } from './element.ts'
import { Host } from './host.ts'
import { type Command, Menu } from './menu.ts'
import { MessageList } from './messageList.ts'
import { print } from './print.ts'
import { readSettings } from './settings.ts'
import { fromKey, WayBack } from './wayBack.ts'
import { asLang, type Lang } from './words.ts'

const langKey = 'kaijo.lang'

/** The chat page: joins the conversation to what is seen and pressed. */
export class Chat {
  readonly #settings = readSettings()
  readonly #query = new URLSearchParams(location.search)
  /** A PC that was reached by a guide number is somebody else's: there the conversation ends with the tab. */
  readonly #device = drawer(this.#query.has('tab') ? 'sessionStorage' : 'localStorage')
  readonly #log = byId('log', HTMLElement)
  readonly #askEnd = byId('ask-end', HTMLDialogElement)
  #lang: Lang = asLang(
    this.#device.getItem(langKey) ?? this.#query.get('lang') ?? document.documentElement.lang,
  )
  /** The customer has asked for this language and the bot has not spoken it yet. */
  #wanted: Lang | undefined
  #unread = 0

  readonly #chrome = new Chrome(this.#words, this.#query.get('title'))
  readonly #wayBack = new WayBack(this.#query.has('tab') ? drawer('sessionStorage').getItem(fromKey) : null)
  readonly #list = new MessageList(this.#log, this.#words, {
    onChoice: (action) => this.#choose(action),
    onRetry: (entry) => entry.letter && this.#conversation.repeat(entry.letter),
  })
  readonly #composer = new Composer(
    (text) => this.#write(text),
    () => this.#conversation.write(),
  )
  readonly #menu = new Menu((command) => this.#obey(command))
  readonly #host = new Host(this.#query.get('host'), this.#settings.origins, (isOpen) => this.#opened(isOpen))
  readonly #conversation = new Conversation({
    rim,
    device: this.#device,
    tab: drawer('sessionStorage'),
    lang: () => this.#lang,
    onChange: (said) => this.#changed(said),
    onCaughtUp: (isCaughtUp) => this.#list.announce(isCaughtUp),
    onTyping: (isTyping, agent) => this.#chrome.typing(isTyping, agent),
    onLink: (link) => this.#chrome.link(link),
  })

  /** Draws the page, and connects when the customer opens it or has a conversation. */
  start(): void {
    this.#speak(this.#lang)
    const close = byId('close', HTMLButtonElement)
    close.hidden = !this.#host.isThere
    close.addEventListener('click', () => this.#host.tell({ kaijo: 1, type: 'close' }))
    byId('again', HTMLButtonElement).addEventListener('click', () => this.#startAgain())
    this.#askEnd.addEventListener('close', () => this.#answeredEnd())
    addEventListener('keydown', (event) => this.#key(event))
    addEventListener('online', () => this.#conversation.wake())
    addEventListener('offline', () => this.#conversation.sleep())
    addEventListener('pageshow', (event) => event.persisted && this.#conversation.wake())
    document.addEventListener('visibilitychange', () => this.#host.isOpen && this.#seen())
    this.#host.tell({ kaijo: 1, type: 'ready' })
    if (this.#host.isOpen || this.#conversation.isKnown) this.#connect()
  }

  get #words() {
    return this.#settings.words[this.#lang]
  }

  #connect(): void {
    this.#conversation.start()
    if (!navigator.onLine) this.#conversation.sleep()
  }

  #opened(isOpen: boolean): void {
    if (!isOpen) return
    this.#connect()
    this.#seen()
    this.#list.follow()
    this.#rest()
  }

  #seen(): void {
    this.#unread = 0
    this.#host.tell({ kaijo: 1, type: 'unread', count: 0 })
    this.#conversation.wake()
  }

  #changed(said: Activity[]): void {
    const { transcript } = this.#conversation
    const spoken = transcript.entries.findLast(({ from, activity }) => from === 'bot' && activity.locale)
    if (spoken) this.#follow(asLang(spoken.activity.locale))
    this.#list.show(transcript)
    if (this.#host.isOpen || said.length === 0) return
    this.#unread += said.length
    this.#host.tell({ kaijo: 1, type: 'unread', count: this.#unread })
  }

  #write(text: string): void {
    this.#conversation.say({ type: 'message', text, locale: this.#lang })
  }

  #choose({ title, text, displayText, value }: ButtonAction): void {
    this.#conversation.say({
      type: 'message',
      text,
      displayText: displayText ?? title,
      value,
      locale: this.#lang,
    })
  }

  #obey(command: Command): void {
    const { startOver, person } = this.#words
    if (command === 'startOver') this.#choose({ title: startOver, text: startOver, value: { do: 'restart' } })
    if (command === 'person') this.#choose({ title: person, text: person, value: { do: 'person' } })
    if (command === 'language') this.#askFor(this.#lang === 'ja' ? 'en' : 'ja')
    if (command === 'printAll') print([...this.#log.children])
    if (command === 'end') this.#askEnd.showModal()
    else this.#rest()
  }

  /** Where the customer writes; but on a screen that is touched this would bring up a keyboard over the choices. */
  #rest(): void {
    const isTouched = matchMedia('(pointer: coarse)').matches
    this.#log.classList.toggle('rest', isTouched)
    if (isTouched) this.#log.focus({ preventScroll: true })
    else this.#composer.focus()
  }

  /** The customer wants this language, from the chrome and from the bot. */
  #askFor(lang: Lang): void {
    this.#wanted = lang
    this.#speak(lang)
    this.#list.follow()
    this.#conversation.say({ type: 'event', name: 'setLocale', value: lang, locale: lang })
  }

  /** The bot speaks this language now (it may have been asked in words); a late message of before changes nothing. */
  #follow(lang: Lang): void {
    if (this.#wanted && this.#wanted !== lang) return
    this.#wanted = undefined
    if (lang !== this.#lang) this.#speak(lang)
  }

  #speak(lang: Lang): void {
    if (lang !== this.#lang) this.#device.setItem(langKey, lang)
    this.#lang = lang
    this.#chrome.speak(this.#words, lang)
    this.#composer.tooLong = this.#words.tooLong
    this.#list.speak(this.#words)
    this.#wayBack.speak(lang)
    this.#host.tell({ kaijo: 1, type: 'lang', lang })
  }

  #answeredEnd(): void {
    const isSure = this.#askEnd.returnValue === 'yes'
    this.#askEnd.returnValue = ''
    if (isSure) this.#leave()
    else this.#rest()
  }

  #leave(): void {
    this.#conversation.leave()
    this.#end(true)
    byId('again', HTMLButtonElement).focus()
  }

  #startAgain(): void {
    this.#end(false)
    this.#rest()
    this.#connect()
  }

  #end(hasEnded: boolean): void {
    byId('ended', HTMLElement).hidden = !hasEnded
    this.#log.hidden = hasEnded
    this.#composer.isOn = !hasEnded
    this.#chrome.typing(false)
    this.#chrome.link('online')
  }

  #key(event: KeyboardEvent): void {
    this.#log.classList.remove('rest')
    if (event.key !== 'Escape' || event.isComposing || this.#askEnd.open) return
    if (this.#menu.isOpen) this.#menu.close()
    else this.#host.tell({ kaijo: 1, type: 'close' })
  }
}
