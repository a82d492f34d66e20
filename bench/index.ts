import { join } from 'node:path'
import { readCommandLine } from '../content/index.ts'
import { groupCommit } from './commits.ts'
import { inFolder, reports } from './folder.ts'
import { turnsOverHttp } from './http.ts'
import { print, type Row, write } from './report.ts'
import { faqSearch } from './search.ts'
import { startToReady } from './starts.ts'
import { turnsInProcess } from './turns.ts'

/** No part of the bench may hang a machine: after this many seconds it is ended from outside its own loops. */
const MOST_SECONDS = 90

const usage = `npm run bench    measures everything side by side and prints ratios, in about a minute; writes reports/bench.json`

/** `npm run bench`: measures everything side by side, prints ratios, writes reports/bench.json. */
async function main(): Promise<void> {
  const began = performance.now()
  const rows: Row[] = []
  for (const measure of [turnsInProcess, turnsOverHttp, groupCommit, startToReady, faqSearch]) {
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
setTimeout(() => {
  console.error(
    `The bench has not ended after ${MOST_SECONDS} s and is stopped; is the machine at work elsewhere?`,
  )
  process.exit(1)
}, MOST_SECONDS * 1000).unref()
await main()
