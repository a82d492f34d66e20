import { readSymptoms } from './choiceReader.ts'
import type { Part, Step, Text } from './flow.ts'
import { checkId, takeMap, takeText } from './reading.ts'
import type { Placed, Section } from './section.ts'
import type { StepSource } from './stepSource.ts'
import { readAsked } from './stepSource.ts'

/** The one choice of a part, in the bot's own words: the same in every procedure. */
const done = 'bot:step.done'

/** A procedure: its parts, numbered. */
export function readParts(source: StepSource): Step[] {
  const { section, id, path, reading, links } = source
  section.expect(['procedure', 'steps', 'next'], ['intro', 'device', 'link'])
  const title = takeText(reading, section, 'procedure', 'title', `${path}.procedure`) ?? ''
  const intro = takeText(reading, section, 'intro', 'text', `${path}.intro`)
  const device = section.oneOf('device', ['any', 'phone', 'pc-cert']) ?? 'any'
  const link = section.oneOf('link', ['unlock'])

  const steps = takeMap(reading, section, 'steps', path)
  const names = steps?.keys() ?? []
  const parts = names.map((name, place): Part => {
    const next = names[place + 1]
    const choice = { id: 'done', say: done, phrases: {}, next: next ? `${id}/${next}` : '' }
    const numbered = { procedure: id, title, device, number: place + 1, total: names.length }
    const first = place === 0 ? { ...(intro && { intro }), ...(link && { link }) } : {}
    return {
      kind: 'part',
      id: `${id}/${name}`,
      ask: '',
      ...numbered,
      ...first,
      symptoms: [],
      choices: [choice],
    }
  })
  for (const [place, name] of names.entries())
    readPart(source, takeMap(reading, steps, name, `${path}.${name}`), parts[place])
  if (steps && parts.length === 0) reading.report.add('dead-end', section.at('steps'), { name: 'steps' })
  links.add(section.text('next'), (to) => {
    const way = parts.at(-1)?.choices[0]
    if (way) way.next = to
  })
  return parts
}

function readPart(source: StepSource, section: Section | undefined, part: Part | undefined): void {
  if (!section || !part) return
  const name = part.id.slice(source.id.length + 1)
  checkId(source.reading, name, section.place, true)
  const like = section.text('like')
  if (section.has('like')) {
    section.expect(['like'])
    if (like) source.copies.push({ id: part.id, like, put: (original) => copy(original, part) })
    return
  }
  section.expect(['do'], ['note', 'image', 'unsure', 'table', 'symptoms', 'agent'])
  const path = `${source.path}.${name}`
  const table = readTable(source, section, path)
  const symptoms = readSymptoms(section, path, source.reading, source.links)
  Object.assign(part, readAsked(section, path, source.reading, 'do'), table && { table }, { symptoms })
}

/** The copy says and shows the same; its number and where it leads stay its own. */
function copy(original: Step, part: Part): void {
  if (original.kind !== 'part') return
  const { ask, note, unsure, image, table, symptoms } = original
  Object.assign(
    part,
    { ask },
    note && { note },
    unsure && { unsure },
    image && { image },
    table && { table },
    { symptoms },
  )
}

function readTable({ reading }: StepSource, part: Section, path: Text) {
  const section = part.map('table')?.expect(['columns', 'rows'])
  if (!section) return undefined
  const columns = section.texts('columns')
  const rows = section.rows('rows')
  for (const [at, row] of rows.entries()) {
    const place = row[0]?.place ?? section.at('rows')
    if (row.length === columns.length) continue
    reading.report.add('uneven-table', place, { columns: columns.length, cells: row.length })
    reading.doubtful.add(`${path}.table.rows.${at}`)
  }
  const take = (at: string, cell: Placed): Text => {
    const key = `${path}.table.${at}`
    reading.sentences.set(key, { key, locale: 'ja', field: 'cell', ...cell })
    return key
  }
  return {
    columns: columns.map((cell, i) => take(`columns.${i}`, cell)),
    rows: rows.map((row, i) => row.map((cell, j) => take(`rows.${i}.${j}`, cell))),
  }
}
