import { join } from 'node:path'
import type { Mirror, Original } from './mirror.ts'
import { readMirror } from './mirror.ts'
import type { Reading, Sentence } from './reading.ts'
import type { Shelf } from './shelf.ts'
import { readWordFile } from './wordFile.ts'

/**
 * Reads the translations of the content, and both languages of the bot's own words.
 * Gives the English sentences; the Japanese go to `reading`, and phrases to the choices and answers they are for.
 */
export function readTranslations(
  localesDir: string,
  shelf: Shelf,
  unread: Set<string>,
  reading: Reading,
): Sentence[] {
  const japanese = shelf.folder(join(localesDir, 'ja'))
  const english = shelf.folder(join(localesDir, 'en'))
  const mirrors: Mirror[] = []
  const compare = (original: Original) => {
    const { namespace } = original
    const source = english.get(namespace)
    if (!english.has(namespace)) reportFile('missing-file', nameOf(namespace), reading)
    if (source) mirrors.push(readMirror(source, original, reading))
  }
  const nameOf = (namespace: string) => shelf.nameOf(join(localesDir, 'en', `${namespace}.yaml`))

  for (const namespace of ['flows', 'faq']) {
    // A choice can be pressed; a question can only be found by its phrases.
    const lists = [...reading.phrases.keys()].map((key) => `${key}.phrases`)
    if (!unread.has(namespace)) compare(originalOf(namespace, lists, namespace === 'faq', reading))
    english.delete(namespace)
  }
  for (const [namespace, source] of japanese) {
    if (source) compare(originalOf(namespace, readWordFile(source, namespace, reading), true, reading))
    english.delete(namespace)
  }
  // Not beside the others: the words that dialogs speak from are read from that folder.
  const agents = shelf.folder(join(localesDir, 'en', 'agents')).get('flows')
  if (agents) mirrors.push(readMirror(agents, originalOf('agent', [], true, reading), reading))
  else if ([...reading.sentences.keys()].some((key) => key.startsWith('agent:')))
    reportFile('missing-file', nameOf(join('agents', 'flows')), reading)
  for (const namespace of english.keys()) reportFile('orphan-file', nameOf(namespace), reading)

  const phrasings = mirrors.flatMap((mirror) => mirror.phrasings)
  for (const { key, text } of phrasings) reading.phrases.get(key)?.en?.push(text)
  reading.phrasings.push(...phrasings)
  return mirrors.flatMap((mirror) => mirror.sentences)
}

function originalOf(namespace: string, keys: string[], isRequired: boolean, reading: Reading): Original {
  const isOurs = (key: string) => key.startsWith(`${namespace}:`)
  const sentences = new Map([...reading.sentences].filter(([key]) => isOurs(key)))
  return { namespace, sentences, lists: new Map(keys.filter(isOurs).map((key) => [key, isRequired])) }
}

function reportFile(rule: string, file: string, { report }: Reading): void {
  report.add(rule, { file, line: 1, column: 1 }, { name: file })
}
