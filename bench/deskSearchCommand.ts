import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { readCommandLine } from '../content/index.ts'
import { startBrowser } from '../test/support/browser.ts'
import { firstAdmin } from '../test/support/desk.ts'
import { atTheDesk } from '../test/web/desk/agent.ts'
import { startSite } from '../test/web/site.ts'
import { quantile } from './rounds.ts'

/** How long an agent waits from a keystroke until its results stand on the screen, with a FAQ of 2,000 entries. */
const entries = 2000
/** Milliseconds between two letters of an agent who types fast. */
const pause = 100
const root = join(import.meta.dirname, '..')
readCommandLine('node bench/deskSearchCommand.ts    prints the distribution, in about a minute')

const folder = mkdtempSync(join(tmpdir(), 'kaijo-long-'))
try {
  for (const name of ['content', 'locales']) cpSync(join(root, name), join(folder, name), { recursive: true })
  writeLongFaq()
  report(await measure(phrasings()))
} finally {
  rmSync(folder, { recursive: true })
}
process.exit()

/** Entries made of the words of ours, each with a number of its own so that no two are the same question. */
function writeLongFaq(): void {
  const own = ['account', 'certificate', 'lockout', 'logon', 'pins'].flatMap((name) => {
    const file = parse(readFileSync(join(root, 'content', 'faq', `${name}.yaml`), 'utf8'))
    return Object.values(file as Record<string, { question: string; answer: string; phrases: string[] }>)
  })
  const texts = own.flatMap(({ question, phrases }) => [question, ...phrases])
  const part = (i: number) => texts[i % texts.length] as string
  const long: Record<string, object> = {}
  for (let i = 0; i < entries; i++) {
    const phrases = [1, 2, 3].map((k) => `${part(i * 7 + k)} ${i}-${k}`)
    const answer = own[i % own.length]?.answer ?? ''
    long[`entry-${i}`] = { question: `${part(i)}、${part(i * 7 + 3)} ${i}`, answer, phrases }
  }
  const whole = stringify(long)
  // One file of the content may have a megabyte.
  const blocks = whole.split(/(?=^entry-\d+00:)/m)
  for (const [at, block] of blocks.entries())
    writeFileSync(join(folder, 'content', 'faq', `long-${at}.yaml`), block)
}

function phrasings(): string[] {
  const file = parse(readFileSync(join(root, 'test', 'bot', 'desk', 'phrasings.yaml'), 'utf8'))
  return Object.values(file as Record<string, [string, string][]>).flatMap((all) => all.map(([text]) => text))
}

/**
 * Types at an agent's pace; the page itself looks at the clock, from the input event until the frame with the results
 * is drawn. A keystroke whose results never came, since the next was faster, waits for those of the next.
 */
async function measure(texts: string[]): Promise<number[]> {
  const [browser, site] = await Promise.all([
    startBrowser(),
    startSite({ CONTENT_DIR: join(folder, 'content') }),
  ])
  try {
    const { page } = await atTheDesk(browser, site, await firstAdmin(site.kaijo))
    await page.locator('#search:focus').waitFor()
    await page.evaluate(`
      window.waits = []
      const field = document.getElementById('search')
      // The line that says how many were found is written each time, also when none were.
      let typed = []
      field.addEventListener('input', () => { typed.push(performance.now()) }, { capture: true })
      new MutationObserver(() => {
        const since = typed
        typed = []
        requestAnimationFrame(() => {
          const channel = new MessageChannel()
          // After the frame, not before it: what the agent sees.
          channel.port1.onmessage = () => {
            const now = performance.now()
            for (const from of since) window.waits.push(now - from)
          }
          channel.port2.postMessage(0)
        })
      }).observe(document.querySelector('main [role=status]'), { childList: true })`)
    await page.keyboard.type('証明書', { delay: 300 })
    // The index of so many entries is some seconds in the making after a start.
    await page.locator('#results li').first().waitFor({ timeout: 30_000 })
    await page.evaluate('window.waits.length = 0')
    for (const text of texts) {
      await page.keyboard.press('Escape')
      await page.keyboard.type(text, { delay: pause })
      await page.waitForTimeout(pause)
    }
    return await page.evaluate<number[]>('window.waits')
  } finally {
    await browser.close()
    await site.close()
  }
}

function report(waits: number[]): void {
  const ms = (share: number) => `${quantile(waits, share).toFixed(1)} ms`
  console.log(`keystroke to results, ${entries} entries, ${waits.length} keystrokes`)
  console.log(`p50 ${ms(0.5)} · p90 ${ms(0.9)} · p95 ${ms(0.95)} · p99 ${ms(0.99)} · most ${ms(1)}`)
  const edges = [0, 10, 20, 30, 40, 50, 75, 100, Number.POSITIVE_INFINITY]
  for (const [at, edge] of edges.slice(1).entries()) {
    const count = waits.filter((wait) => wait >= (edges[at] ?? 0) && wait < edge).length
    const share = Math.round((count / waits.length) * 60)
    console.log(`${String(edges[at]).padStart(4)} ms  ${String(count).padStart(5)}  ${'█'.repeat(share)}`)
  }
}
