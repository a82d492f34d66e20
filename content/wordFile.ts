import type { Node, Pair } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Place } from './finding.ts'
import type { Reading } from './reading.ts'
import type { Source } from './source.ts'

/** Something in a file of words that is no map: a sentence, or a list. */
interface Leaf {
  path: string
  node: unknown
  place: Place
}

/**
 * Reads one Japanese file of the bot's own words.
 * Gives the keys of its lists, which are sets of words and need not match another language's one by one.
 */
export function readWordFile(source: Source, namespace: string, reading: Reading): string[] {
  const lists: string[] = []
  for (const { path, node, place } of leavesOf(source, '', source.root, source.at(source.root))) {
    const key = `${namespace}:${path}`
    if (isSeq(node)) {
      lists.push(key)
      for (const item of node.items as Node[]) textOf({ path, node: item, place: source.at(item) }, reading)
      continue
    }
    const text = textOf({ path, node, place }, reading)
    if (text === undefined) reading.doubtful.add(key)
    else reading.sentences.set(key, { key, locale: 'ja', field: 'chrome', text, place })
  }
  return lists
}

function* leavesOf(source: Source, path: string, node: unknown, place: Place): Generator<Leaf> {
  if (!isMap(node)) {
    const isThere = isScalar(node) && node.value !== null
    if (path) yield { path, node, place: isThere ? source.at(node) : place }
    return
  }
  for (const pair of node.items as Pair[]) {
    const name = isScalar(pair.key) ? String(pair.key.value) : ''
    yield* leavesOf(source, path ? `${path}.${name}` : name, pair.value, source.at(pair))
  }
}

function textOf({ path, node, place }: Leaf, { report }: Reading): string | undefined {
  const value = isScalar(node) ? node.value : node
  if (typeof value === 'string' && value.trim()) return value.trimEnd()
  const isEmpty = value === null || value === undefined || typeof value === 'string'
  report.add(isEmpty ? 'empty-text' : 'not-a-text', place, { name: path })
  return undefined
}
