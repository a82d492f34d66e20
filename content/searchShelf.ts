import { indexFields } from './searchFields.ts'
import { buildMender, type Mender } from './searchMender.ts'
import { fromRomaji } from './searchReading.ts'
import { leadOf, likelihoods, trustIn } from './searchScore.ts'
import { createSpeller, type Spelled } from './searchSpeller.ts'
import { plus } from './searchSums.ts'
import { type TextReader, type Tools, textReader } from './searchTexts.ts'
import { vocabularyOf, writingsOf } from './searchVocabulary.ts'
import { learnVote, type Phrasing } from './searchVote.ts'
import type { Tokens } from './searchWords.ts'
import { normalise } from './spelling.ts'

/** What an entry says in one language. */
export interface EntryText {
  questions: string[]
  answer: string
}

/** How likely each of one language's entries is what was asked for, in their order, 0 to 1. */
export type Shelf = (asked: string) => Float64Array

/** How much the spelling of the nearest phrasing counts beside all else. */
const SPELLING = 0.3
/** Whoever is as likely as this needs no second look. */
const UNDOUBTED = 0.9
/** How much a question counts as it was typed when words in it were mended, and as it is then. */
const TYPED = 0.8
const MENDED = 0.97

/** Builds the search over one language's entries; yields between pieces of work. */
export function* buildShelf(
  texts: EntryText[],
  outside: string[],
  locale: string,
  tools: Tools,
): Generator<void, Shelf> {
  const isEnglish = locale === 'en'
  const reader = textReader(locale, tools)
  const each = texts.reduce((sum, { questions }) => sum + questions.length, 0) / (texts.length || 1)
  const hasVotes = trustIn(each) > 0
  const read = once((text: string) => reader.words(reader.bare(text)))
  const fields = yield* indexFields(texts.length, fieldsReader(texts, read), hasVotes)
  const vote = hasVotes ? yield* voteOf(texts, outside, reader, read) : undefined
  const ask = asker(reader, fields, vote, each, texts.length)
  const mend = hasVotes && !isEnglish ? yield* menderOf(texts, tools) : undefined
  const exact = yield* exactly(texts)
  return (asked) => {
    const scores = ask(asked)
    const kana = isEnglish ? undefined : fromRomaji(asked)
    if (kana) for (const [i, one] of ask(kana).entries()) scores[i] = Math.max(scores[i] as number, one)
    const isDoubtful = !scores.some((one) => one > UNDOUBTED)
    const mended = isDoubtful ? mend?.(kana ?? reader.bare(asked)) : undefined
    if (mended)
      for (const [i, one] of ask(mended).entries())
        scores[i] = Math.max(TYPED * (scores[i] as number), MENDED * one)
    const same = exact.get(normalise(asked))
    if (same !== undefined) scores[same] = 1
    return scores
  }
}

interface Vote {
  vote: (asked: Tokens) => Float64Array
  spell: ReturnType<typeof createSpeller>
}

/** Where there are hardly any phrasings to vote, the fields alone say how likely an entry is. */
function asker(
  reader: TextReader,
  fields: (asked: Tokens) => Float64Array,
  vote: Vote | undefined,
  each: number,
  count: number,
): Shelf {
  const none = new Float64Array(count + 1)
  return (text) => {
    const bare = reader.bare(text)
    const words = reader.words(bare)
    if (!vote) return likelihoods(leadOf({ vote: none, part: fields(words), each }))
    const sound = reader.sound(bare)
    const voted = vote.vote([...words, ...reader.sounds(sound)])
    const lead = leadOf({ vote: voted, part: fields(words), each })
    const likely = likelihoods(lead)
    // fuse.js takes longer than all the rest: it looks only where there is doubt.
    if (likely.some((one) => one > UNDOUBTED)) return likely
    for (const [entry, likeness] of vote.spell(sound, lead)) plus(lead, entry, SPELLING * likeness)
    return likelihoods(lead)
  }
}

function* voteOf(
  texts: EntryText[],
  outside: string[],
  reader: TextReader,
  read: Read,
): Generator<void, Vote> {
  const phrasings: (Spelled & Phrasing)[] = []
  const add = (entry: number, question: string) => {
    const sound = reader.sound(reader.bare(question))
    phrasings.push({ entry, sound, tokens: [...read(question), ...reader.sounds(sound)] })
  }
  for (const [entry, { questions }] of texts.entries()) {
    for (const question of questions) add(entry, question)
    if (entry % 8 === 0) yield
  }
  for (const question of outside) add(texts.length, question)
  yield
  const spell = createSpeller(phrasings)
  return { vote: yield* learnVote(phrasings, texts.length + 1), spell }
}

type Read = (text: string) => Tokens

/** Questions are read for the fields and for the vote, and answers stand at many entries. */
function once(read: Read): Read {
  const known = new Map<string, Tokens>()
  return (text) => {
    const tokens = known.get(text) ?? read(text)
    known.set(text, tokens)
    return tokens
  }
}

/** A function of its own, lest the search that is built keep all texts in memory. */
function fieldsReader(texts: EntryText[], read: Read): (entry: number) => Tokens[] {
  return (entry) => {
    const { questions, answer } = texts[entry] as EntryText
    return [questions.flatMap(read), read(answer)]
  }
}

function* menderOf(texts: EntryText[], { lexis, reader }: Tools): Generator<void, Mender> {
  const questions = texts.flatMap((text) => text.questions)
  const { words, usual } = yield* vocabularyOf(questions, lexis)
  return yield* buildMender(writingsOf(words, lexis, reader), usual)
}

function* exactly(texts: EntryText[]): Generator<void, Map<string, number>> {
  const exact = new Map<string, number>()
  for (const [entry, { questions }] of texts.entries()) {
    for (const question of questions) exact.set(normalise(question), entry)
    if (entry % 50 === 0) yield
  }
  return exact
}
