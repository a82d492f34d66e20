import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  atOnce,
  type CorpusEntry,
  createReader,
  languageOf,
  readCommandLine,
  searchCorpus,
} from '../content/index.ts'
import { disturbances } from './disturbances.ts'
import { type Asked, heldIn, ownFaq } from './ownFaq.ts'
import { type Rank, rivals } from './rivals.ts'
import { quantile } from './rounds.ts'

const usage = `npm run faq:eval                    prints how good the FAQ search is, beside others in the same run
npm run faq:eval -- --data FOLDER   also on public question sets in this folder (localgovfaq, banking77)`
const { values } = readCommandLine(usage, ['data'])
const data = values.data ?? join(import.meta.dirname, '..', '..', 'shared', 'data', 'faq')
/** An answer is given at once from here on; the same as in dialogs/faqDialog.ts. */
const sure = 0.66
const messy = ['typo', 'kana', 'half', 'romaji', 'two']
/** fuse.js takes up to half a second for a question on a long FAQ: it is asked a part of them. */
const mostForFuse = 60

const own = ownFaq()
evaluateOwn(heldIn())
for (const set of ['localgovfaq', 'banking77']) {
  if (existsSync(join(data, set))) evaluateSet(set)
  else console.log(`\n${set}: not in ${data}`)
}

function evaluateOwn(all: Asked[]): void {
  const inside = all.filter(({ id }) => id)
  const kinds = [...new Set(inside.map(({ kind }) => kind))]
  const built = { ja: ranks('ja'), en: ranks('en') }
  console.log(`Our own content: ${inside.length} questions, right first / among three`)
  console.log(row('', [...kinds, 'messy', 'all']))
  for (const name of ['ours', ...Object.keys(rivals)]) {
    const rankOf = ({ text, locale }: Asked) =>
      name === 'ours' ? own.search(text, locale).map(({ id }) => id) : (built[locale].get(name) as Rank)(text)
    const places = inside.map((asked) => rankOf(asked).indexOf(asked.id as string))
    const share = (wanted: string[]) => {
      const mine = places.filter((_, i) => wanted.includes(inside[i]?.kind as string))
      const upTo = (most: number) => mine.filter((place) => place >= 0 && place < most).length / mine.length
      return `${upTo(1).toFixed(2)}/${upTo(3).toFixed(2)}`
    }
    console.log(row(name, [...kinds.map((kind) => share([kind])), share(messy), share(kinds)]))
  }
  evaluateSureness(all, inside.length)
  evaluateDisturbed(inside)
}

function evaluateSureness(all: Asked[], insideCount: number): void {
  const answered = all.filter(({ text, locale }) => (own.search(text, locale)[0]?.score ?? 0) >= sure)
  const isRight = ({ text, locale, id }: Asked) => own.search(text, locale)[0]?.id === id
  const inside = answered.filter(({ id }) => id)
  const right = inside.filter(isRight).length
  const percent = (count: number, of: number) => `${((100 * count) / of).toFixed(1)} %`
  console.log(
    `Answered at once: ${percent(right, insideCount)} rightly, ${percent(inside.length - right, insideCount)} wrongly; of what has no answer ${percent(answered.length - inside.length, all.length - insideCount)}`,
  )
}

function evaluateDisturbed(inside: Asked[]): void {
  const reader = createReader(own.content.lexis.readings)
  const japanese = inside.filter(({ kind }) => ['plain', 'polite', 'other', 'two'].includes(kind))
  const isRight = (text: string, id?: string) => own.search(text, 'ja')[0]?.id === id
  const right = japanese.filter(({ text, id }) => isRight(text, id))
  const kept = Object.entries(disturbances).map(([name, disturb]) => {
    const still = right.filter(({ text, id }) => isRight(disturb(text, reader), id)).length
    return `${name} ${((100 * still) / right.length).toFixed(1)} %`
  })
  console.log(`Right answers kept of ${right.length} Japanese ones: ${kept.join(', ')}`)
}

function ranks(locale: string): Map<string, Rank> {
  const corpus = own.corpus(locale)
  return new Map(Object.entries(rivals).map(([name, build]) => [name, build(corpus, locale)]))
}

function evaluateSet(set: string): void {
  const entries: CorpusEntry[] = JSON.parse(readFileSync(join(data, set, 'faqs.json'), 'utf8'))
  const asked = readFileSync(join(data, set, 'queries.dev.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { query: string; grade: Record<string, number> })
  const locale = languageOf(entries)
  const lexis = { ...own.content.lexis, outside: {} }
  console.log(`\n${set}: ${entries.length} entries (${locale}), ${asked.length} questions`)
  console.log(row('', ['P@1', 'hit@3', 'MAP', 'P@1 any', 'asked', 'mean ms', 'p99 ms', 'index ms']))
  const ours = () => {
    const search = atOnce(searchCorpus(entries, locale, lexis))
    return (text: string) => search(text).map(({ id }) => id)
  }
  const searches: typeof rivals = { ours, ...rivals }
  for (const [name, build] of Object.entries(searches)) {
    const some =
      name === 'fuse.js' ? asked.filter((_, i) => i % Math.ceil(asked.length / mostForFuse) === 0) : asked
    const began = performance.now()
    const rank = build(entries, locale)
    const index = performance.now() - began
    const times: number[] = []
    const results = some.map(({ query }) => {
      const started = performance.now()
      const found = rank(query).slice(0, 10)
      times.push(performance.now() - started)
      return found
    })
    const { p1, hit3, map } = measure(some, results, 3)
    const any = measure(some, results, 1)
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length
    const figures = [p1, hit3, map, any.p1].map((figure) => figure.toFixed(3))
    const speed = [mean.toFixed(2), quantile(times, 0.99).toFixed(1), String(Math.round(index))]
    console.log(row(name, [...figures, String(some.length), ...speed]))
  }
}

/** Over the questions that have an entry of this grade. */
function measure(asked: { grade: Record<string, number> }[], results: string[][], grade: number) {
  const sums = { p1: 0, hit3: 0, map: 0 }
  let count = 0
  for (const [i, { grade: grades }] of asked.entries()) {
    const right = Object.keys(grades).filter((id) => (grades[id] ?? 0) >= grade)
    if (right.length === 0) continue
    count++
    const found = (results[i] as string[]).map((id) => right.includes(id))
    if (found[0]) sums.p1++
    if (found.slice(0, 3).includes(true)) sums.hit3++
    let hits = 0
    for (const [place, isRight] of found.entries())
      if (isRight) sums.map += ++hits / (place + 1) / right.length
  }
  return { p1: sums.p1 / count, hit3: sums.hit3 / count, map: sums.map / count }
}

function row(name: string, cells: string[]): string {
  return [name.padEnd(10), ...cells.map((cell) => cell.padStart(10))].join(' ')
}
