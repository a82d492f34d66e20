/** How times are distributed: half of them are at most `median` seconds, nine of ten at most `most`. */
export interface Spread {
  count: number
  /** Seconds; null when there are none. */
  median: number | null
  most: number | null
  /** How many took at most `upTo` seconds and longer than the one before; the last has no limit. */
  buckets: { upTo: number | null; times: number }[]
}

/** The distribution of times in milliseconds; the limits of its buckets are seconds. */
export function spread(ms: readonly number[], limits: readonly number[]): Spread {
  const seconds = ms.map((one) => Math.max(0, Math.round(one / 1000))).sort((one, other) => one - other)
  const at = (share: number) => seconds[Math.ceil(share * seconds.length) - 1] ?? null
  const edges = [...limits, Number.POSITIVE_INFINITY]
  return {
    count: seconds.length,
    median: at(0.5),
    most: at(0.9),
    buckets: edges.map((upTo, place) => ({
      upTo: Number.isFinite(upTo) ? upTo : null,
      times: seconds.filter((one) => one <= upTo && one > (edges[place - 1] ?? -1)).length,
    })),
  }
}
