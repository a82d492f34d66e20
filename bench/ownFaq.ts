import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type CorpusEntry, loadContent, searchFaq } from '../content/index.ts'
import { createWords } from '../locales/index.ts'

const root = join(import.meta.dirname, '..')
const localesDir = join(root, 'locales')

/** One question of our held-in set; without an id there is no answer to it. */
export interface Asked {
  text: string
  locale: 'ja' | 'en'
  kind: string
  id?: string
}

/** Our own content as the bot searches it, and as a corpus for others. Throws when the content has a mistake. */
export function ownFaq() {
  const { content } = loadContent({ dir: join(root, 'content'), localesDir, bank: 'osaka-city' })
  if (!content) throw new Error('The content has mistakes; npm run check:content shows them')
  const words = createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank })
  const sentence = (locale: string, key: string) => words.t(locale as 'ja' | 'en', key)
  const entries = [...content.faq.values()]
  const corpus = (locale: string): CorpusEntry[] =>
    entries.map(({ id, question, answer, phrases }) => ({
      id,
      question: sentence(locale, question),
      answer: sentence(locale, answer),
      alternates: phrases[locale] ?? [],
    }))
  const search = searchFaq(entries, words.locales, sentence, content.lexis)
  return { content, sentence, corpus, search, locales: words.locales }
}

/** The questions of test/content/phrasings, written before the search was tuned. */
export function heldIn(): Asked[] {
  const read = (name: string) => parse(readFileSync(join(root, 'test/content/phrasings', name), 'utf8'))
  const asked: Asked[] = []
  const kinds = Object.entries(read('asked.yaml') as Record<string, Record<string, string[]>>)
  for (const [id, phrasings] of kinds) {
    for (const [kind, texts] of Object.entries(phrasings)) {
      for (const text of texts) asked.push({ text, kind, id, locale: kind === 'en' ? 'en' : 'ja' })
    }
  }
  for (const [kind, texts] of Object.entries(read('outside.yaml') as Record<string, string[]>)) {
    for (const text of texts) asked.push({ text, kind, locale: /^[\x20-\x7e’]+$/.test(text) ? 'en' : 'ja' })
  }
  return asked
}
