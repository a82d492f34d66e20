import { basename } from 'node:path'
import type { Place } from './finding.ts'
import type { Flow, FormKey, Outcome, Step } from './flow.ts'
import { Links } from './links.ts'
import type { Reading } from './reading.ts'
import { checkId, checkName, takeText } from './reading.ts'
import { Section } from './section.ts'
import type { Source } from './source.ts'
import { readStep } from './stepReader.ts'
import type { Copy } from './stepSource.ts'
import { isConnected } from './ways.ts'

/** A flow as it was read, and where its steps and outcomes stand. */
export interface FlowDraft {
  flow: Flow
  /** By the writer's name of a step (`at-hand`, not its parts) and by `outcomes.` and the name of an outcome. */
  places: Map<string, Place>
  /** Whether every link leads somewhere, so that the ways through the flow can be checked. */
  isWhole: boolean
}

/** Reads one file of `content/flows`. */
export function readFlow(source: Source, reading: Reading): FlowDraft | undefined {
  const section = Section.ofFile(source, reading.report)?.expect([
    'id',
    'title',
    'start',
    'steps',
    'outcomes',
  ])
  if (!section) return undefined
  const id = readFileId(section, source.file, reading)
  const flow: Flow = { id, title: '', start: '', steps: new Map(), outcomes: new Map() }
  flow.title = takeText(reading, section, 'title', 'title', `flows:${id}.title`) ?? ''
  const places = new Map<string, Place>()
  const links = new Links()
  links.add(section.text('start'), (to) => {
    flow.start = to
  })

  const copies: Copy[] = []
  const heads = new Map<string, string>()
  const steps = section.map('steps')
  for (const name of steps?.keys() ?? []) {
    places.set(name, steps?.at(name) ?? section.place)
    checkId(reading, name, places.get(name) ?? section.place, true)
    const step = steps?.map(name)
    heads.set(name, name)
    if (!step) continue
    const read = readStep({ section: step, id: name, path: `flows:${id}.${name}`, reading, links, copies })
    for (const one of read) flow.steps.set(one.id, one)
    for (const one of read) heads.set(one.id, one.id)
    heads.set(name, read[0]?.id ?? name)
  }
  resolveCopies(copies, flow.steps, reading)
  const outcomes = section.map('outcomes')
  readOutcomes(outcomes, flow, places, reading)
  for (const name of outcomes?.keys() ?? []) heads.set(name, name)
  const isFollowed = links.follow(heads, flow.outcomes, reading)
  const isRead = !reading.report.findings.some(({ file, rule }) => file === source.file && hides.has(rule))
  return { flow, places, isWhole: isFollowed && isRead && isConnected(flow) }
}

/** Mistakes behind which a link may be hidden. */
const hides = new Set(
  'duplicate-key unknown-key missing-key not-a-map not-a-list not-a-text empty-text duplicate-id dead-end no-missing-outcome unconfirmed-outcome'.split(
    ' ',
  ),
)

/** The id that a file gives itself, which must be the file's name. */
export function readFileId(section: Section, file: string, reading: Reading): string {
  const name = basename(file).replace(/\.ya?ml$/, '')
  const id = section.text('id')
  if (!id) return name
  checkId(reading, id.text, id.place)
  if (id.text !== name) reading.report.add('id-not-file', id.place, { name: id.text, file: name })
  return name
}

function resolveCopies(copies: Copy[], steps: Map<string, Step>, reading: Reading): void {
  const copied = new Set(copies.map((copy) => copy.id))
  const originals = new Map([...steps].filter(([id, step]) => step.kind === 'part' && !copied.has(id)))
  for (const { like, put } of copies) {
    const original = originals.get(like.text)
    if (original) put(original)
    else checkName(reading, 'unknown-step', like.text, originals.keys(), like.place)
  }
}

function readOutcomes(
  outcomes: Section | undefined,
  flow: Flow,
  places: Map<string, Place>,
  reading: Reading,
): void {
  for (const name of outcomes?.keys() ?? []) {
    const outcome = outcomes?.map(name)
    const place = outcomes?.at(name)
    if (!outcome || !place) continue
    checkId(reading, name, place)
    if (places.has(name)) reading.report.add('duplicate-id', place, { name })
    places.set(`outcomes.${name}`, place)
    flow.outcomes.set(name, readOutcome(outcome, name, `flows:${flow.id}.outcomes.${name}`, reading))
  }
}

function readOutcome(section: Section, id: string, path: string, reading: Reading): Outcome {
  section.expect(['title', 'text'], ['after', 'forms', 'missing', 'person', 'confirmed'])
  const forms = section.texts('forms')
  reading.forms.push(...forms.map(({ text, place }) => ({ name: text, place })))
  const after = takeText(reading, section, 'after', 'text', `${path}.after`)
  const confirmed = section.oneOf('confirmed', ['unlock'])
  return {
    id,
    title: takeText(reading, section, 'title', 'title', `${path}.title`) ?? '',
    text: takeText(reading, section, 'text', 'text', `${path}.text`) ?? '',
    ...(after && { after }),
    forms: forms.map((form): FormKey => form.text),
    missing: section.flag('missing'),
    person: section.flag('person'),
    ...(confirmed && { confirmed }),
  }
}
