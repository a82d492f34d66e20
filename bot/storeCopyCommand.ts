import { misused, readCommandLine } from '../content/index.ts'
import { copyStore } from './store/copy.ts'
import { isPostgres } from './store/postgresPool.ts'

const usage = `npm run store:copy -- sqlite:./data/kaijo.db postgres://user:password@host/database
Copies everything from a SQLite store into an empty PostgreSQL, and compares counts and checksums. Stop the bot first.
A copy that was broken off goes on where it stood when it is called again.`

const given = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const [from, to, ...more] = readCommandLine(usage, [], given).words
if (!from || !to || more.length > 0) misused('It takes two addresses, from and to')
const file = /^sqlite:(.+)$/.exec(from)?.[1]
if (!file) misused(`"${from}" is no SQLite store; it begins with sqlite: and names a file`)
if (!isPostgres(to)) misused('The second address is no PostgreSQL; it begins with postgres://')

try {
  let batches = 0
  const copied = await copyStore(file, to, () => {
    if (++batches % 20 === 0) process.stderr.write('.')
  })
  if (batches >= 20) process.stderr.write('\n')
  for (const { table, rows, checksum } of copied)
    console.log(`${table.padEnd(20)} ${String(rows).padStart(9)} rows  ${checksum.slice(0, 16)}`)
  console.log('Both sides are the same. Set STORAGE_URL to the new one, and start.')
} catch (error) {
  console.error(`${(error as Error).message}`)
  process.exitCode = 1
}
