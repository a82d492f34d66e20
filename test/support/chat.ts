import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Activity, CardAction } from 'botbuilder-core'
import { firstContent, firstLoaded } from '../../bot/contentPlace.ts'
import { type Live, openLive } from '../../bot/live.ts'
import { createLog } from '../../bot/log.ts'
import type { Conversation, Store } from '../../bot/store/index.ts'
import { openSqlite } from '../../bot/store/sqlite.ts'
import { takeTurns } from '../../bot/turn.ts'
import { searchFaq } from '../../content/index.ts'
import { createDialogs, type DeskNow, type State } from '../../dialogs/index.ts'
import { createWords, readLexicon } from '../../locales/index.ts'
import { Bank } from './bank.ts'
import { draw, pseudonym } from './draw.ts'

const root = join(import.meta.dirname, '..', '..')

/** What a test conversation can be started with. */
export interface ChatOptions {
  locale?: 'ja' | 'en'
  contentDir?: string
  localesDir?: string
  store?: Store
  device?: 'phone' | 'pc'
  /** Another chat's bank: both speak of the same requests. */
  bank?: string | Bank
  /** Says nothing by itself, not even that it is there. */
  silent?: boolean
  conversation?: string
  /** Milliseconds since 1970; the real time unless said otherwise. */
  now?: () => number
  /** The content of another chat, and its bank with it: it is read once for both. */
  live?: Chat['live']
  /** The agents' desk as each turn finds it; none unless said otherwise. */
  desk?: (conversation: Conversation) => DeskNow | undefined
}

/** The words and pictures of one thing the bot said. */
export interface Heard {
  text: string
  choices: string[]
  card?: Record<string, unknown>
}

/** Our own content is read once for all conversations: it takes longer than most of them. */
const readOnce = new Map<string, ReturnType<typeof readOurs>>()

function readOurs(bank: string) {
  const localesDir = join(root, 'locales')
  const { first, firstDesk } = firstLoaded({ contentDir: join(root, 'content'), localesDir, bank })
  const words = createWords({ dir: localesDir, sentences: first.sentences, bank: first.bank })
  const sentence = (locale: string, key: string) => words.t(locale as 'ja', key)
  return {
    content: first,
    desk: firstDesk,
    words,
    lexicons: { ja: readLexicon(localesDir, 'ja'), en: readLexicon(localesDir, 'en') },
    search: searchFaq(first.faq.values(), words.locales, sentence, first.lexis),
  }
}

function speak(
  bank: string,
  parts: Pick<Parameters<typeof createDialogs>[0], 'unlock' | 'links' | 'draw' | 'pseudonym'>,
): Live {
  const ours = readOnce.get(bank) ?? readOurs(bank)
  readOnce.set(bank, ours)
  const bot = createDialogs({ ...ours, ...parts })
  return {
    bot: () => bot,
    content: () => ours.content,
    desk: () => ours.desk,
    words: () => ours.words,
    prepare: async () => undefined,
    close: () => undefined,
  }
}

/**
 * A conversation as a test: `await chat().user('利用者').bot(/お客様カード/)`.
 * Everything is real but the bank and the channel; each line is carried out in order when awaited.
 */
export class Chat {
  readonly bank: Bank
  readonly conversation: string
  readonly store: Store
  readonly turns: ReturnType<typeof takeTurns>
  readonly #device: string | undefined
  readonly live: ReturnType<typeof openLive>
  readonly #locale: 'ja' | 'en'
  #line: Promise<void>
  #seen = 0
  #heard: Heard[] = []
  #offered: CardAction[] = []

  constructor(options: ChatOptions = {}) {
    this.#locale = options.locale ?? 'ja'
    this.conversation = options.conversation ?? randomUUID()
    this.store = options.store ?? openSqlite(':memory:')
    const links = {
      request: (id: string) => `https://help.example/go/${id}`,
      picture: (file: string) => `https://help.example/pictures/${file}`,
      host: 'help.example',
      help: 'help.example/help',
    }
    const contentDir = options.contentDir ?? join(root, 'content')
    const localesDir = options.localesDir ?? join(root, 'locales')
    const bank = typeof options.bank === 'string' ? options.bank : 'osaka-city'
    this.bank = options.bank instanceof Bank ? options.bank : new Bank()
    this.#device = options.device
    const log = createLog('silent')
    const place = { contentDir, localesDir, bank }
    const parts = { unlock: this.bank, links, draw, pseudonym }
    const isOurs = !options.contentDir && !options.localesDir
    this.live =
      options.live ??
      (isOurs ? speak(bank, parts) : openLive({ ...place, ...parts, log, first: firstContent(place) }, false))
    const { now, desk } = options
    this.turns = takeTurns({ store: this.store, bot: () => this.live.bot(), log, now, desk })
    const there = { type: 'conversationUpdate', locale: this.#locale }
    this.#line = options.silent ? Promise.resolve() : this.#send(there, false)
  }

  /** The customer writes, or presses the button of that name when there is one (as every channel does). */
  user(text: string): this {
    return this.#then(async () => {
      const action = this.#offered.find(({ title }) => title === text)
      await this.#send({ type: 'message', text, ...(action && { value: action.value }) }, true)
    })
  }

  /** The customer writes, and presses nothing. */
  types(text: string): this {
    return this.#then(() => this.#send({ type: 'message', text }, true))
  }

  /** A button of long ago. */
  presses(value: object, text = '…'): this {
    return this.#then(() => this.#send({ type: 'message', text, value }, true))
  }

  /** Something else than a message happens. */
  event(name: string, value?: unknown): this {
    return this.#then(() => this.#send({ type: 'event', name, value }, false))
  }

  /** The bank settles the newest request and says so. */
  bankSays(state: 'opened' | 'cleared' | 'rejected' | 'expired'): this {
    return this.#then(async () => {
      const { id } = this.bank.settle(state)
      await this.#send({ type: 'event', name: 'unlock.updated', value: { id, state } }, false)
    })
  }

  /** Hears what has been said meanwhile, without saying anything. */
  settled(): this {
    return this.#then(async () => {
      await this.turns.idle()
      await this.#listen()
    })
  }

  /** The bot's last turn says this somewhere. */
  bot(...patterns: (RegExp | string)[]): this {
    return this.#then(async () => {
      const said = this.#heard.map(({ text }) => text).join('\n')
      for (const pattern of patterns) {
        const found = typeof pattern === 'string' ? said.includes(pattern) : pattern.test(said)
        if (!found)
          throw new Error(`Expected the bot to say ${pattern}, but it said:\n${said || '(nothing)'}`)
      }
    })
  }

  /** The bot's last turn says this nowhere. */
  neverBot(pattern: RegExp): this {
    return this.#then(async () => {
      const said = this.#heard.map(({ text }) => text).join('\n')
      if (pattern.test(said)) throw new Error(`Expected the bot not to say ${pattern}, but it said:\n${said}`)
    })
  }

  /** These can be pressed now. */
  offers(...titles: string[]): this {
    return this.#then(async () => {
      const offered = this.#offered.map(({ title }) => title)
      for (const title of titles) {
        if (!offered.includes(title))
          throw new Error(`Expected the button "${title}" among: ${offered.join(', ')}`)
      }
    })
  }

  /** A look at things between two lines. */
  also(look: (chat: this) => void | Promise<void>): this {
    return this.#then(async () => look(this))
  }

  /** What the bot said in its last turn. */
  get heard(): Heard[] {
    return this.#heard
  }

  /** The buttons that can be pressed now. */
  get offered(): CardAction[] {
    return this.#offered
  }

  /** What is remembered between turns. */
  async state(): Promise<State> {
    return (await this.store.conversation(this.conversation))?.state as State
  }

  // biome-ignore lint/suspicious/noThenProperty: a conversation is awaited like a promise
  then<A, B>(
    done?: ((value: undefined) => A) | null,
    failed?: ((error: unknown) => B) | null,
  ): Promise<A | B> {
    return this.#line.then(() => undefined).then(done as never, failed as never)
  }

  #then(line: () => Promise<void>): this {
    this.#line = this.#line.then(line)
    // The error is kept for whoever awaits; it is not unhandled meanwhile.
    this.#line.catch(() => undefined)
    return this
  }

  async #send(activity: Partial<Activity>, logged: boolean): Promise<void> {
    const { conversation } = this
    const inbound = { channel: 'test', eventId: randomUUID(), conversation, logged }
    await this.turns.accept({
      ...inbound,
      activity: { locale: this.#locale, channelData: { device: this.#device }, ...activity },
    })
    await this.turns.idle()
    await this.#listen()
  }

  async #listen(): Promise<void> {
    const logged = await this.store.activities(this.conversation, this.#seen, 100)
    this.#seen = logged.at(-1)?.seq ?? this.#seen
    const heard = logged.map(({ activity }) => activity).filter(({ type }) => type === 'message')
    const said = heard.filter(({ from }) => from?.role === 'bot')
    this.#offered = said.at(-1)?.suggestedActions?.actions ?? []
    this.#heard = said.map((activity) => ({
      text: activity.text ?? '',
      choices: activity.suggestedActions?.actions.map(({ title }) => title) ?? [],
      card: activity.attachments?.[0]?.content,
    }))
  }
}

/** Starts a test conversation; the greeting is its first line. */
export function chat(options?: ChatOptions): Chat {
  return new Chat(options)
}
