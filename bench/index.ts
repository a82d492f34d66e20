import { join } from 'node:path'
import { print, type Row, write } from './report.ts'
import { turnsInProcess } from './turns.ts'

/** No part of the bench may hang a machine: after this many seconds it is ended from outside its own loops. */
const MOST_SECONDS = 90

/** `npm run bench`: measures everything side by side, prints ratios, writes reports/bench.json. */
async function main(): Promise<void> {
  const began = performance.now()
  const rows: Row[] = []
  for (const measure of [turnsInProcess]) {
    for (const row of await measure()) {
      rows.push(row)
      print(row)
    }
  }
  const seconds = Math.round((performance.now() - began) / 1000)
  const file = join(import.meta.dirname, '..', 'reports', 'bench.json')
  write(file, rows, seconds)
  console.log(`\n${rows.length} figures in ${seconds} s, written to reports/bench.json`)
}

setTimeout(() => {
  console.error(
    `The bench has not ended after ${MOST_SECONDS} s and is stopped; is the machine at work elsewhere?`,
  )
  process.exit(1)
}, MOST_SECONDS * 1000).unref()
await main()
