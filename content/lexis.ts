import type { Reading } from './reading.ts'
import { Section } from './section.ts'
import type { Source } from './source.ts'
import { normalise } from './spelling.ts'

/** Words that mean the same, and how kanji are read; for the search only. */
export interface Lexis {
  /** Politeness around a question, which says nothing about it. */
  polite: string[]
  /** Groups of words of one meaning, in any language. */
  words: string[][]
  readings: [word: string, kana: string][]
  /** Questions that have no answer here, by locale: what is like them is not answered with something else. */
  outside: Record<string, string[]>
}

/** What the search knows when there is no `synonyms.yaml`. */
export const noLexis: Lexis = { polite: [], words: [], readings: [], outside: {} }

/** Reads `content/synonyms.yaml`; a word stands in one group only, and a reading is kana. */
export function readLexis(source: Source, { report }: Reading): Lexis {
  const file = Section.ofFile(source, report)?.expect([], ['polite', 'words', 'readings', 'outside'])
  if (!file) return noLexis
  const groupOf = new Map<string, number>()
  const words = file.rows('words').map((row, group) => {
    for (const { text, place } of row) {
      const word = normalise(text)
      if ((groupOf.get(word) ?? group) !== group) report.add('duplicate-synonym', place, { name: text })
      groupOf.set(word, group)
    }
    return row.map(({ text }) => text)
  })
  const table = file.map('readings')
  const readings: Lexis['readings'] = []
  for (const word of table?.keys() ?? []) {
    const kana = table?.text(word)
    if (!kana) continue
    if (/^[ぁ-ゖァ-ヶー]+$/.test(kana.text)) readings.push([word, kana.text])
    else report.add('not-kana', kana.place, { name: kana.text })
  }
  const unanswered = file.map('outside')?.expect([], ['ja', 'en'])
  const outside = Object.fromEntries(
    ['ja', 'en'].map((locale) => [locale, unanswered?.texts(locale).map(({ text }) => text) ?? []]),
  )
  const polite = file.texts('polite').map(({ text }) => text)
  return { polite, words, readings, outside }
}
