import type { conceptFinder } from './searchConcepts.ts'
import { indexFields } from './searchFields.ts'
import { fromRomaji, type Reader } from './searchReading.ts'
import { leadOf, likelihoods, trustIn } from './searchScore.ts'
import { createSpeller, type Spelled } from './searchSpeller.ts'
import { plus } from './searchSums.ts'
import { learnVote } from './searchVote.ts'
import { englishTokens, japaneseTokens, soundTokens, type Tokens } from './searchWords.ts'
import { normalise, plain } from './spelling.ts'

/** What an entry says in one language. */
export interface EntryText {
  questions: string[]
  answer: string
}

/** How likely each of one language's entries is what was asked for, in their order, 0 to 1. */
export type Shelf = (asked: string) => Float64Array

interface Tools {
  reader: Reader
  concepts: ReturnType<typeof conceptFinder>
  polite: RegExp | undefined
}

/** How much the spelling of the nearest phrasing counts beside all else. */
const SPELLING = 0.3
/** Whoever is as likely as this needs no second look. */
const UNDOUBTED = 0.9

/** Builds the search over one language's entries; yields between pieces of work. */
export function* buildShelf(
  texts: EntryText[],
  outside: string[],
  locale: string,
  tools: Tools,
): Generator<void, Shelf> {
  const isEnglish = locale === 'en'
  const read = isEnglish ? englishReader(tools) : japaneseReader(tools)
  const readText: TextReader = (text) => read(withoutPoliteness(plain(text), tools.polite))
  const phrasings: Spelled[] = []
  const questions: Tokens[] = []
  const exact = new Map<string, number>()
  for (const [entry, text] of texts.entries()) {
    const said: Tokens = []
    for (const question of text.questions) {
      const { words, sounds, sound } = readText(question)
      for (const word of words) said.push(word)
      phrasings.push({ entry, sound, tokens: [...words, ...sounds] })
      exact.set(normalise(question), entry)
    }
    questions.push(said)
    if (entry % 8 === 0) yield
  }
  for (const question of outside) {
    const { words, sounds, sound } = readText(question)
    phrasings.push({ entry: texts.length, sound, tokens: [...words, ...sounds] })
  }
  const fields = yield* indexFields(texts.length, (i) => [
    questions[i] as Tokens,
    readText(texts[i]?.answer ?? '').words,
  ])
  const each = (phrasings.length - outside.length) / (texts.length || 1)
  const hasVotes = trustIn(each) > 0
  const none = new Float64Array(texts.length + 1)
  const vote = hasVotes ? yield* learnVote(phrasings, texts.length + 1) : () => none
  const spell = createSpeller(phrasings)
  const ask = (text: string): Float64Array => {
    const { words, sounds, sound } = readText(text)
    const lead = leadOf({ vote: vote([...words, ...sounds]), part: fields(words), each })
    const likely = likelihoods(lead)
    // fuse.js takes longer than all the rest: it looks only where there is doubt.
    if (!hasVotes || likely.some((one) => one > UNDOUBTED)) return likely
    for (const [entry, likeness] of spell(sound, lead)) plus(lead, entry, SPELLING * likeness)
    return likelihoods(lead)
  }
  return (asked) => {
    const scores = ask(asked)
    const kana = isEnglish ? undefined : fromRomaji(asked)
    if (kana) for (const [i, one] of ask(kana).entries()) scores[i] = Math.max(scores[i] as number, one)
    const same = exact.get(normalise(asked))
    if (same !== undefined) scores[same] = 1
    return scores
  }
}

/** Nothing but politeness stays what it is. */
function withoutPoliteness(text: string, polite: RegExp | undefined): string {
  const bare = polite ? text.replace(polite, ' ') : text
  return /[\p{L}\p{N}]/u.test(bare) ? bare : text
}

/** Reads a text into what it says, and into how it sounds where its language is written without spaces. */
type TextReader = (text: string) => { words: Tokens; sounds: Tokens; sound: string }

function japaneseReader({ reader, concepts }: Tools): TextReader {
  return (text) => {
    const sound = reader(text)
    return { words: [...japaneseTokens(text), ...concepts(text)], sounds: soundTokens(sound), sound }
  }
}

function englishReader({ concepts }: Tools): TextReader {
  return (text) => {
    return { words: [...englishTokens(text), ...concepts(text)], sounds: [], sound: plain(text) }
  }
}
