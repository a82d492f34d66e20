import { packPostings } from './searchPostings.ts'
import { plus } from './searchSums.ts'
import { type Tokens, weightOf } from './searchWords.ts'

/** Tokens and their weights, of length 1. */
type Vector = Map<string, number>

/** One way to put a question, and the entry that answers it. */
export interface Phrasing {
  entry: number
  tokens: Tokens
}

/** Above this the phrasings cannot be weighed against each other in the time that there is: the nearest just vote. */
const MOST_WEIGHED = 900
const RIDGE = 0.5
const POWER = 1.6

/**
 * Learns from phrasings which words tell entries apart: kernel ridge regression over the cosine of rare tokens.
 * Measured against a plain vote of the nearest in docs/decisions/0010-faq-search.md.
 * Yields between pieces of work of some milliseconds; its return value gives each entry's share, about 0 to 1.
 */
export function* learnVote(
  phrasings: Phrasing[],
  entries: number,
): Generator<void, (asked: Tokens) => Float64Array> {
  const size = phrasings.length
  const counts = yield* countsOf(phrasings)
  const rarityOf = (token: string) => rarity(counts.get(token) ?? 0, size)
  const lists = new Map<string, number[]>()
  const vectors: Vector[] = []
  for (const [i, { tokens }] of phrasings.entries()) {
    const vector = unit(tokens, rarityOf)
    // Only where they are weighed against each other are they needed again.
    if (size <= MOST_WEIGHED) vectors.push(vector)
    for (const [token, weight] of vector) {
      const list = lists.get(token)
      if (list) list.push(i, weight)
      else lists.set(token, [i, weight])
    }
    if (i % 20 === 0) yield
  }
  const postings = yield* packPostings(lists)
  const like = (vector: Vector): Float64Array => {
    const sums = new Float64Array(size)
    for (const [token, weight] of vector) postings.add(sums, token, weight)
    return sums
  }
  const weights = size <= MOST_WEIGHED ? yield* weigh(phrasings, vectors, entries, like) : undefined
  const entryOf = Uint32Array.from(phrasings, ({ entry }) => entry)
  return (asked) => {
    const sums = like(unit(asked, (token) => rarity(postings.count(token), size)))
    if (!weights) return nearest(sums, entryOf, entries)
    const vote = new Float64Array(entries)
    for (let i = 0; i < sums.length; i++) {
      const kernel = (sums[i] as number) ** POWER
      if (kernel === 0) continue
      const row = weights[i] as Float64Array
      for (let entry = 0; entry < entries; entry++) plus(vote, entry, kernel * (row[entry] as number))
    }
    return vote
  }
}

function nearest(likeness: Float64Array, entryOf: Uint32Array, entries: number): Float64Array {
  const best = new Float64Array(entries)
  for (let i = 0; i < entryOf.length; i++) {
    const entry = entryOf[i] as number
    if ((likeness[i] as number) > (best[entry] as number)) best[entry] = likeness[i] as number
  }
  return best
}

function* countsOf(phrasings: Phrasing[]): Generator<void, Map<string, number>> {
  const counts = new Map<string, number>()
  for (const [i, { tokens }] of phrasings.entries()) {
    for (const token of new Set(tokens)) counts.set(token, (counts.get(token) ?? 0) + 1)
    if (i % 50 === 0) yield
  }
  return counts
}

/** The fewer of all phrasings have a token, the more it says. */
function rarity(count: number, size: number): number {
  return Math.log((size + 1) / (count + 1)) + 1
}

/** Tokens that no phrasing has count in the length: a question mostly about something else is like nothing. */
function unit(tokens: Tokens, rarityOf: (token: string) => number): Vector {
  let square = 0
  const vector: Vector = new Map()
  for (const token of new Set(tokens)) {
    const value = weightOf(token) * rarityOf(token)
    vector.set(token, value)
    square += value * value
  }
  const length = Math.sqrt(square) || 1
  for (const [token, value] of vector) vector.set(token, value / length)
  return vector
}

/** Solves (K + ridge) W = Y by Cholesky's way, a row at a time. */
function* weigh(
  phrasings: Phrasing[],
  vectors: Vector[],
  entries: number,
  like: (vector: Vector) => Float64Array,
): Generator<void, Float64Array[]> {
  const size = phrasings.length
  const lower: Float64Array[] = []
  for (let i = 0; i < size; i++) {
    const row = like(vectors[i] as Vector).subarray(0, i + 1)
    for (let j = 0; j <= i; j++) row[j] = (row[j] as number) ** POWER
    plus(row, i, RIDGE)
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : (lower[j] as Float64Array)
      let sum = row[j] as number
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number)
      row[j] = j === i ? Math.sqrt(Math.max(sum, 1e-9)) : sum / (other[j] as number)
    }
    lower.push(row)
    if (i % 20 === 0) yield
  }
  const weights = phrasings.map(({ entry }) => {
    const row = new Float64Array(entries)
    row[entry] = 1
    return row
  })
  for (let i = 0; i < size; i++) {
    takeFrom(weights, i, lower, (k) => (lower[i] as Float64Array)[k] as number, 0, i)
    if (i % 20 === 0) yield
  }
  for (let i = size - 1; i >= 0; i--) {
    takeFrom(weights, i, lower, (k) => (lower[k] as Float64Array)[i] as number, i + 1, size)
    if (i % 20 === 0) yield
  }
  return weights
}

function takeFrom(
  weights: Float64Array[],
  i: number,
  lower: Float64Array[],
  factor: (k: number) => number,
  from: number,
  to: number,
): void {
  const row = weights[i] as Float64Array
  for (let k = from; k < to; k++) {
    const times = factor(k)
    if (times === 0) continue
    const other = weights[k] as Float64Array
    for (let entry = 0; entry < row.length; entry++) plus(row, entry, -times * (other[entry] as number))
  }
  const pivot = (lower[i] as Float64Array)[i] as number
  for (let entry = 0; entry < row.length; entry++) row[entry] = (row[entry] as number) / pivot
}
