import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { median } from './rounds.ts'

/** One figure of the bench: a ratio of two things measured side by side, or an absolute one. */
export interface Row {
  name: string
  /** What counts: a ratio, or the figure itself where there is nothing to compare with. */
  figure: number
  unit: 'x' | 'ms' | 'MB'
  /** What to aim for; some rows are there for comparison only. */
  aim?: { atMost: number } | { atLeast: number }
  /** The absolute numbers behind it, by name, e.g. `{ 'echo µs': 26 }`. */
  behind: Record<string, number>
}

/** Prints a row as soon as it is known. */
export function print(row: Row): void {
  const figure = `${short(row.figure)} ${row.unit}`.padStart(11)
  const behind = Object.entries(row.behind).map(([name, value]) => `${name} ${short(value)}`)
  console.log(`${figure}  ${verdict(row).padEnd(15)} ${row.name}`)
  if (behind.length > 0) console.log(`${' '.repeat(13)}${behind.join(' · ')}`)
}

/** Writes all rows as JSON, with what they were measured on. */
export function write(file: string, rows: readonly Row[], seconds: number): void {
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model }
  const report = { ...machine, seconds, rows: rows.map((row) => ({ ...row, meets: meets(row) })) }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`)
}

/** Each contender's median under its name with the unit behind it. */
export function medians(figures: Record<string, readonly number[]>, unit: string): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, all]) => [`${name} ${unit}`, median(all)]))
}

function verdict(row: Row): string {
  if (!row.aim) return ''
  const aim = 'atMost' in row.aim ? `<= ${row.aim.atMost}` : `>= ${row.aim.atLeast}`
  return `${meets(row) ? 'ok  ' : 'MISS'} ${aim}`
}

function meets({ figure, aim }: Row): boolean | undefined {
  if (!aim) return undefined
  return 'atMost' in aim ? figure <= aim.atMost : figure >= aim.atLeast
}

function short(figure: number): string {
  return figure >= 100 ? String(Math.round(figure)) : String(Number(figure.toPrecision(3)))
}
