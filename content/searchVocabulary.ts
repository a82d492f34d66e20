import type { Lexis } from './lexis.ts'
import type { Reader } from './searchReading.ts'
import { folded, plain } from './spelling.ts'

const segments = new Intl.Segmenter('ja', { granularity: 'word' })
const hiragana = /^[ぁ-ゖー]+$/
const ascii = /^[\x20-\x7e]+$/

/** The Japanese words that questions are made of: how each may be written, and the word. */
export function* writingsOf(
  questions: Iterable<string>,
  lexis: Lexis,
  reader: Reader,
): Generator<[written: string, word: string]> {
  const kana = new Map(lexis.readings.map(([word, reading]) => [plain(word), reading]))
  for (const word of wordsOf(questions, lexis)) {
    yield [word, word]
    const sound = reader(word)
    if (sound.length < 3) continue
    yield [kana.get(word) ?? sound, word]
    yield [sound, word]
  }
}

function wordsOf(questions: Iterable<string>, lexis: Lexis): Set<string> {
  const words = new Set<string>()
  for (const [word] of lexis.readings) words.add(plain(word))
  for (const word of lexis.words.flat()) if (!ascii.test(word)) words.add(plain(word))
  for (const question of questions) {
    const line = plain(question)
    for (const { segment, isWordLike } of segments.segment(line))
      if (isWordLike && !hiragana.test(segment) && !ascii.test(segment)) words.add(segment)
    for (const [run] of line.matchAll(/[\p{Script=Han}々]{2,8}|[ァ-ヶー]{3,}/gu)) words.add(run)
  }
  return words
}

/** What stands in hiragana between words, and politeness. */
export function usualIn(questions: Iterable<string>, lexis: Lexis): string[] {
  const usual = lexis.polite.map((word) => folded(plain(word)))
  for (const question of questions) {
    for (const [run] of plain(question).matchAll(/[ぁ-ゖー]{2,}/g)) usual.push(folded(run))
  }
  return usual
}
