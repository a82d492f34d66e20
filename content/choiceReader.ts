import type { Choice, Missing, Symptom, Text } from './flow.ts'
import type { Links } from './links.ts'
import type { Reading } from './reading.ts'
import { checkId, takePhrases, takeText } from './reading.ts'
import type { Section } from './section.ts'

/** LINE shows no more quick replies than this. */
const mostChoices = 13

/** The choices of a question or of a wait: each says where it leads. */
export function readChoices(section: Section, path: Text, reading: Reading, links: Links): Choice[] {
  const choices = offeredBy(section, 'choices', path, reading).map(({ choice, id, say }) => {
    choice.expect(['id', 'say', 'next'], ['phrases'])
    const read: Choice = { id, ...takeSaying(choice, say, reading), next: '' }
    links.add(choice.text('next'), (to) => {
      read.next = to
    })
    return read
  })
  return offer(choices, reading)
}

/** The choices of a checklist's item: each says what is missing, or nothing when the thing is at hand. */
export function readItemChoices(section: Section, path: Text, reading: Reading): Choice[] {
  const choices = offeredBy(section, 'choices', path, reading).map(({ choice, id, say }) => {
    choice.expect(['id', 'say'], ['phrases', 'missing'])
    const missing = readMissing(choice, `${path}.missing.${id}`, reading)
    return { id, ...takeSaying(choice, say, reading), ...(missing && { missing }), next: '' }
  })
  return offer(choices, reading)
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
  const symptoms = offeredBy(section, 'symptoms', path, reading).map(({ choice, id, say }) => {
    choice.expect(['id', 'say'], ['phrases', 'hint', 'next'])
    if (choice.lacks('hint') && choice.lacks('next')) {
      reading.report.add('no-help', choice.place, { name: id })
      reading.doubtful.add(`${say}.hint`)
    }
    const hint = takeText(reading, choice, 'hint', 'hint', `${say}.hint`)
    const read: Symptom = { id, ...takeSaying(choice, say, reading), ...(hint && { hint }) }
    links.add(choice.text('next'), (to) => {
      read.next = to
    })
    return read
  })
  return offer(symptoms, reading)
}

/** What can be chosen, with an id of its own each, and the key under which it is said. */
function offeredBy(section: Section, list: 'choices' | 'symptoms', path: Text, reading: Reading) {
  const key = `${path}.${list}`
  const offered: { choice: Section; id: string; say: Text }[] = []
  const refuse = (rule: string, place: Section['place'], values = {}) => {
    reading.report.add(rule, place, values)
    reading.doubtful.add(key)
  }
  if (!section.isList(list) && section.isDoubtful(list)) reading.doubtful.add(key)
  for (const choice of section.maps(list)) {
    const id = choice.text('id')
    const name = id?.text ?? ''
    if (id && !checkId(reading, name, id.place)) reading.doubtful.add(key)
    if (id && offered.some((other) => other.id === name)) refuse('duplicate-id', id.place, { name })
    offered.push({ choice, id: name, say: `${key}.${name}` })
    if (offered.length === mostChoices + 1) refuse('too-many-choices', choice.place, { most: mostChoices })
  }
  if (list === 'choices' && section.isList(list) && offered.length === 0)
    refuse('dead-end', section.at(list), { name: list })
  return offered
}

function takeSaying(choice: Section, say: Text, reading: Reading) {
  takeText(reading, choice, 'say', 'say', say)
  return { say, phrases: takePhrases(reading, choice, say) }
}

function offer<T extends { say: Text }>(choices: T[], reading: Reading): T[] {
  reading.offers.push(choices.map((choice) => choice.say))
  return choices
}
