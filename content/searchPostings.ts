/** Which places have a token, and how much each has of it. */
export interface Postings {
  /** How many places have this token. */
  count(token: string): number
  /** Adds to the sums what each place has of this token, times a weight. */
  add(sums: Float64Array, token: string, weight: number): void
}

/**
 * Packs lists of places and values, one after another, into flat arrays: 8 bytes for each, and none for what is not used.
 * Takes the lists away while it packs; yields between pieces of work.
 */
export function* packPostings(lists: Map<string, number[]>): Generator<void, Postings> {
  const tokens = new Map<string, number>()
  const ends = new Uint32Array(lists.size + 1)
  let size = 0
  for (const list of lists.values()) size += list.length / 2
  const places = new Uint32Array(size)
  const values = new Float32Array(size)
  let at = 0
  for (const [token, list] of lists) {
    for (let i = 0; i < list.length; i += 2) {
      places[at] = list[i] as number
      values[at++] = list[i + 1] as number
    }
    tokens.set(token, tokens.size)
    ends[tokens.size] = at
    lists.delete(token)
    if (tokens.size % 1000 === 0) yield
  }
  return {
    count(token) {
      const row = tokens.get(token)
      return row === undefined ? 0 : (ends[row + 1] as number) - (ends[row] as number)
    },
    add(sums, token, weight) {
      const row = tokens.get(token)
      if (row === undefined) return
      for (let i = ends[row] as number; i < (ends[row + 1] as number); i++) {
        const place = places[i] as number
        sums[place] = (sums[place] as number) + weight * (values[i] as number)
      }
    },
  }
}
