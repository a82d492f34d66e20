import type { Choice, Missing, Symptom, Text } from './flow.ts'
import type { Links } from './links.ts'
import type { Reading } from './reading.ts'
import { checkId, takePhrases, takeText } from './reading.ts'
import type { Placed, Section } from './section.ts'

/** LINE shows no more quick replies than this. */
const mostChoices = 13

/** The choices of a question or of a wait: each says where it leads. */
export function readChoices(section: Section, path: Text, reading: Reading, links: Links): Choice[] {
  const offered = offeredBy(section, 'choices', reading).map(({ choice, id }) => {
    choice.expect(['id', 'say', 'next'], ['phrases'])
    const read: Choice = { ...sayingOf(choice, id.text, `${path}.choices`, reading), next: '' }
    links.add(choice.text('next'), (to) => {
      read.next = to
    })
    return read
  })
  if (section.isList('choices') && offered.length === 0) {
    reading.report.add('dead-end', section.at('choices'), { name: 'choices' })
  }
  reading.offers.push(offered.map((choice) => choice.say))
  return offered
}

/** The choices of a checklist's item: each says what is missing, or nothing when the thing is at hand. */
export function readItemChoices(section: Section, path: Text, reading: Reading): Choice[] {
  const offered = offeredBy(section, 'choices', reading).map(({ choice, id }) => {
    choice.expect(['id', 'say'], ['phrases', 'missing'])
    const missing = readMissing(choice, `${path}.missing.${id.text}`, reading)
    const said = sayingOf(choice, id.text, `${path}.choices`, reading)
    return missing ? { ...said, missing, next: '' } : { ...said, next: '' }
  })
  if (section.isList('choices') && offered.length === 0) {
    reading.report.add('dead-end', section.at('choices'), { name: 'choices' })
  }
  reading.offers.push(offered.map((choice) => choice.say))
  return offered
}

function readMissing(choice: Section, path: Text, reading: Reading): Missing | undefined {
  const section = choice.map('missing')?.expect(['what'], ['form', 'note'])
  if (!section) return undefined
  const form = section.text('form')
  if (form) reading.forms.push({ name: form.text, place: form.place })
  const what = takeText(reading, section, 'what', 'name', `${path}.what`) ?? ''
  const note = takeText(reading, section, 'note', 'note', `${path}.note`)
  return { what, ...(form && { form: form.text }), ...(note && { note }) }
}

/** The ways in which a part may not work: each has a hint, or leads elsewhere, or both. */
export function readSymptoms(section: Section, path: Text, reading: Reading, links: Links): Symptom[] {
  const symptoms = offeredBy(section, 'symptoms', reading).map(({ choice, id }) => {
    choice.expect(['id', 'say'], ['phrases', 'hint', 'next'])
    if (!choice.has('hint') && !choice.has('next'))
      reading.report.add('no-help', choice.place, { name: id.text })
    const read: Symptom = sayingOf(choice, id.text, `${path}.symptoms`, reading)
    const hint = takeText(reading, choice, 'hint', 'hint', `${read.say}.hint`)
    if (hint) read.hint = hint
    links.add(choice.text('next'), (to) => {
      read.next = to
    })
    return read
  })
  reading.offers.push(symptoms.map((symptom) => symptom.say))
  return symptoms
}

/** What can be chosen, with a good id of its own each. */
function offeredBy(section: Section, key: string, reading: Reading): { choice: Section; id: Placed }[] {
  const offered: { choice: Section; id: Placed }[] = []
  for (const choice of section.maps(key)) {
    const id = choice.text('id') ?? { text: '', place: choice.place }
    if (choice.has('id') && id.text) checkId(reading, id.text, id.place)
    if (id.text && offered.some((other) => other.id.text === id.text)) {
      reading.report.add('duplicate-id', id.place, { name: id.text })
    }
    offered.push({ choice, id })
    if (offered.length === mostChoices + 1)
      reading.report.add('too-many-choices', choice.place, { most: mostChoices })
  }
  return offered
}

function sayingOf(choice: Section, id: string, path: Text, reading: Reading) {
  const say = `${path}.${id}`
  takeText(reading, choice, 'say', 'say', say)
  return { id, say, phrases: takePhrases(reading, choice, say) }
}
