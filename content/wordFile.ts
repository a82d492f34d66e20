import type { Node, Pair } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Place } from './finding.ts'
import type { Reading } from './reading.ts'
import type { Source } from './source.ts'

/**
 * Reads one Japanese file of the bot's own words.
 * Gives the keys of its lists, which are sets of words and need not match another language's one by one.
 */
export function readWordFile(source: Source, namespace: string, reading: Reading): string[] {
  const lists: string[] = []

  function visit(path: string, node: unknown, place: Place): void {
    if (isMap(node)) {
      for (const pair of node.items as Pair[]) {
        const name = isScalar(pair.key) ? String(pair.key.value) : ''
        visit(path ? `${path}.${name}` : name, pair.value, source.at(pair))
      }
    } else if (isSeq(node)) {
      lists.push(`${namespace}:${path}`)
      for (const item of node.items as Node[]) textOf(path, item, source.at(item))
    } else {
      const key = `${namespace}:${path}`
      const text = textOf(path, node, place)
      if (text === undefined) reading.doubtful.add(key)
      else
        reading.sentences.set(key, {
          key,
          locale: 'ja',
          field: 'chrome',
          text,
          place: source.at(node as Node),
        })
    }
  }

  function textOf(name: string, node: unknown, place: Place): string | undefined {
    const value = isScalar(node) ? node.value : node
    if (typeof value === 'string' && value.trim()) return value.trimEnd()
    const isEmpty = value === null || value === undefined || typeof value === 'string'
    reading.report.add(isEmpty ? 'empty-text' : 'not-a-text', isEmpty ? place : source.at(node as Node), {
      name,
    })
    return undefined
  }

  if (source.root) visit('', source.root, source.at(source.root))
  return lists
}
