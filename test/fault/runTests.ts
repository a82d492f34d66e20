import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from './scenario.ts'

const root = join(import.meta.dirname, '..', '..')
const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js')

interface Result {
  stats: { tests: number; passes: number; pending: number; duration: number }
  failures: { fullTitle: string; err: { message?: string } }[]
}

/** Runs tests that are the proof of a scenario, or a part of it, as `npm test` runs them; each must pass. */
export async function runTests(context: Context, files: readonly string[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-fault-'))
  const report = join(dir, 'report.json')
  const output = ['--reporter', 'json', '--reporter-option', `output=${report}`]
  const env = { ...process.env, SEED: String(context.seed) }
  const child = spawn(process.execPath, [mocha, ...output, ...files], { cwd: root, env, stdio: 'ignore' })
  try {
    await once(child, 'exit')
    const { stats, failures } = JSON.parse(readFileSync(report, 'utf8')) as Result
    for (const { fullTitle, err } of failures) context.log(`failed: ${fullTitle}: ${err.message}`)
    context.figure('tests passed', stats.passes)
    context.figure('tests took s', Math.round(stats.duration / 1000))
    context.gate('tests failed or left out', stats.tests - stats.passes, '==', 0)
    context.gate('tests', stats.tests, '>', 0)
  } finally {
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true })
  }
}
