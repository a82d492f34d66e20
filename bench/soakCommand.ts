import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { misused, readCommandLine } from '../content/index.ts'

const usage = `npm run soak                       fifty turns a second of all channels, and sockets that come and go, for ten minutes: whether
                                   memory, file descriptors and timers stay as they are; writes reports/soak.json
npm run soak -- --minutes 240      for so long
             -- --storage postgres on a PostgreSQL of its own; sqlite unless said otherwise
             -- --out FILE         the report elsewhere
             -- --quick            a few seconds of it, as among the tests
Ends with 1 when something did not hold.`

const { values, flags } = readCommandLine(usage, ['minutes', 'storage', 'out', 'seed'], [], ['quick'])
const storage = values.storage ?? 'sqlite'
if (storage !== 'sqlite' && storage !== 'postgres')
  misused(`--storage is "${storage}"; it is sqlite or postgres`)
const form = {
  storage: storage as 'sqlite' | 'postgres',
  quick: flags.has('quick'),
  seed: number('seed') ?? 20261123,
  minutes: number('minutes'),
}
const out = resolve(values.out ?? join(import.meta.dirname, '..', 'reports', 'soak.json'))

const [load = 0] = loadavg()
const began = performance.now()
// Loaded after the command line is read, so that help comes at once.
await import('../test/support/sdk.ts')
const { playSoak } = await import('./soak.ts')
const { hold, writeFindings } = await import('./loadReport.ts')
const { found, asked, samples } = await playSoak(form, (line) => console.log(line))
const seconds = (performance.now() - began) / 1000
writeFindings(out, { title: 'Kaijo for long', form: asked, seconds, load }, found, { samples })
console.log(
  `\n${Math.round(seconds)} s, load ${load.toFixed(1)} before; ${hold(found) ? 'all of it held' : 'not all of it held'}`,
)
process.exit(hold(found) ? 0 : 1)

function number(name: 'minutes' | 'seed'): number | undefined {
  const given = values[name]
  if (given === undefined) return undefined
  const value = Number(given)
  if (!(value > 0)) misused(`--${name} is "${given}"; it is a number above 0`)
  return value
}
