import Fuse from 'fuse.js'
import MiniSearch from 'minisearch'
import { stemmer } from 'stemmer'
import type { CorpusEntry } from '../content/index.ts'

/** A search over one FAQ: the ids, best first. */
export type Rank = (text: string) => string[]

/** The searches that ours is held against, built over the same entries. */
export const rivals: Record<string, (entries: CorpusEntry[], locale: string) => Rank> = {
  'fuse.js': (entries) => {
    const fuse = new Fuse(entries, { keys: ['question', 'alternates', 'answer'], ignoreLocation: true })
    return (text) => fuse.search(text.slice(0, 200), { limit: 10 }).map(({ item }) => item.id)
  },
  MiniSearch: (entries, locale) => {
    const tokenize = (text: string) => wordsOf(text, locale)
    const index = new MiniSearch({
      fields: ['question', 'phrases', 'answer'],
      tokenize,
      searchOptions: { tokenize, boost: { question: 2, phrases: 2 }, fuzzy: 0.2, prefix: false },
    })
    index.addAll(entries.map((entry) => ({ ...entry, phrases: (entry.alternates ?? []).join('\n') })))
    return (text) =>
      index
        .search(text)
        .slice(0, 10)
        .map(({ id }) => id)
  },
  BM25: (entries, locale) => plainBm25(entries, locale),
}

const words = new Intl.Segmenter('ja', { granularity: 'word' })

/** Words of a text: stems in English, else what Intl.Segmenter finds without its hiragana function words. */
function wordsOf(text: string, locale: string): string[] {
  const line = text.normalize('NFKC').toLowerCase()
  if (locale === 'en') return (line.match(/[a-z0-9]+/g) ?? []).map((word) => stemmer(word))
  return [...words.segment(line)]
    .filter(({ segment, isWordLike }) => isWordLike && !/^[ぁ-ゖ]+$/.test(segment))
    .map(({ segment }) => segment)
}

/** The textbook's BM25 over all that an entry says, k1 1.2, b 0.75. */
function plainBm25(entries: CorpusEntry[], locale: string): Rank {
  const texts = entries.map(({ question, answer, alternates = [] }) =>
    wordsOf([question, ...alternates, answer].join('\n'), locale),
  )
  const average = texts.reduce((sum, text) => sum + text.length, 0) / texts.length
  const postings = new Map<string, Map<number, number>>()
  for (const [i, text] of texts.entries()) {
    for (const word of text) {
      const list = postings.get(word) ?? new Map<number, number>()
      postings.set(word, list.set(i, (list.get(i) ?? 0) + 1))
    }
  }
  return (asked) => {
    const scores = new Map<number, number>()
    for (const word of new Set(wordsOf(asked, locale))) {
      const list = postings.get(word) ?? new Map<number, number>()
      const rarity = Math.log(1 + (texts.length - list.size + 0.5) / (list.size + 0.5))
      for (const [i, often] of list) {
        const norm = 1.2 * (0.25 + (0.75 * (texts[i]?.length ?? 0)) / average)
        scores.set(i, (scores.get(i) ?? 0) + (rarity * often * 2.2) / (often + norm))
      }
    }
    const best = [...scores].sort(([, one], [, other]) => other - one).slice(0, 10)
    return best.map(([i]) => entries[i]?.id ?? '')
  }
}
