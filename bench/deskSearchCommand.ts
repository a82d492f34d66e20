import { readFileSync, rmSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Page } from 'playwright-core'
import { parse } from 'yaml'
import { type DeskSearch, deskSearchInPieces } from '../bot/desk/search.ts'
import { loadContent, readCommandLine } from '../content/index.ts'
import { createWords } from '../locales/index.ts'
import { startBrowser } from '../test/support/browser.ts'
import { firstAdmin } from '../test/support/desk.ts'
import { atTheDesk } from '../test/web/desk/agent.ts'
import { startSite } from '../test/web/site.ts'
import { watchKeys } from './keyWatch.ts'
import { writeLongFaq } from './longFaq.ts'
import { quantile } from './rounds.ts'

/** How long an agent waits from a keystroke until its results stand on the screen, with a FAQ of 2,000 entries. */
const entries = 2000
/** Milliseconds between two letters of an agent who types fast. */
const pause = 100
const root = join(import.meta.dirname, '..')
readCommandLine('npm run bench:desk    prints how long an agent waits for results, in about a minute')

const folder = writeLongFaq(entries)
try {
  const texts = phrasings()
  report(await measure(texts), workOf(texts))
} finally {
  rmSync(folder, { recursive: true })
}
process.exit()

function phrasings(): string[] {
  const file = parse(readFileSync(join(root, 'test', 'bot', 'desk', 'phrasings.yaml'), 'utf8'))
  return Object.values(file as Record<string, [string, string][]>).flatMap((all) => all.map(([text]) => text))
}

/** Milliseconds of each keystroke, and what stood in its way. */
interface Measured {
  /** Until the results were drawn. */
  search: number[]
  /** Until a letter was drawn for which nothing is asked: no page can be faster here and now. */
  floor: number[]
  /** Of a keystroke, what the question to the server took. */
  asked: number[]
  /** From the page that is opened to the first results, the search being built meanwhile. */
  first: number
  /** The longest that the server stood still while it built the search. */
  stalled: number
  load: number
}

/** Types at an agent's pace, and between two phrasings into a field that asks for nothing. */
async function measure(texts: string[]): Promise<Measured> {
  const [browser, site] = await Promise.all([
    startBrowser(),
    startSite({ CONTENT_DIR: join(folder, 'content') }),
  ])
  try {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const began = performance.now()
    const { page } = await atTheDesk(browser, site, await firstAdmin(site.kaijo))
    await page.locator('#search:focus').waitFor()
    await page.evaluate(watchKeys)
    await page.keyboard.type('証明書', { delay: pause })
    await page.locator('#results li').first().waitFor({ timeout: 60_000 })
    const first = performance.now() - began
    delay.disable()
    await page.evaluate('window.waits = { search: [], plain: [] }; performance.clearResourceTimings()')
    for (const text of texts) await typeBoth(page, text)
    const waits = await page.evaluate<{ search: number[]; plain: number[] }>('window.waits')
    const asked = await page.evaluate<number[]>(
      `performance.getEntriesByType('resource').filter(({ name }) => name.includes('/search?')).map(({ duration }) => duration)`,
    )
    const { search, plain: floor } = waits
    return { search, floor, asked, first, stalled: delay.max / 1e6, load: loadavg()[0] ?? 0 }
  } finally {
    await browser.close()
    await site.close()
  }
}

async function typeBoth(page: Page, text: string): Promise<void> {
  await page.locator('#plain').focus()
  await page.keyboard.type(text.slice(0, 3), { delay: pause })
  await page.locator('#search').focus()
  await page.keyboard.press('Escape')
  await page.keyboard.type(text, { delay: pause })
  await page.waitForTimeout(pause)
}

/** Of the search alone: milliseconds of work, which others on this machine do not make longer. */
function workOf(texts: string[]) {
  const localesDir = join(folder, 'locales')
  const { content, desk } = loadContent({ dir: join(folder, 'content'), localesDir, bank: 'osaka-city' })
  if (!content || !desk) throw new Error('The long FAQ is broken: run npm run check:content')
  const onMissing = () => {}
  const words = createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank, onMissing })
  const pieces: number[] = []
  const building = deskSearchInPieces(content, desk, words)
  let find: DeskSearch | undefined
  while (!find)
    pieces.push(
      work(() => {
        const { done, value } = building.next()
        if (done) find = value
      }),
    )
  const search = find
  const keys = texts.flatMap((text) => Array.from({ length: text.length }, (_, at) => text.slice(0, at + 1)))
  const ranked = keys.map((text) => work(() => search({ text, agentLocale: 'ja', customerLocale: 'ja' })))
  return { pieces, ranked }
}

function work(act: () => void): number {
  const before = process.threadCpuUsage()
  act()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

function report(
  { search, floor, asked, first, stalled, load }: Measured,
  { pieces, ranked }: ReturnType<typeof workOf>,
): void {
  const line = (name: string, all: number[]) => {
    const ms = (share: number) => `${quantile(all, share).toFixed(1)} ms`
    console.log(
      `${name.padEnd(22)} p50 ${ms(0.5)} · p95 ${ms(0.95)} · p99 ${ms(0.99)} · most ${ms(1)} · ${all.length} times`,
    )
  }
  console.log(`${entries} entries; others on this machine: a load of ${load.toFixed(1)}`)
  line('keystroke to results', search)
  line('a letter, the floor', floor)
  line('of it, the server', asked)
  // The clock of work goes by steps of some milliseconds: only the mean of many says something.
  const mean = ranked.reduce((sum, one) => sum + one, 0) / ranked.length
  console.log(`of that, the ranking   ${mean.toFixed(1)} ms of work on average`)
  console.log(
    `first results ${(first / 1000).toFixed(1)} s after the first account was made, the search being built meanwhile`,
  )
  console.log(`the server stood still for ${stalled.toFixed(0)} ms at most`)
  const built = pieces.reduce((sum, one) => sum + one, 0)
  console.log(
    `the search is built by ${(built / 1000).toFixed(1)} s of work, ${quantile(pieces, 1).toFixed(0)} ms at once at most`,
  )
  const edges = [0, 10, 20, 30, 40, 50, 75, 100, Number.POSITIVE_INFINITY]
  for (const [at, edge] of edges.slice(1).entries()) {
    const count = search.filter((wait) => wait >= (edges[at] ?? 0) && wait < edge).length
    const share = Math.round((count / search.length) * 60)
    console.log(`${String(edges[at]).padStart(4)} ms  ${String(count).padStart(5)}  ${'█'.repeat(share)}`)
  }
}
