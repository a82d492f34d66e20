import type { Place } from './finding.ts'
import type { Text } from './flow.ts'
import { nearest } from './nearest.ts'
import type { Report } from './report.ts'
import type { Placed, Section } from './section.ts'

/** What a sentence is for; the rules for texts differ by it. */
export type Field =
  | 'title'
  /** A customer's own question, as an answer's title. */
  | 'question'
  | 'ask'
  | 'say'
  | 'note'
  | 'unsure'
  | 'alt'
  | 'do'
  | 'hint'
  | 'cell'
  | 'name'
  | 'text'
  | 'answer'
  | 'label'
  /** What an agent reads aloud to a customer. */
  | 'read'
  /** For agents only. */
  | 'agent'
  /** An approved text that an agent sends. */
  | 'canned'
  /** A word of the bot itself, from `locales`. */
  | 'chrome'

/** One sentence as a writer or a translator wrote it. */
export interface Sentence {
  key: Text
  locale: 'ja' | 'en'
  text: string
  field: Field
  place: Place
}

/** One more way to say what stands under a key. */
export interface Phrasing extends Placed {
  key: Text
  locale: 'ja' | 'en'
}

/** A name that must exist somewhere, e.g. a picture's file. */
export interface Mention {
  name: string
  place: Place
}

/** Where everything read so far is gathered, so that it can be checked against each other at the end. */
export interface Reading {
  report: Report
  /** By key, in the writer's language; the key is where the sentence stands. */
  sentences: Map<Text, Sentence>
  /** The phrases under a key, by locale: the very object that the flow or the answer holds. */
  phrases: Map<Text, Record<string, string[]>>
  phrasings: Phrasing[]
  /** Keys of what is offered together, and so must differ. */
  offers: Text[][]
  /** Keys under which something is written wrong, so that nothing can be said about their translations. */
  doubtful: Set<Text>
  pictures: Mention[]
  forms: Mention[]
}

export function createReading(report: Report): Reading {
  return {
    report,
    sentences: new Map(),
    phrases: new Map(),
    phrasings: [],
    offers: [],
    doubtful: new Set(),
    pictures: [],
    forms: [],
  }
}

/** Takes the sentence under `name`, gives the key it is known by from now on; an absent one gives undefined. */
export function takeText(
  reading: Reading,
  section: Section,
  name: string,
  field: Field,
  path: Text,
): Text | undefined {
  const found = section.text(name)
  if (found) reading.sentences.set(path, { key: path, locale: 'ja', field, ...found })
  else if (section.isDoubtful(name)) reading.doubtful.add(path)
  return found && path
}

/** Takes the map under `name`; what should have been in it is told at `path`. */
export function takeMap(
  reading: Reading,
  section: Section | undefined,
  name: string,
  path: Text,
): Section | undefined {
  const found = section?.map(name)
  if (!found && section?.isDoubtful(name)) reading.doubtful.add(path)
  return found
}

/** Takes the phrases under `phrases`, if any. */
export function takePhrases(reading: Reading, section: Section, key: Text): Record<string, string[]> {
  const found = section.texts('phrases')
  const phrases = { ja: found.map((one) => one.text), en: [] }
  reading.phrases.set(key, phrases)
  reading.phrasings.push(...found.map((one): Phrasing => ({ key, locale: 'ja', ...one })))
  return phrases
}

/** Takes `image: { file, alt }`, if any; its words stand at `path`, beside the words of what it pictures. */
export function takePicture(reading: Reading, section: Section, path: Text) {
  const image = section.map('image')
  if (!image) return undefined
  image.expect(['file'], ['alt'])
  if (image.lacks('alt')) {
    reading.report.add('missing-alt', image.place)
    reading.doubtful.add(path)
  }
  const file = image.text('file')
  const alt = takeText(reading, image, 'alt', 'alt', path)
  if (!file || !alt) return undefined
  reading.pictures.push({ name: file.text, place: file.place })
  return { file: file.text, alt }
}

const idPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const mostIdLetters = 40

/** Words that stand beside ids in a translation, and so cannot be ids. */
const reserved = new Set([
  ...[
    'title',
    'outcomes',
    'checklist',
    'all',
    'each',
    'procedure',
    'intro',
    'ask',
    'do',
    'note',
    'alt',
    'unsure',
  ],
  ...['choices', 'symptoms', 'missing', 'name', 'table', 'say', 'phrases', 'hint', 'agent'],
])

/** Reports an id that no key can be made of; says whether it is good. */
export function checkId(reading: Reading, id: string, place: Place, isKey = false): boolean {
  const isGood = idPattern.test(id) && id.length <= mostIdLetters && !(isKey && reserved.has(id))
  if (!isGood) reading.report.add('bad-id', place, { name: id })
  return isGood
}

/** Reports a name that is not among those that exist. */
export function checkName(
  reading: Reading,
  rule: string,
  name: string,
  names: Iterable<string>,
  place: Place,
): boolean {
  const known = [...names]
  if (known.includes(name)) return true
  reading.report.add(rule, place, { name, near: nearest(name, known), known: known.join(', ') })
  return false
}
