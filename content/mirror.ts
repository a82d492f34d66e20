import type { Node, Pair } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Place } from './finding.ts'
import { nearest } from './nearest.ts'
import type { Phrasing, Reading, Sentence } from './reading.ts'
import type { Placed } from './section.ts'
import type { Source } from './source.ts'

/** What a translator's file must mirror: every sentence and every list of phrases of one namespace. */
export interface Original {
  /** `flows`, `faq`, or the name of a file in `locales`. */
  namespace: string
  sentences: Map<string, Sentence>
  /** Keys of lists of words, such as `faq:misuse.phrases`, and whether they must be there. */
  lists: Map<string, boolean>
}

/** A translator's file as it was read. */
export interface Mirror {
  sentences: Sentence[]
  phrasings: Phrasing[]
}

/** Reads a translator's file beside its original; reports what is missing and what is too much. */
export function readMirror(source: Source, original: Original, reading: Reading): Mirror {
  const walk = new Walk(source, original, reading)
  if (source.root) walk.visit('', source.root, { file: source.file, line: 1, column: 1 })
  walk.reportMissing()
  return { sentences: walk.sentences, phrasings: walk.phrasings }
}

class Walk {
  readonly sentences: Sentence[] = []
  readonly phrasings: Phrasing[] = []
  readonly #source: Source
  readonly #original: Original
  readonly #reading: Reading
  /** The originals by their place in the file, without the namespace. */
  readonly #wanted = new Map<string, Sentence>()
  readonly #branches = new Map<string, Set<string>>()
  readonly #seen = new Map<string, Place>()
  /** What was probably meant by something that has no original. */
  readonly #meant = new Set<string>()

  constructor(source: Source, original: Original, reading: Reading) {
    this.#source = source
    this.#original = original
    this.#reading = reading
    this.#seen.set('', { file: source.file, line: 1, column: 1 })
    for (const sentence of original.sentences.values()) this.#wanted.set(this.#pathOf(sentence.key), sentence)
    for (const path of this.#wanted.keys()) this.#grow(path)
    for (const key of original.lists.keys()) this.#grow(this.#pathOf(key))
  }

  visit(path: string, node: unknown, place: Place): void {
    this.#seen.set(path, place)
    const sentence = this.#wanted.get(path)
    if (sentence && !isMap(node)) this.#take(sentence, this.#textOf(node, path, place))
    else if (this.#original.lists.has(`${this.#original.namespace}:${path}`))
      this.#takeList(path, node, place)
    else if (!this.#branches.has(path)) this.#orphan(path, place)
    else if (isMap(node)) this.#visitMap(path, node.items as Pair[], sentence)
    else if (isSeq(node)) this.#visitList(path, node.items as Node[])
    else this.#reading.report.add('not-a-map', place, { name: path })
  }

  reportMissing(): void {
    const reported = new Set<string>()
    const required = [...this.#original.lists].filter(([, must]) => must).map(([key]) => this.#pathOf(key))
    for (const path of [...this.#wanted.keys(), ...required]) {
      if (this.#seen.has(path) || this.#isDoubtful(path)) continue
      const { missing, place } = this.#highestMissing(path)
      if (reported.has(missing)) continue
      reported.add(missing)
      const last = missing.slice(missing.lastIndexOf('.') + 1)
      this.#reading.report.add('missing-translation', place, { name: missing, last })
    }
  }

  #visitMap(path: string, pairs: Pair[], sentence: Sentence | undefined): void {
    for (const pair of pairs) {
      const name = isScalar(pair.key) ? String(pair.key.value) : ''
      const place = this.#source.at(pair)
      if (sentence && name === 'say') this.#take(sentence, this.#textOf(pair.value, `${path}.say`, place))
      else this.visit(path ? `${path}.${name}` : name, pair.value, place)
    }
    const isSaid = pairs.some((pair) => isScalar(pair.key) && pair.key.value === 'say')
    if (sentence && !isSaid) this.#seen.delete(path)
  }

  #visitList(path: string, items: Node[]): void {
    for (const [at, item] of items.entries()) this.visit(`${path}.${at}`, item, this.#source.at(item))
  }

  #take(sentence: Sentence, found: Placed | undefined): void {
    if (found) this.sentences.push({ key: sentence.key, locale: 'en', field: sentence.field, ...found })
  }

  #takeList(path: string, node: unknown, place: Place): void {
    if (!isSeq(node)) this.#reading.report.add('not-a-list', place, { name: path })
    const key = `${this.#original.namespace}:${path.replace(/\.phrases$/, '')}`
    for (const item of isSeq(node) ? (node.items as Node[]) : []) {
      const found = this.#textOf(item, path, this.#source.at(item))
      if (found) this.phrasings.push({ key, locale: 'en', ...found })
    }
  }

  #textOf(node: unknown, name: string, place: Place): Placed | undefined {
    const value = isScalar(node) ? node.value : node
    const isNothing = value === null || value === undefined || (typeof value === 'string' && !value.trim())
    if (!isNothing && typeof value === 'string')
      return { text: value.trimEnd(), place: this.#source.at(node as Node) }
    if (isNothing) this.#reading.report.add('empty-text', place, { name })
    else this.#reading.report.add('not-a-text', this.#source.at(node as Node), { name })
    return undefined
  }

  #orphan(path: string, place: Place): void {
    if (this.#isDoubtful(path)) return
    const cut = path.lastIndexOf('.')
    const branch = path.slice(0, Math.max(cut, 0))
    const inBranch = (name: string) => (branch ? `${branch}.${name}` : name)
    const free = [...(this.#branches.get(branch) ?? [])].filter((name) => !this.#seen.has(inBranch(name)))
    const near = nearest(path.slice(cut + 1), free)
    if (near) this.#meant.add(inBranch(near))
    this.#reading.report.add('orphan-translation', place, { name: path, near })
  }

  #isDoubtful(path: string): boolean {
    const names = path.split('.')
    const above = names.map((_, at) => names.slice(0, at + 1).join('.'))
    return above.some(
      (one) => this.#meant.has(one) || this.#reading.doubtful.has(`${this.#original.namespace}:${one}`),
    )
  }

  /** Where a translator would add what is missing: at the lowest key that is there. */
  #highestMissing(path: string): { missing: string; place: Place } {
    const names = path.split('.')
    for (let length = names.length - 1; length >= 0; length--) {
      const place = this.#seen.get(names.slice(0, length).join('.'))
      if (place) return { missing: names.slice(0, length + 1).join('.'), place }
    }
    return { missing: path, place: { file: this.#source.file, line: 1, column: 1 } }
  }

  #grow(path: string): void {
    const names = path.split('.')
    for (const [at, name] of names.entries()) {
      const branch = names.slice(0, at).join('.')
      const twigs = this.#branches.get(branch) ?? new Set<string>()
      this.#branches.set(branch, twigs.add(name))
    }
  }

  #pathOf(key: string): string {
    return key.slice(this.#original.namespace.length + 1)
  }
}
