import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from './scenario.ts'

const here = import.meta.dirname

/** All scenarios, in the order of their ids: every file that is named as one. */
export async function findScenarios(): Promise<Scenario[]> {
  const files = readdirSync(here).filter((name) => /^f\d\d[A-Z]\w*\.ts$/.test(name))
  return Promise.all(files.sort().map(readScenario))
}

async function readScenario(file: string): Promise<Scenario> {
  const { scenario } = (await import(join(here, file))) as { scenario?: Scenario }
  if (!scenario) throw new Error(`test/fault/${file} exports no \`scenario\`; see test/fault/scenario.ts`)
  if (scenario.id.toLowerCase() !== file.slice(0, 3))
    throw new Error(`test/fault/${file} says that it is ${scenario.id}; its name says otherwise`)
  return scenario
}

/** Faults of the list that no scenario is for, and why. */
export const leftOut: Record<string, string> = {
  F07: 'Kaijo has no Redis: PostgreSQL is its only store among processes, and F08 is for that',
}
