/** What is known of every entry about one question, in the entries' order. */
export interface Evidence {
  /** The weighed vote of the phrasings, about 0 to 1. */
  vote: Float64Array
  /** Which part of what was asked the entry says, 0 to 1. */
  part: Float64Array
  /** How many phrasings an entry has on average. */
  each: number
}

/** With fewer phrasings for each entry than this, votes say nothing that the fields do not say better. */
const FEW_PHRASINGS = 1.5
/** With this many, the vote alone leads. */
const ENOUGH_PHRASINGS = 6

/** What the vote and the part that is said weigh against each other then. */
const VOTE = 0.7
const PART = 0.3

/** A logistic curve over how an entry fares, and how far it is before the best other one. */
const CURVE = { base: -2.07, lead: 4.92, margin: 5.48 }

/** How much the phrasings' vote counts, 0 to 1, by how many an entry has on average. */
export function trustIn(each: number): number {
  return Math.max(0, Math.min(1, (each - FEW_PHRASINGS) / (ENOUGH_PHRASINGS - FEW_PHRASINGS)))
}

/** How each entry fares, about 0 to 1; the last is for what has no answer. */
export function leadOf({ vote, part, each }: Evidence): Float64Array {
  const trust = trustIn(each)
  return vote.map((one, i) => trust * VOTE * one + (1 - trust * (1 - PART)) * (part[i] ?? 0))
}

/**
 * How likely each entry is the right one, 0 to 1, by how it fares and how far before the best other one;
 * fitted as docs/decisions/0010-faq-search.md tells.
 */
export function likelihoods(lead: Float64Array): Float64Array {
  const [best, second] = twoBest(lead)
  return lead.subarray(0, -1).map((one) => {
    if (one <= 0) return 0
    const margin = one - (one === best ? second : best)
    return 1 / (1 + Math.exp(-(CURVE.base + CURVE.lead * one + CURVE.margin * margin)))
  })
}

function twoBest(values: Float64Array): [best: number, second: number] {
  let best = 0
  let second = 0
  for (const value of values) {
    if (value > best) [best, second] = [value, best]
    else if (value > second) second = value
  }
  return [best, second]
}
