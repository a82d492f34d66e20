import { setImmediate as aMoment } from 'node:timers/promises'
import {
  type Content,
  type DeskContent,
  Making,
  type Search,
  searchInPieces,
  watchContent,
} from '../content/index.ts'
import { createDialogs, type Draw, type Links } from '../dialogs/index.ts'
import { createWords, readLexicon, type Words } from '../locales/index.ts'
import type { UnlockClient } from '../unlock/index.ts'
import { folders, type LivePlace } from './contentPlace.ts'
import type { Logger } from './log.ts'
import type { Bot } from './turn.ts'

/** The dialogs over the newest content that had no mistake in it. */
export interface Live {
  bot(): Bot
  content(): Content
  /** What only agents see of the same version; the dialogs are not given it. */
  desk(): DeskContent
  words(): Words
  /** Makes between turns what the first question would have to wait for. Never rejects. */
  prepare(): Promise<void>
  close(): void
}

/** The content to begin with, and what the dialogs need of the outside. */
export interface LiveParts extends LivePlace {
  first: Content
  /** Without it there is nothing for agents to see until the content changes. */
  firstDesk?: DeskContent
  unlock: UnlockClient
  links: Links
  draw: Draw
  pseudonym(conversation: string): string
  log: Logger
}

/** Keeps the content fresh: a good edit takes effect with the next turn, a broken one never does. */
export function openLive(parts: LiveParts, watch = true): Live {
  const { first, firstDesk = { lines: new Map(), canned: new Map(), version: first.version } } = parts
  let now = { ...speakFrom(first, parts), desk: firstDesk }
  let newest: Content | undefined = first
  const onError = (err: unknown) => parts.log.error({ event: 'content.failed', err })
  const watcher = watch
    ? watchContent({
        ...folders(parts),
        version: parts.first.version,
        onChange: (content, desk) => {
          newest = content
          const made = speakFrom(content, parts)
          betweenTurns(made.search, () => newest === content).then(() => {
            if (newest !== content) return
            now = { ...made, desk }
            parts.log.info({ event: 'content.changed', version: content.version })
          }, onError)
        },
        onBroken: (findings) => {
          for (const { file, line, column, rule } of findings) {
            parts.log.error({ event: 'content.broken', file, line, column, rule })
          }
        },
      })
    : undefined
  return {
    bot: () => now.bot,
    content: () => now.content,
    desk: () => now.desk,
    words: () => now.words,
    prepare: () => betweenTurns(now.search, () => newest === first).catch(onError),
    close() {
      newest = undefined
      watcher?.close()
    },
  }
}

/** Works in pieces, so that turns are taken in between, as long as it is wanted. */
async function betweenTurns(making: Making<unknown>, isWanted: () => boolean): Promise<void> {
  while (!making.isMade && isWanted()) {
    making.goOn()
    await aMoment()
  }
}

function speakFrom(content: Content, { localesDir, unlock, links, draw, pseudonym, log }: LiveParts) {
  const onMissing = (locale: string, key: string) =>
    log.warn({ event: 'words.missing', id: `${locale} ${key}` })
  const words = createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank, onMissing })
  const lexicons = { ja: readLexicon(localesDir, 'ja'), en: readLexicon(localesDir, 'en') }
  const sentence = (locale: string, key: string) => words.t(locale as 'ja' | 'en', key)
  const making = searchOf(content, words.locales, sentence)
  const search: Search = (text, locale) => making.whole()(text, locale)
  return {
    content,
    words,
    search: making,
    bot: createDialogs({ content, words, lexicons, unlock, links, draw, pseudonym, search }),
  }
}

/** Searches of the newest content, by its version and bank: making one is most of a start, and the same serves again. */
const searches = new Map<string, Making<Search>>()

function searchOf(content: Content, locales: readonly string[], sentence: Sentence): Making<Search> {
  const name = `${content.version} ${content.bank.id}`
  const making =
    searches.get(name) ?? new Making(searchInPieces(content.faq.values(), locales, sentence, content.lexis))
  searches.delete(name)
  searches.set(name, making)
  const [oldest] = searches.keys()
  if (searches.size > 2 && oldest) searches.delete(oldest)
  return making
}

type Sentence = (locale: string, key: string) => string
