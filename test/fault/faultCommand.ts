import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { misused, readCommandLine } from '../../content/index.ts'
import '../support/sdk.ts'
import { writeReport } from './faultReport.ts'
import { runTests } from './runTests.ts'
import { type Findings, play, type Scenario } from './scenario.ts'
import { findScenarios, leftOut } from './scenarios.ts'

const usage = `npm run fault                         does to Kaijo whatever may happen to it, and writes reports/F….json
npm run fault -- F08 F19              these only
npm run fault -- F08 --quick          seconds instead of minutes, as among the tests
npm run fault -- F08 --seed 7         with chance of its own; the same seed does the same
npm run fault -- list                 says what there is
Ends with 1 when something did not hold.`

const given = process.argv.slice(2).filter((word) => /^(F\d\d|list)$/.test(word))
const { values, words, flags } = readCommandLine(usage, ['seed'], given, ['quick'])
const seed = Number(values.seed ?? 20261123)
if (!Number.isSafeInteger(seed)) misused(`--seed is "${values.seed}"; it is a whole number`)
const quick = flags.has('quick')

const scenarios = await findScenarios()
const unknown = words.find((word) => word !== 'list' && !scenarios.some(({ id }) => id === word))
if (unknown && leftOut[unknown]) misused(`${unknown} is left out: ${leftOut[unknown]}`)
if (unknown) misused(`There is no scenario ${unknown}`)

if (words.includes('list')) list()
else
  process.exitCode = (await all(scenarios.filter(({ id }) => words.length === 0 || words.includes(id))))
    ? 0
    : 1
// What a scenario that failed has left running must not keep the command.
process.exit()

function list(): void {
  for (const { id, title } of scenarios) console.log(`${id}  ${title}`)
  for (const [id, why] of Object.entries(leftOut)) console.log(`${id}  – ${why}`)
}

async function all(chosen: readonly Scenario[]): Promise<boolean> {
  const failed: string[] = []
  for (const scenario of chosen) if (!(await one(scenario))) failed.push(scenario.id)
  console.log(failed.length > 0 ? `Not held: ${failed.join(', ')}` : 'All of it held')
  for (const [id, why] of Object.entries(leftOut))
    if (words.length === 0) console.log(`${id} left out: ${why}`)
  return failed.length === 0
}

async function one(scenario: Scenario): Promise<boolean> {
  const [load = 0] = loadavg()
  console.log(`\n${scenario.id}  ${scenario.title}`)
  const began = performance.now()
  const found = await Promise.race([result(scenario), tooLong(scenario)]).catch((error: unknown) => {
    console.error(`     broken: ${error instanceof Error ? error.stack : error}`)
  })
  if (!found) return false
  const seconds = (performance.now() - began) / 1000
  writeReport(scenario, { seed, quick, seconds, load }, found)
  console.log(`     ${Math.round(seconds)} s`)
  return found.gates.length > 0 && found.gates.every(({ held }) => held)
}

function result(scenario: Scenario): Promise<Findings> {
  const { tests } = scenario
  const log = (line: string) => console.log(`     ${line}`)
  const played =
    quick && tests ? { run: (context: Parameters<typeof runTests>[0]) => runTests(context, tests) } : scenario
  return play(played, { quick, seed, log })
}

async function tooLong({ id, minutes = 10 }: Scenario): Promise<never> {
  await sleep(minutes * 60_000, undefined, { ref: false })
  throw new Error(`${id} has not ended after ${minutes} minutes`)
}
