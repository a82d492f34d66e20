import type { Node, Pair } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Place } from './finding.ts'
import type { Original } from './mirror.ts'
import type { Reading } from './reading.ts'
import type { Source } from './source.ts'

/** Reads one Japanese file of the bot's own words; a list in it is a set of words, which need not match one by one. */
export function readWordFile(source: Source, namespace: string, reading: Reading): Original {
  const original: Original = { namespace, sentences: new Map(), lists: new Map() }

  function visit(path: string, node: unknown, place: Place): void {
    if (isMap(node)) {
      for (const pair of node.items as Pair[]) {
        const name = isScalar(pair.key) ? String(pair.key.value) : ''
        visit(path ? `${path}.${name}` : name, pair.value, source.at(pair))
      }
    } else if (isSeq(node)) {
      original.lists.set(`${namespace}:${path}`, true)
      for (const item of node.items as Node[]) take(`${namespace}:${path}`, item, source.at(item), false)
    } else take(`${namespace}:${path}`, node, place, true)
  }

  function take(key: string, node: unknown, place: Place, isSentence: boolean): void {
    const value = isScalar(node) ? node.value : node
    const at = source.at(node as Node)
    if (value === null || value === '') reading.report.add('empty-text', place, { name: key })
    else if (typeof value !== 'string') reading.report.add('wrong-type', at, { name: key })
    else if (isSentence)
      original.sentences.set(key, { key, locale: 'ja', field: 'chrome', text: value, place: at })
  }

  if (source.root) visit('', source.root, source.at(source.root))
  return original
}
