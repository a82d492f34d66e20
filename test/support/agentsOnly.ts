import { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { agentMark } from '../../content/index.ts'
import { watchSent } from './sentBytes.ts'

/**
 * Looks through every byte that leaves while tests run: answers, web sockets, and what is sent to LINE and Teams, from
 * this process and from every Node that it starts. A line for agents only may leave in an answer of the desk and
 * nowhere else.
 */
const found: string[] = []
watchSent(agentMark, (around) => found.push(around))

const folder = mkdtempSync(join(tmpdir(), 'kaijo-leaks-'))
const file = join(folder, 'found')
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const preload = `--import=${pathToFileURL(join(import.meta.dirname, 'agentsOnlyChild.ts')).href}`
interface Spawning {
  file: string
  envPairs?: string[]
}
/** `spawn`, `fork` and `execFile` all come through this. */
const raw = ChildProcess.prototype as unknown as { spawn(options: Spawning): unknown }
const { spawn } = raw
raw.spawn = function (this: ChildProcess, options) {
  if (options.file === process.execPath && options.envPairs) options.envPairs = watched(options.envPairs)
  return spawn.call(this, options)
}

/** An older Node, which some tests start, cannot load TypeScript before all else. */
function watched(pairs: string[]): string[] {
  const options = pairs.find((pair) => pair.startsWith('NODE_OPTIONS='))?.slice('NODE_OPTIONS='.length) ?? ''
  const rest = pairs.filter((pair) => !/^(NODE_OPTIONS|KAIJO_TEST_MARK|KAIJO_TEST_LEAKS)=/.test(pair))
  const all = options.includes(preload) ? options : `${preload} ${options}`.trim()
  return [...rest, `NODE_OPTIONS=${all}`, `KAIJO_TEST_MARK=${agentMark}`, `KAIJO_TEST_LEAKS=${file}`]
}

/** What has left since the last look. */
export function leaksOf(): string[] {
  return [...found.splice(0), ...leaksOfProcesses()]
}

function leaksOfProcesses(): string[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  rmSync(file)
  return lines.map((line) => JSON.parse(line) as string)
}

function refuseLeaks(): void {
  const [first] = leaksOf()
  if (first !== undefined) throw new Error(`A line for agents only was sent to somebody else: ${first}`)
}

export const mochaHooks = { afterEach: refuseLeaks, afterAll: refuseLeaks }
