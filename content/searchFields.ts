import { type Postings, packPostings } from './searchPostings.ts'
import { plus } from './searchSums.ts'
import { type Tokens, weightOf } from './searchWords.ts'

/** How the questions and the answer of an entry count: weight, and how much a long one is held against it (0 to 1). */
interface Field {
  weight: number
  length: number
}

/** Questions and answer saturate together, so that an answer which repeats its questions gains little: BM25F. */
const TOGETHER: Field[] = [
  { weight: 1.5, length: 0.6 },
  { weight: 1, length: 0.9 },
]
/** Each saturates for itself: better where an answer has to speak for questions that nobody wrote down. */
const APART: Field[] = [
  { weight: 1, length: 0.6 },
  { weight: 1, length: 0.75 },
]
const SATURATION = 1.2

/** How often each token is said, in the questions and in the answer. */
type Counted = Map<string, number>[]

/**
 * BM25 over questions and answers. Gives for each entry which part of what was asked it has, 0 to 1, by rarity.
 * Yields between pieces of work of some milliseconds; its return value is the ranking.
 * @param isTogether whether questions and answer saturate together
 */
export function* indexFields(
  count: number,
  fieldsOf: (entry: number) => Tokens[],
  isTogether: boolean,
): Generator<void, (asked: Tokens) => Float64Array> {
  const entries: Counted[] = []
  for (let i = 0; i < count; i++) {
    const fields = fieldsOf(i).map(counted)
    entries.push(fields)
    if (i % 8 === 0) yield
  }
  const postings: Postings = yield* post(entries, isTogether, wordsOf(entries))
  const isWord = (word: string) => postings.count(word) > 0
  return (asked) => {
    const sums = new Float64Array(count)
    let most = 0
    for (const token of new Set(asked.map((one) => written(one, isWord)))) {
      const found = postings.count(token)
      const weight = weightOf(token) * Math.log(1 + (count - found + 0.5) / (found + 0.5))
      most += weight
      if (found > 0) postings.add(sums, token, weight)
    }
    return most > 0 ? sums.map((sum) => sum / most) : sums
  }
}

/** 「ごみ」 is the word 「ゴミ」 where it is written so anywhere; other words in hiragana say nothing. */
function written(token: string, isWord: (word: string) => boolean): string {
  if (token[0] !== 'h') return token
  const word = `w${token.slice(1)}`
  return isWord(word) ? word : token
}

function wordsOf(entries: Counted[]): Set<string> {
  const words = new Set<string>()
  for (const fields of entries)
    for (const field of fields) for (const token of field.keys()) if (token[0] === 'w') words.add(token)
  return words
}

function* post(entries: Counted[], isTogether: boolean, words: Set<string>): Generator<void, Postings> {
  const rules = isTogether ? TOGETHER : APART
  const lengths = rules.map(() => 0)
  for (const fields of entries)
    for (const [k, field] of fields.entries()) plus(lengths, k, lengthOf(field) / entries.length)
  const isWord = (word: string) => words.has(word)
  const lists = new Map<string, number[]>()
  for (const [i, fields] of entries.entries()) {
    const values = new Map<string, number>()
    for (const [k, field] of fields.entries()) {
      const { weight, length } = rules[k] as Field
      const scale = weight / (1 - length + (length * lengthOf(field)) / (lengths[k] || 1))
      for (const [token, often] of field) {
        const value = often * scale
        const name = token[0] === 'h' ? written(token, isWord) : token
        values.set(name, (values.get(name) ?? 0) + (isTogether ? value : saturated(value)))
      }
    }
    for (const [token, value] of values) {
      if (weightOf(token) === 0) continue
      const list = lists.get(token) ?? []
      if (list.length === 0) lists.set(token, list)
      list.push(i, isTogether ? saturated(value) : value)
    }
    if (i % 16 === 0) yield
  }
  entries.length = 0
  return yield* packPostings(lists)
}

function saturated(value: number): number {
  return value / (value + SATURATION)
}

function lengthOf(field: Map<string, number>): number {
  let sum = 0
  for (const [token, often] of field) if (weightOf(token) > 0) sum += often
  return sum
}

function counted(tokens: Tokens): Map<string, number> {
  const counts = new Map<string, number>()
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1)
  return counts
}
