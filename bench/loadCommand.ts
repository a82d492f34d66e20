import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { misused, readCommandLine } from '../content/index.ts'

const usage = `npm run load                       Kaijo under load: turns of all channels at a fixed rate beside a floor, five times more
                                   than it can do, and unlocks meanwhile; writes reports/load.json
npm run load -- --rate 300         so many turns a second
             -- --seconds 60       for so long
             -- --storage postgres on a PostgreSQL of its own; sqlite unless said otherwise
             -- --processes 2      in several processes, which needs postgres
             -- --out FILE         the report elsewhere
             -- --quick            a few seconds of it, as among the tests
Ends with 1 when something did not hold.`

const { values, flags } = readCommandLine(
  usage,
  ['rate', 'seconds', 'storage', 'processes', 'out', 'seed'],
  [],
  ['quick'],
)
const quick = flags.has('quick')
const storage = readStorage(values.storage ?? 'sqlite')
const processes = number('processes', 1)
if (processes > 1 && storage === 'sqlite')
  misused(`--processes is ${processes}, and SQLite takes one process; add --storage postgres`)
const form = {
  ...{ storage, processes, quick, seed: number('seed', 20261123) },
  ...(values.rate !== undefined && { rate: number('rate', 300) }),
  ...(values.seconds !== undefined && { seconds: number('seconds', 60) }),
}
const out = resolve(values.out ?? join(import.meta.dirname, '..', 'reports', 'load.json'))

const [load = 0] = loadavg()
const began = performance.now()
// Loaded after the command line is read, so that help comes at once.
await import('../test/support/sdk.ts')
const { playLoad } = await import('./load.ts')
const { hold, writeFindings } = await import('./loadReport.ts')
const { found, asked } = await playLoad(form, (line) => console.log(line))
const seconds = (performance.now() - began) / 1000
writeFindings(out, { title: 'Kaijo under load', form: asked, seconds, load }, found)
console.log(
  `\n${Math.round(seconds)} s, load ${load.toFixed(1)} before; ${hold(found) ? 'all of it held' : 'not all of it held'}`,
)
process.exit(hold(found) ? 0 : 1)

function readStorage(given: string): 'sqlite' | 'postgres' {
  if (given === 'sqlite' || given === 'postgres') return given
  return misused(`--storage is "${given}"; it is sqlite or postgres`)
}

function number(name: 'rate' | 'seconds' | 'processes' | 'seed', usual: number): number {
  const given = values[name]
  if (given === undefined) return usual
  const value = Number(given)
  if (!Number.isSafeInteger(value) || value < 1)
    misused(`--${name} is "${given}"; it is a whole number from 1`)
  return value
}
