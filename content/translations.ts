import { join } from 'node:path'
import type { Original } from './mirror.ts'
import { readMirror } from './mirror.ts'
import type { Reading, Sentence } from './reading.ts'
import type { Shelf } from './shelf.ts'
import type { Source } from './source.ts'
import { variablesIn } from './textRules.ts'
import { readWordFile } from './wordFile.ts'

/**
 * Reads the translations of the content and both languages of the bot's own words.
 * Gives every sentence that `reading` does not hold yet; phrases go to the choices and answers they are for.
 */
export function readTranslations(
  localesDir: string,
  shelf: Shelf,
  unread: Set<string>,
  reading: Reading,
): Sentence[] {
  const japanese = shelf.folder(join(localesDir, 'ja'))
  const english = shelf.folder(join(localesDir, 'en'))
  const nameOf = (namespace: string) => shelf.nameOf(join(localesDir, 'en', `${namespace}.yaml`))
  const sentences: Sentence[] = []

  for (const namespace of ['flows', 'faq']) {
    if (!english.has(namespace)) reportFile('missing-translation', nameOf(namespace), reading)
    const source = english.get(namespace)
    english.delete(namespace)
    if (!source || unread.has(namespace)) continue
    const mirror = compare(originalOf(namespace, reading), source, reading)
    sentences.push(...mirror.sentences)
    reading.phrasings.push(...mirror.phrasings)
    for (const { key, text } of mirror.phrasings) reading.phrases.get(key)?.en?.push(text)
  }
  for (const [namespace, source] of japanese) {
    if (!english.has(namespace)) reportFile('missing-translation', nameOf(namespace), reading)
    sentences.push(...readPair(namespace, source, english.get(namespace), reading))
    english.delete(namespace)
  }
  for (const namespace of english.keys()) reportFile('orphan-translation', nameOf(namespace), reading)
  return sentences
}

function readPair(
  name: string,
  japanese: Source | undefined,
  english: Source | undefined,
  reading: Reading,
): Sentence[] {
  if (!japanese) return []
  const original = readWordFile(japanese, name, reading)
  const translated = english ? compare(original, english, reading).sentences : []
  return [...original.sentences.values(), ...translated]
}

function originalOf(namespace: string, reading: Reading): Original {
  const isOurs = (key: string) => key.startsWith(`${namespace}:`)
  const sentences = new Map([...reading.sentences].filter(([key]) => isOurs(key)))
  // A choice can be pressed; a question can only be found by its phrases.
  const lists = [...reading.phrases.keys()]
    .filter(isOurs)
    .map((key): [string, boolean] => [`${key}.phrases`, namespace === 'faq'])
  return { namespace, sentences, lists: new Map(lists) }
}

function compare(original: Original, english: Source, reading: Reading) {
  const mirror = readMirror(english, original, reading)
  for (const { key, text, place } of mirror.sentences) {
    const wanted = variablesIn(original.sentences.get(key)?.text ?? '')
    const found = variablesIn(text)
    if (found.join() === wanted.join()) continue
    reading.report.add('other-variables', place, { found: found.join(', '), wanted: wanted.join(', ') })
  }
  return mirror
}

function reportFile(rule: string, file: string, { report }: Reading): void {
  report.add(rule, { file, line: 1, column: 1 }, { name: file })
}
