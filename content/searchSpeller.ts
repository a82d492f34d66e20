import Fuse from 'fuse.js'

/** Longer questions have so many words that one typing error tells nothing. */
const MOST_LETTERS = 24
/** fuse.js takes a millisecond for a hundred phrasings: it looks at those of the first few entries. */
const FIRST = 5

/** How a phrasing of an entry sounds. */
export interface Spelled {
  entry: number
  sound: string
}

/**
 * Looks again at the entries that fare best, with fuse.js, which bears typing errors in any letter.
 * Gives 0 to 1 for each entry: how like the nearest of its phrasings the question is, letter by letter.
 */
export function createSpeller(
  phrasings: Spelled[],
): (sound: string, scores: Float64Array) => Map<number, number> {
  const byEntry = Map.groupBy(
    phrasings.map(({ entry, sound }): Spelled => ({ entry, sound })),
    ({ entry }) => entry,
  )
  return (sound, scores) => {
    const likeness = new Map<number, number>()
    if (sound.length > MOST_LETTERS || new Set(sound).size < 3) return likeness
    const fuse = new Fuse(
      bestOf(scores).flatMap((entry) => byEntry.get(entry) ?? []),
      { keys: ['sound'], includeScore: true, ignoreLocation: true, threshold: 0.45 },
    )
    for (const { item, score = 1 } of fuse.search(sound)) {
      // A short question is part of many phrasings: what it leaves unsaid counts against it.
      const share = Math.min(sound.length, item.sound.length) / Math.max(sound.length, item.sound.length)
      likeness.set(item.entry, Math.max(likeness.get(item.entry) ?? 0, (1 - score) * share))
    }
    return likeness
  }
}

/** The entries that fare best, in order, without sorting thousands of others. */
function bestOf(scores: Float64Array): number[] {
  const best: number[] = []
  for (let entry = 0; entry < scores.length; entry++) {
    const score = scores[entry] as number
    if (score <= 0) continue
    let at = best.length
    while (at > 0 && (scores[best[at - 1] as number] as number) < score) at--
    if (at >= FIRST) continue
    best.splice(at, 0, entry)
    if (best.length > FIRST) best.pop()
  }
  return best
}
