import { readFileSync, rmSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Page } from 'playwright-core'
import { parse } from 'yaml'
import { readCommandLine } from '../content/index.ts'
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
  report(await measure(phrasings()))
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

function report({ search, floor, asked, first, stalled, load }: Measured): void {
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
  console.log(
    `first results ${(first / 1000).toFixed(1)} s after the first account was made, the search being built meanwhile`,
  )
  console.log(`the server stood still for ${stalled.toFixed(0)} ms at most`)
  const edges = [0, 10, 20, 30, 40, 50, 75, 100, Number.POSITIVE_INFINITY]
  for (const [at, edge] of edges.slice(1).entries()) {
    const count = search.filter((wait) => wait >= (edges[at] ?? 0) && wait < edge).length
    const share = Math.round((count / search.length) * 60)
    console.log(`${String(edges[at]).padStart(4)} ms  ${String(count).padStart(5)}  ${'█'.repeat(share)}`)
  }
}
