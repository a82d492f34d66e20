import { basename } from 'node:path'
import { takeAgentLines } from './agentLines.ts'
import type { Place } from './finding.ts'
import type { Flow, FormKey, Next, Outcome, Step } from './flow.ts'
import { isPartOf, Links } from './links.ts'
import type { Reading } from './reading.ts'
import { checkId, checkName, takeMap, takeText } from './reading.ts'
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
  const keys = ['id', 'title', 'start', 'steps', 'outcomes']
  const section = Section.ofFile(source, reading.report)?.expect(keys)
  if (!section) return undefined
  const id = readFileId(section, source.file, reading)
  const flow: Flow = { id, title: '', start: '', steps: new Map(), outcomes: new Map() }
  flow.title = takeText(reading, section, 'title', 'title', `flows:${id}.title`) ?? ''
  const places = new Map<string, Place>()
  const links = new Links()
  links.add(section.text('start'), (to) => {
    flow.start = to
  })
  const heads = new Map<string, Next>()
  const hollow = new Set<string>()
  readSteps(section, flow, { places, heads, hollow, links }, reading)
  for (const name of readOutcomes(section, flow, places, reading)) heads.set(name, name)
  const isFollowed = links.follow({ heads, hollow }, flow.outcomes, reading)
  const isRead = !reading.report.findings.some(({ file, rule }) => file === source.file && hides.has(rule))
  return { flow, places, isWhole: isFollowed && isRead && isConnected(flow) }
}

interface Ways {
  places: Map<string, Place>
  heads: Map<string, Next>
  /** Steps that could not be read, or only without their parts. */
  hollow: Set<string>
  links: Links
}

function readSteps(
  section: Section,
  flow: Flow,
  { places, heads, hollow, links }: Ways,
  reading: Reading,
): void {
  const steps = section.map('steps')
  if (!steps) reading.doubtful.add(`flows:${flow.id}`)
  const copies: Copy[] = []
  for (const name of steps?.keys() ?? []) {
    const place = steps?.at(name) ?? section.place
    places.set(name, place)
    heads.set(name, name)
    checkId(reading, name, place, true)
    const path = `flows:${flow.id}.${name}`
    const step = takeMap(reading, steps, name, path)
    const read = step ? readStep({ section: step, id: name, path, reading, links, copies }) : []
    if (read.length === 0) hollow.add(name)
    for (const one of read) flow.steps.set(one.id, one)
    for (const one of read) heads.set(one.id, one.id)
    heads.set(name, read[0]?.id ?? name)
  }
  resolveCopies(copies, flow.steps, hollow, reading)
}

/** Mistakes behind which a link may be hidden. */
const hides = new Set([
  'duplicate-key',
  'duplicate-id',
  'unknown-key',
  'missing-key',
  'not-a-map',
  'not-a-list',
  'not-a-text',
  'empty-text',
  'dead-end',
  'no-missing-outcome',
  'unconfirmed-outcome',
])

/** The id that a file gives itself, which must be the file's name. */
export function readFileId(section: Section, file: string, reading: Reading): string {
  const name = basename(file).replace(/\.ya?ml$/, '')
  const id = section.text('id')
  if (!id) return name
  checkId(reading, id.text, id.place)
  if (id.text !== name) reading.report.add('id-not-file', id.place, { name: id.text, file: name })
  return name
}

function resolveCopies(
  copies: Copy[],
  steps: Map<string, Step>,
  hollow: Set<string>,
  reading: Reading,
): void {
  const copied = new Set(copies.map((copy) => copy.id))
  const originals = new Map([...steps].filter(([id, step]) => step.kind === 'part' && !copied.has(id)))
  for (const { like, put } of copies) {
    const original = originals.get(like.text)
    if (original) put(original)
    else if (!isPartOf(hollow, like.text))
      checkName(reading, 'unknown-step', like.text, originals.keys(), like.place)
  }
}

/** Gives the names of all outcomes, also of those that could not be read. */
function readOutcomes(section: Section, flow: Flow, places: Map<string, Place>, reading: Reading): string[] {
  const path = `flows:${flow.id}.outcomes`
  const outcomes = takeMap(reading, section, 'outcomes', path)
  for (const name of outcomes?.keys() ?? []) {
    const outcome = takeMap(reading, outcomes, name, `${path}.${name}`)
    const place = outcomes?.at(name)
    if (!outcome || !place) continue
    checkId(reading, name, place)
    if (places.has(name)) reading.report.add('duplicate-id', place, { name })
    places.set(`outcomes.${name}`, place)
    flow.outcomes.set(name, readOutcome(outcome, name, `${path}.${name}`, reading))
  }
  return outcomes?.keys() ?? []
}

function readOutcome(section: Section, id: string, path: string, reading: Reading): Outcome {
  section.expect(['title', 'text'], ['after', 'forms', 'missing', 'person', 'confirmed', 'agent'])
  takeAgentLines(reading, section, path)
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
