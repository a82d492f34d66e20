import {
  atOnce,
  type Both,
  type Content,
  createReader,
  type DeskContent,
  type FaqEntry,
  type Scores,
  scoresInPieces,
} from '../../content/index.ts'
import type { Locale, Words } from '../../locales/index.ts'

/** One thing an agent can use: an answer, a flow to begin, or an approved text. */
export interface Found {
  kind: 'faq' | 'flow' | 'canned'
  id: string
  /** In the agent's language. */
  title: string
  /** What it says, in the customer's language. */
  text: string
  score: number
  /** The flow that it begins. */
  flow?: string
  /** What is asked for before a canned response can be sent: name and label of each, in the agent's language. */
  ask?: { name: string; label: string }[]
}

/** What to look for, and in whose languages to show it. */
export interface Wanted {
  text: string
  agentLocale: Locale
  customerLocale: Locale
  most?: number
}

/** Finds as an agent types; best first. */
export type DeskSearch = (wanted: Wanted) => Found[]

interface Entry {
  kind: Found['kind']
  id: string
  title: Both
  text: Both
  other: Record<Locale, string[]>
  flow?: string
  ask?: Map<string, Both>
}

/** What stands word for word in a title counts this much beside how likely it is meant. */
const IN_TITLE = 0.6
const IN_OTHER_WORDS = 0.4
/** What scores no more has nothing to do with what was typed. */
const NOISE = 0.02
const locales = ['ja', 'en'] as const

/** Does in one go what `deskSearchInPieces` does. */
export function createDeskSearch(content: Content, desk: DeskContent, words: Pick<Words, 't'>): DeskSearch {
  return atOnce(deskSearchInPieces(content, desk, words))
}

/** Builds the search over the FAQ, the flows and the canned responses, in pieces of a few milliseconds. */
export function* deskSearchInPieces(
  content: Content,
  desk: DeskContent,
  words: Pick<Words, 't'>,
): Generator<void, DeskSearch> {
  const entries: Entry[] = []
  for (const entry of entriesOf(content, desk, words)) {
    entries.push(entry)
    yield
  }
  const likely = yield* likelyOf(entries, content)
  const contains = yield* containsOf(entries, content)
  return ({ text, agentLocale, customerLocale, most = 8 }) => {
    if (text.trim() === '') return []
    const best = new Best(most)
    const held = contains(text)
    const scores = likely(text, agentLocale)
    for (let at = 0; at < entries.length; at++) best.add(at, (scores[at] as number) + (held[at] as number))
    return best.all.map(({ at, score }) => shown(entries[at] as Entry, score, agentLocale, customerLocale))
  }
}

/** The few best of many, in order, without sorting the many: this runs at each keystroke. */
class Best {
  readonly all: { at: number; score: number }[] = []
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(at: number, score: number): void {
    if (score <= NOISE) return
    let place = this.all.length
    while (place > 0 && (this.all[place - 1]?.score ?? 0) < score) place--
    if (place >= this.#most) return
    this.all.splice(place, 0, { at, score })
    if (this.all.length > this.#most) this.all.pop()
  }
}

function shown(entry: Entry, score: number, agentLocale: Locale, customerLocale: Locale): Found {
  const { kind, id, flow } = entry
  const ask = [...(entry.ask ?? [])].map(([name, label]) => ({ name, label: label[agentLocale] }))
  return {
    kind,
    id,
    title: entry.title[agentLocale],
    text: entry.text[customerLocale],
    score: Math.round(score * 1000) / 1000,
    ...(flow && { flow }),
    ...(ask.length > 0 && { ask }),
  }
}

function* entriesOf(content: Content, desk: DeskContent, words: Pick<Words, 't'>): Generator<Entry> {
  const both = (key: string): Both => ({ ja: words.t('ja', key), en: words.t('en', key) })
  const answers = [...content.faq.values()].filter(({ smalltalk }) => !smalltalk)
  for (const entry of answers) yield answerEntry(entry, both)
  for (const flow of content.flows.values()) {
    // What a flow is for is said by the questions that begin it.
    const begins = answers.filter(
      ({ starts }) => starts?.flow === flow.id && Object.keys(starts.given).length === 0,
    )
    const other = {
      ja: begins.flatMap(({ phrases }) => phrases.ja ?? []),
      en: begins.flatMap(({ phrases }) => phrases.en ?? []),
    }
    const first = flow.steps.get(flow.start)
    yield {
      kind: 'flow',
      id: flow.id,
      title: both(flow.title),
      text: both(first?.ask ?? flow.title),
      other,
      flow: flow.id,
    }
  }
  for (const { id, title, text, ask, phrases } of desk.canned.values())
    yield { kind: 'canned', id, title, text, other: phrases, ask }
}

function answerEntry(entry: FaqEntry, both: (key: string) => Both): Entry {
  const { phrases, label } = entry
  const short = label ? [both(label)] : []
  return {
    kind: 'faq',
    id: entry.id,
    title: both(entry.question),
    text: both(entry.answer),
    other: {
      ja: [...short.map(({ ja }) => ja), ...(phrases.ja ?? [])],
      en: [...short.map(({ en }) => en), ...(phrases.en ?? [])],
    },
    ...(entry.starts && { flow: entry.starts.flow }),
  }
}

/** The search of the bot over all of them. */
function likelyOf(entries: Entry[], { lexis }: Content): Generator<void, Scores> {
  const asked = entries.map(
    ({ other }, at): FaqEntry => ({
      id: String(at),
      question: `${at}?`,
      answer: String(at),
      phrases: other,
      person: false,
      handoff: false,
      smalltalk: false,
      featured: false,
    }),
  )
  const sentence = (locale: string, key: string): string => {
    const entry = entries[Number(key.replace(/\?$/, ''))]
    return (key.endsWith('?') ? entry?.title : entry?.text)?.[locale as Locale] ?? ''
  }
  // Whether the bot could answer it is not the question here, so nothing is held against it.
  return scoresInPieces(asked, locales, sentence, { ...lexis, outside: {} })
}

/** A look for the very letters, for words that are still being typed: how much each entry has of them. */
function* containsOf(entries: Entry[], { lexis }: Content): Generator<void, (text: string) => Float64Array> {
  const read = createReader(lexis.readings)
  const of = (texts: string[]) => texts.map((text) => letters(read(text)))
  const sounds: { titles: string[]; others: string[] }[] = []
  for (const { title, other } of entries) {
    sounds.push({ titles: of([title.ja, title.en]), others: of([...other.ja, ...other.en]) })
    yield
  }
  const places = placesIn(sounds.map(({ titles, others }) => [...titles, ...others].join('\n')))
  return (text) => {
    const words = text
      .split(/[\s、,]+/)
      .map((word) => letters(read(word)))
      .filter((word) => word.length > 1)
    const held = new Float64Array(entries.length)
    for (const at of new Set(words.flatMap(places))) {
      const { titles, others } = sounds[at] as (typeof sounds)[number]
      held[at] = Math.max(IN_TITLE * shareIn(titles, words), IN_OTHER_WORDS * shareIn(others, words))
    }
    return held
  }
}

/** Finds in which of many texts a word stands: looking through one long text is faster than through thousands of short ones. */
function placesIn(texts: string[]): (word: string) => number[] {
  const whole = texts.join('\n\n')
  const ends: number[] = []
  for (const text of texts) ends.push((ends.at(-1) ?? -2) + 2 + text.length)
  return (word) => {
    const found: number[] = []
    let place = 0
    for (let at = whole.indexOf(word); at >= 0; at = whole.indexOf(word, (ends[place] as number) + 1)) {
      while ((ends[place] as number) < at) place++
      found.push(place)
    }
    return found
  }
}

function letters(sound: string): string {
  return sound.replaceAll(' ', '')
}

/** How many of the words the best of the texts has, 0 to 1. */
function shareIn(texts: string[], words: string[]): number {
  let most = 0
  for (const text of texts) {
    let count = 0
    for (const word of words) if (text.includes(word)) count++
    if (count === words.length) return 1
    if (count > most) most = count
  }
  return most / words.length
}
