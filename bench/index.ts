import { join } from 'node:path'
import { loadSdkLean } from '../bot/sdk.ts'
import { readCommandLine } from '../content/index.ts'
import { inFolder, reports } from './folder.ts'
import { print, type Row, write } from './report.ts'

/** No part of the bench may hang a machine: after this many seconds it is ended from outside its own loops. */
const MOST_SECONDS = 150

const usage = `npm run bench    measures everything side by side and prints ratios, in two minutes; writes reports/bench.json`

/** `npm run bench`: measures everything side by side, prints ratios, writes reports/bench.json. */
async function main(): Promise<void> {
  const began = performance.now()
  const rows: Row[] = []
  for (const measure of await measures()) {
    for (const row of await inFolder(measure)) {
      rows.push(row)
      print(row)
    }
  }
  const seconds = Math.round((performance.now() - began) / 1000)
  write(join(reports, 'bench.json'), rows, seconds)
  console.log(`\n${rows.length} figures in ${seconds} s, written to reports/bench.json`)
}

readCommandLine(usage)
/** Loaded after the SDK's loading is set up, as in `npm start`. */
async function measures(): Promise<((dir: string) => Promise<Row[]>)[]> {
  loadSdkLean()
  const { turnsInProcess } = await import('./turns.ts')
  const { turnsOverHttp } = await import('./http.ts')
  const { groupCommit } = await import('./commits.ts')
  const { startToReady } = await import('./starts.ts')
  const { faqSearch } = await import('./search.ts')
  const { pinFlood } = await import('./pinFlood.ts')
  return [turnsInProcess, turnsOverHttp, groupCommit, startToReady, faqSearch, pinFlood]
}

setTimeout(() => {
  console.error(
    `The bench has not ended after ${MOST_SECONDS} s and is stopped; is the machine at work elsewhere?`,
  )
  process.exit(1)
}, MOST_SECONDS * 1000).unref()
await main()
