import { type Lexis, noLexis } from './lexis.ts'
import { buildShelf } from './searchShelf.ts'
import { toolsOf } from './searchTexts.ts'
import { plain } from './spelling.ts'

/** One entry of any FAQ, in one language. */
export interface CorpusEntry {
  id: string
  question: string
  answer: string
  /** Other ways to put the question. */
  alternates?: string[]
}

/** Builds our search over any FAQ in pieces; a lexis without `outside` unless its questions are meant for it. */
export function* searchCorpus(
  entries: CorpusEntry[],
  locale: string = languageOf(entries),
  lexis: Lexis = noLexis,
): Generator<void, (text: string) => { id: string; score: number }[]> {
  const texts = entries.map(({ question, answer, alternates = [] }) => ({
    questions: [question, ...alternates],
    answer,
  }))
  const shelf = yield* buildShelf(texts, lexis.outside[locale] ?? [], locale, toolsOf(lexis))
  const ids = entries.map(({ id }) => id)
  return (text) => {
    const scores = shelf(plain(text))
    return ids
      .map((id, i) => ({ id, score: scores[i] as number }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
  }
}

/** Japanese when a fifth of the letters of the questions are kana or kanji. */
export function languageOf(entries: CorpusEntry[]): 'ja' | 'en' {
  const text = entries.map(({ question }) => question).join('')
  const japanese = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0
  return japanese * 5 >= text.length ? 'ja' : 'en'
}
