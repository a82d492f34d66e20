import { join } from 'node:path'
import { searchFaq } from '../content/index.ts'
import { createWords } from '../locales/index.ts'
import { Mind } from '../test/support/mind.ts'
import type { Row } from './report.ts'
import { quantile } from './rounds.ts'

const localesDir = join(import.meta.dirname, '..', 'locales')
const most = 4000
const mostMs = 4000

/** The FAQ search over our content, with the questions that writers expect, as typed and with an error; some seconds. */
export async function faqSearch(): Promise<Row[]> {
  const { content } = new Mind()
  const words = createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank })
  const sentence = (locale: string, key: string) => words.t(locale as 'ja' | 'en', key)
  const began = performance.now()
  const search = searchFaq(content.faq.values(), words.locales, sentence, content.lexis)
  const index = performance.now() - began
  const asked = [...content.faq.values()].flatMap((entry) =>
    words.locales.flatMap((locale) =>
      [sentence(locale, entry.question), ...(entry.phrases[locale] ?? [])]
        .flatMap((text) => [text, mistyped(text)])
        .map((text) => ({ text, locale })),
    ),
  )
  const times: number[] = []
  for (let i = 0, end = performance.now() + mostMs; i < most && performance.now() < end; i++) {
    const { text, locale } = asked[(i * 7) % asked.length] as (typeof asked)[number]
    const started = performance.now()
    search(text, locale)
    times.push(performance.now() - started)
  }
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length
  const counts = { entries: content.faq.size, questions: asked.length, searches: times.length }
  return [
    {
      name: 'FAQ search, mean',
      figure: mean,
      unit: 'ms',
      aim: { atMost: 2 },
      behind: { ...counts, 'index ms': index },
    },
    { name: 'FAQ search, p99', figure: quantile(times, 0.99), unit: 'ms', aim: { atMost: 10 }, behind: {} },
  ]
}

/** Two neighbours changed places: the commonest error. */
function mistyped(text: string): string {
  const letters = [...text]
  const middle = letters.length >> 1
  return [
    ...letters.slice(0, middle - 1),
    letters[middle],
    letters[middle - 1],
    ...letters.slice(middle + 1),
  ].join('')
}
