import { plus } from './searchSums.ts'
import { type Tokens, weightOf } from './searchWords.ts'

/** How the fields of an entry count: weight, and how much a long one is held against it (0 to 1). */
const FIELDS = [
  { weight: 1.5, length: 0.6 },
  { weight: 1, length: 0.9 },
]
const SATURATION = 1.2

/** How often each token is said, in the questions and in the answer. */
type Counted = Map<string, number>[]

/**
 * BM25F over questions and answers. Gives for each entry which part of what was asked it has, 0 to 1, by rarity.
 * Yields between pieces of work of some milliseconds; its return value is the ranking.
 */
export function* indexFields(
  count: number,
  fieldsOf: (entry: number) => Tokens[],
): Generator<void, (asked: Tokens) => Float64Array> {
  const entries: Counted[] = []
  const lengths = FIELDS.map(() => 0)
  for (let i = 0; i < count; i++) {
    const fields = fieldsOf(i).map(counted)
    entries.push(fields)
    for (const [k, field] of fields.entries()) plus(lengths, k, lengthOf(field) / count)
    if (i % 8 === 0) yield
  }
  const postings = new Map<string, number[]>()
  for (const [i, fields] of entries.entries()) {
    for (const [token, often] of weighted(fields, lengths)) {
      const list = postings.get(token)
      if (list) list.push(i, often / (often + SATURATION))
      else postings.set(token, [i, often / (often + SATURATION)])
    }
    if (i % 16 === 0) yield
  }
  entries.length = 0
  return (asked) => {
    const sums = new Float64Array(count)
    let most = 0
    for (const token of new Set(asked)) {
      const list = postings.get(token)
      const found = (list?.length ?? 0) / 2
      const weight = weightOf(token) * Math.log(1 + (count - found + 0.5) / (found + 0.5))
      most += weight
      if (!list) continue
      for (let i = 0; i < list.length; i += 2) plus(sums, list[i] as number, weight * (list[i + 1] as number))
    }
    return most > 0 ? sums.map((sum) => sum / most) : sums
  }
}

function weighted(fields: Counted, lengths: number[]): Map<string, number> {
  const all = new Map<string, number>()
  for (const [k, { weight, length }] of FIELDS.entries()) {
    const field = fields[k] ?? new Map<string, number>()
    const norm = 1 - length + (length * lengthOf(field)) / (lengths[k] || 1)
    for (const [token, often] of field) all.set(token, (all.get(token) ?? 0) + (weight * often) / norm)
  }
  return all
}

function lengthOf(field: Map<string, number>): number {
  let sum = 0
  for (const often of field.values()) sum += often
  return sum
}

function counted(tokens: Tokens): Map<string, number> {
  const counts = new Map<string, number>()
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1)
  return counts
}
