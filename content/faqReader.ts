import type { FaqEntry } from './faq.ts'
import type { Place } from './finding.ts'
import type { Reading } from './reading.ts'
import { checkId, takeMap, takePhrases, takePicture, takeText } from './reading.ts'
import { Section } from './section.ts'
import type { Source } from './source.ts'

/** An answer as it was read, and where what it says about a flow stands. */
export interface FaqDraft {
  entry: FaqEntry
  place: Place
  starts?: { flow: Place; given: Map<string, { step: Place; choice: Place }> }
}

/** Reads one file of `content/faq`: a map of ids and answers. */
export function readFaq(source: Source, reading: Reading, drafts: Map<string, FaqDraft>): void {
  const file = Section.ofFile(source, reading.report)
  for (const id of file?.keys() ?? []) {
    const place = file?.at(id) ?? { file: source.file, line: 1, column: 1 }
    checkId(reading, id, place)
    const first = drafts.get(id)
    if (first) {
      reading.report.add('duplicate-id', place, { name: id })
      continue
    }
    const section = takeMap(reading, file, id, `faq:${id}`)
    if (section) drafts.set(id, readEntry(section, id, place, reading))
  }
}

function readEntry(section: Section, id: string, place: Place, reading: Reading): FaqDraft {
  const optional = ['label', 'image', 'starts', 'person', 'handoff', 'featured', 'smalltalk']
  section.expect(['question', 'answer', 'phrases'], optional)
  const path = `faq:${id}`
  const question = takeText(reading, section, 'question', 'question', `${path}.question`) ?? ''
  const label = takeText(reading, section, 'label', 'label', `${path}.label`)
  const answer = takeText(reading, section, 'answer', 'answer', `${path}.answer`) ?? ''
  const image = takePicture(reading, section, `${path}.alt`)
  const phrases = takePhrases(reading, section, path)
  const starts = readStarts(section)
  const flags = {
    person: section.flag('person'),
    handoff: section.flag('handoff'),
    featured: section.flag('featured'),
    smalltalk: section.flag('smalltalk'),
  }
  const words = { question, ...(label && { label }), answer, ...(image && { image }), phrases }
  const entry: FaqEntry = { id, ...words, ...(starts && { starts: starts.value }), ...flags }
  return { entry, place, ...(starts && { starts: starts.places }) }
}

function readStarts(section: Section) {
  const starts = section.map('starts')?.expect(['flow'], ['given'])
  const flow = starts?.text('flow')
  if (!starts || !flow) return undefined
  const given: Record<string, string> = {}
  const places = new Map<string, { step: Place; choice: Place }>()
  const answers = starts.map('given')
  for (const step of answers?.keys() ?? []) {
    const choice = answers?.text(step)
    if (!choice) continue
    given[step] = choice.text
    places.set(step, { step: answers?.at(step) ?? choice.place, choice: choice.place })
  }
  return { value: { flow: flow.text, given }, places: { flow: flow.place, given: places } }
}
