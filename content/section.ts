import type { Node, Pair } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Place } from './finding.ts'
import { nearest } from './nearest.ts'
import type { Report } from './report.ts'
import type { Source } from './source.ts'

/** A text and where it stands. */
export interface Placed {
  text: string
  place: Place
}

/** One map of a writer's file, read key by key; what is not as it should be is reported and read as absent. */
export class Section {
  /** Where a finding about the map as a whole is shown: at its key, or where it begins. */
  readonly place: Place
  readonly #source: Source
  readonly #report: Report
  readonly #pairs = new Map<string, Pair>()
  /** Keys that should be there, and are not as they should be. */
  readonly #meant = new Set<string>()

  constructor(source: Source, pairs: Pair[], place: Place, report: Report) {
    this.#source = source
    this.#report = report
    this.place = place
    for (const pair of pairs) {
      const key = isScalar(pair.key) ? String(pair.key.value) : ''
      if (!this.#pairs.has(key)) this.#pairs.set(key, pair)
    }
  }

  /** The whole file as one map. */
  static ofFile(source: Source, report: Report): Section | undefined {
    return Section.#of(source, source.root, source.at(source.root), report)
  }

  static #of(source: Source, node: unknown, place: Place, report: Report, key = ''): Section | undefined {
    if (isMap(node)) return new Section(source, node.items as Pair[], place, report)
    report.add('not-a-map', isEmpty(node) ? place : source.at(node as Node), { name: key })
    return undefined
  }

  keys(): string[] {
    return [...this.#pairs.keys()]
  }

  has(key: string): boolean {
    return this.#pairs.has(key)
  }

  /** Where the key stands; the section's place when it is absent. */
  at(key: string): Place {
    const pair = this.#pairs.get(key)
    return pair ? this.#source.at(pair) : this.place
  }

  /** Where the value stands; its key when there is none. */
  valueAt(key: string): Place {
    const value = this.#pairs.get(key)?.value
    return isEmpty(value) ? this.at(key) : this.#source.at(value as Node)
  }

  /** Reports every key that is not among the known ones, and every required one that is absent. */
  expect(required: string[], optional: string[] = []): this {
    const known = [...required, ...optional]
    for (const key of this.keys()) {
      if (known.includes(key)) continue
      const near = nearest(
        key,
        known.filter((name) => !this.has(name)),
      )
      if (near) this.#meant.add(near)
      this.#report.add('unknown-key', this.at(key), { name: key, near, known: known.join(', ') })
    }
    for (const key of required.filter((name) => this.lacks(name))) {
      this.#report.add('missing-key', this.place, { name: key })
      this.#meant.add(key)
    }
    return this
  }

  /** Whether the key is absent, and no mistyped key was probably meant to be it. */
  lacks(key: string): boolean {
    return !this.has(key) && !this.#meant.has(key)
  }

  /** Whether something should have been read under the key. */
  isDoubtful(key: string): boolean {
    return this.has(key) || this.#meant.has(key)
  }

  text(key: string): Placed | undefined {
    if (!this.has(key)) return undefined
    return this.#textOf(this.#pairs.get(key)?.value, key, this.at(key))
  }

  flag(key: string): boolean {
    if (!this.has(key)) return false
    const value = this.#pairs.get(key)?.value
    if (isScalar(value) && typeof value.value === 'boolean') return value.value
    this.#report.add('not-a-flag', this.valueAt(key), { name: key })
    return false
  }

  /** A whole number from 1 to `most`. */
  count(key: string, most: number): number | undefined {
    if (!this.has(key)) return undefined
    const value = this.#pairs.get(key)?.value
    const count = isScalar(value) ? value.value : undefined
    if (typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= most) return count
    this.#report.add('not-a-count', this.valueAt(key), { name: key, most })
    return undefined
  }

  /** A text that must be one of a few. */
  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const found = this.text(key)
    if (!found) return undefined
    const value = values.find((one) => one === found.text)
    if (value === undefined) {
      const near = nearest(found.text, values)
      this.#report.add('unknown-value', found.place, {
        name: found.text,
        key,
        near,
        known: values.join(', '),
      })
    }
    return value
  }

  map(key: string): Section | undefined {
    if (!this.has(key)) return undefined
    return Section.#of(this.#source, this.#pairs.get(key)?.value, this.at(key), this.#report, key)
  }

  isMap(key: string): boolean {
    return isMap(this.#pairs.get(key)?.value)
  }

  /** A list of maps. */
  maps(key: string): Section[] {
    const sections = this.#items(key).map((node) =>
      Section.#of(this.#source, node, this.#source.at(node), this.#report),
    )
    return sections.filter((section) => section !== undefined)
  }

  /** A list of texts. */
  texts(key: string): Placed[] {
    const texts = this.#items(key).map((node) => this.#textOf(node, key, this.#source.at(node)))
    return texts.filter((text) => text !== undefined)
  }

  /** A list of lists of texts. */
  rows(key: string): Placed[][] {
    return this.#items(key).map((node) => {
      if (!isSeq(node)) {
        this.#report.add('not-a-list', this.#source.at(node), { name: key })
        return []
      }
      const cells = (node.items as Node[]).map((cell) => this.#textOf(cell, key, this.#source.at(cell)))
      return cells.filter((cell) => cell !== undefined)
    })
  }

  isList(key: string): boolean {
    return isSeq(this.#pairs.get(key)?.value)
  }

  #items(key: string): Node[] {
    if (!this.has(key)) return []
    const value = this.#pairs.get(key)?.value
    if (isSeq(value)) return value.items as Node[]
    this.#report.add('not-a-list', this.valueAt(key), { name: key })
    return []
  }

  #textOf(node: unknown, key: string, place: Place): Placed | undefined {
    if (isEmpty(node)) return this.#refuse('empty-text', place, key)
    const at = this.#source.at(node as Node)
    if (!isScalar(node) || typeof node.value !== 'string') return this.#refuse('not-a-text', at, key)
    const text = node.value.trimEnd()
    return text === '' ? this.#refuse('empty-text', at, key) : { text, place: at }
  }

  #refuse(rule: string, place: Place, name: string): undefined {
    this.#report.add(rule, place, { name })
  }
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null)
}
