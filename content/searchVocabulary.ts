import type { Lexis } from './lexis.ts'
import type { Reader } from './searchReading.ts'
import { folded, plain } from './spelling.ts'

const segments = new Intl.Segmenter('ja', { granularity: 'word' })
const hiragana = /^[ぁ-ゖー]+$/
const ascii = /^[\x20-\x7e]+$/

/** The Japanese words of a lexis and of questions, and what stands in hiragana between them. */
export interface Vocabulary {
  words: Set<string>
  /** Politeness, too. */
  usual: Set<string>
}

/** How each word may be written, and the word. */
export function* writingsOf(
  words: Iterable<string>,
  lexis: Lexis,
  reader: Reader,
): Generator<[written: string, word: string]> {
  const kana = new Map(lexis.readings.map(([word, reading]) => [plain(word), reading]))
  for (const word of words) {
    yield [word, word]
    const sound = reader(word)
    if (sound.length < 3) continue
    yield [kana.get(word) ?? sound, word]
    yield [sound, word]
  }
}

/** Reads them; yields between pieces of work. */
export function* vocabularyOf(questions: string[], lexis: Lexis): Generator<void, Vocabulary> {
  const words = new Set(lexis.readings.map(([word]) => plain(word)))
  for (const word of lexis.words.flat()) if (!ascii.test(word)) words.add(plain(word))
  const usual = new Set(lexis.polite.map((word) => folded(plain(word))))
  for (const [i, question] of questions.entries()) {
    const line = plain(question)
    for (const { segment, isWordLike } of segments.segment(line))
      if (isWordLike && !hiragana.test(segment) && !ascii.test(segment)) words.add(segment)
    for (const [run] of line.matchAll(/[\p{Script=Han}々]{2,8}|[ァ-ヶー]{3,}/gu)) words.add(run)
    for (const [run] of line.matchAll(/[ぁ-ゖー]{2,}/g)) usual.add(folded(run))
    if (i % 20 === 0) yield
  }
  return { words, usual }
}
