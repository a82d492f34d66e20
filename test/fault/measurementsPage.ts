import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Gate } from './scenario.ts'

const root = join(import.meta.dirname, '..', '..')
/** The page that the reports are told in. */
export const measurementsFile = join(root, 'docs', 'measurements.md')
const reports = join(root, 'reports')

interface Report {
  title: string
  /** `whole`, or what was asked for by name. */
  form: string | Record<string, string | number | boolean>
  seconds: number
  machine: { 'load before': number }
  figures: Record<string, number | string>
  gates: Gate[]
}

interface Bench {
  rows: {
    name: string
    figure: number
    unit: string
    aim?: { atLeast?: number; atMost?: number }
    behind: Record<string, number>
    meets?: boolean
  }[]
}

/** docs/measurements.md, made of what lies in reports/: nothing in it can be better than what was measured. */
export function measurementsPage(): string {
  const faults = readdirSync(reports).filter((name) => /^F\d\d\.json$/.test(name))
  return [
    intro,
    ...section('bench', (report) => benchPart(report as Bench)),
    ...['load', 'load-postgres', 'soak'].flatMap((name) =>
      section(name, (report) => reportPart(report as Report)),
    ),
    '## Faults\n\nEach is done to running processes: `npm run fault -- F08` does one again, `npm run fault -- list` says what there is.',
    ...faults
      .sort()
      .flatMap((name) =>
        section(name.slice(0, 3), (report) => reportPart(report as Report, name.slice(0, 3))),
      ),
  ]
    .join('\n\n')
    .concat('\n')
}

const intro = `# Measurements

Written by \`npm run docs:measurements\` from [reports/](../reports), which \`npm run bench\`, \`npm run load\`, \`npm run soak\` and
\`npm run fault\` write; do not change it by hand. All of it was measured on two processors, which the callers, the stand-ins for
LINE, Teams and the bank, and PostgreSQL share with Kaijo. "Load" is the load average of the minute before: above 1 or so,
others were at work too, and times say little. **✗** marks what did not hold.`

function section(name: string, part: (report: unknown) => string): string[] {
  const file = join(reports, `${name}.json`)
  return existsSync(file) ? [part(JSON.parse(readFileSync(file, 'utf8')))] : []
}

function benchPart({ rows }: Bench): string {
  const lines = rows.map(({ name, figure, unit, aim, behind, meets }) => {
    const bound = aim ? (aim.atMost !== undefined ? `≤ ${aim.atMost}` : `≥ ${aim.atLeast}`) : ''
    const more = Object.entries(behind).map(([what, value]) => `${what} ${short(value)}`)
    return row(
      name,
      `${short(figure)} ${unit}`,
      `${bound}${meets === false ? ' **✗**' : ''}`,
      more.join(', '),
    )
  })
  const head =
    '## Beside their floors\n\n`npm run bench`: each figure beside a floor that was measured in turns with it.'
  return `${head}\n\n| what | figure | aim | behind it |\n| --- | --- | --- | --- |\n${lines.join('\n')}`
}

function reportPart({ title, form, seconds, machine, figures, gates }: Report, id?: string): string {
  const missed = gates.filter(({ held }) => !held).length
  const asked =
    typeof form === 'string'
      ? form
      : Object.entries(form)
          .map((pair) => pair.join(' '))
          .join(', ')
  const none = gates.filter(({ held, op, bound, value }) => held && op === '==' && bound === 0 && value === 0)
  const others = gates.filter((gate) => !none.includes(gate))
  const table = others.map(({ name, value, op, bound, held }) =>
    row(name, short(value), `${signs[op]} ${short(bound)}${held ? '' : ' **✗**'}`),
  )
  return [
    `${id ? `### ${id} ` : '## '}${title}`,
    `${asked}; ${seconds} s, load ${machine['load before']}. ${missed === 0 ? `All ${gates.length} held.` : `**${missed} of ${gates.length} did not hold.**`}`,
    ...(none.length > 0 ? [`None: ${none.map(({ name }) => name).join(' · ')}.`] : []),
    ...(table.length > 0
      ? [`| what must hold | found | bound |\n| --- | --- | --- |\n${table.join('\n')}`]
      : []),
    ...(Object.keys(figures).length > 0
      ? [
          `Beside it: ${Object.entries(figures)
            .map(([name, value]) => `${name} ${short(value)}`)
            .join(' · ')}.`,
        ]
      : []),
  ].join('\n\n')
}

const signs = { '==': '=', '<=': '≤', '>=': '≥', '<': '<', '>': '>' }

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`

function short(value: number | string): string {
  if (typeof value === 'string') return value
  if (Number.isInteger(value)) return String(value)
  return String(Number(value.toPrecision(3)))
}
