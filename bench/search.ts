import { join } from 'node:path'
import { atOnce, type CorpusEntry, searchCorpus, searchFaq } from '../content/index.ts'
import { createWords } from '../locales/index.ts'
import { Mind } from '../test/support/mind.ts'
import type { Row } from './report.ts'
import { rivals } from './rivals.ts'
import { quantile } from './rounds.ts'

const localesDir = join(import.meta.dirname, '..', 'locales')
const most = 4000
const mostMs = 4000
const manyEntries = 2000

/** The FAQ search over our content, with the questions that writers expect, as typed and with an error; some seconds. */
export async function faqSearch(): Promise<Row[]> {
  const { content } = new Mind()
  const words = createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank })
  const sentence = (locale: string, key: string) => words.t(locale as 'ja' | 'en', key)
  const began = performance.now()
  const search = searchFaq(content.faq.values(), words.locales, sentence, content.lexis)
  search('', 'ja')
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
    ...longFaq(asked.filter(({ locale }) => locale === 'ja').map(({ text }) => text)),
  ]
}

/** An FAQ of 2,000 entries made of the words of ours, searched by us and by MiniSearch. */
function longFaq(texts: string[]): Row[] {
  const part = (i: number) => texts[i % texts.length] as string
  const entries = Array.from({ length: manyEntries }, (_, i): CorpusEntry => {
    const answer = Array.from({ length: 12 }, (_, k) => part(i * 31 + k * 17)).join('。')
    return { id: String(i), question: `${part(i)}、${part(i * 7 + 3)}`, answer }
  })
  const before = heap()
  const began = performance.now()
  const ours = atOnce(searchCorpus(entries, 'ja'))
  const index = performance.now() - began
  const megabytes = (heap() - before) / 1e6
  const mini = rivals.MiniSearch?.(entries, 'ja') ?? (() => [])
  const miniIndex = performance.now() - began - index
  const [own, other] = [ours, mini].map((rank) => timesOf(rank, texts)) as [number[], number[]]
  const mean = (times: number[]) => times.reduce((sum, ms) => sum + ms, 0) / times.length
  const behind = { 'MiniSearch ms': mean(other), 'MiniSearch p99 ms': quantile(other, 0.99) }
  return [
    { name: 'FAQ search of 2,000, mean', figure: mean(own), unit: 'ms', aim: { atMost: 2 }, behind },
    {
      name: 'FAQ search of 2,000, p99',
      figure: quantile(own, 0.99),
      unit: 'ms',
      aim: { atMost: 10 },
      behind: {},
    },
    {
      name: 'FAQ search of 2,000, index',
      figure: index,
      unit: 'ms',
      aim: { atMost: 1500 },
      behind: { 'MiniSearch ms': miniIndex },
    },
    { name: 'FAQ search of 2,000, memory', figure: megabytes, unit: 'MB', aim: { atMost: 60 }, behind: {} },
  ]
}

function timesOf(rank: (text: string) => unknown, texts: string[]): number[] {
  return Array.from({ length: 300 }, (_, i) => {
    const began = performance.now()
    rank(texts[(i * 13) % texts.length] as string)
    return performance.now() - began
  })
}

/** Bytes in use after the garbage is gone; what is not collected counts, too, when Node has no gc to call. */
function heap(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
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
