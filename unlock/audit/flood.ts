/** Keeps what anybody can cause without a credential from filling the log: refusals beyond a number are only counted. */
export interface Flood {
  /** Whether the deed is written; `skipped` deeds of its kind were not, and are owed a line. */
  admit(what: string, now: number): { isWritten: boolean; skipped: number }
  /** What is still owed a line. */
  rest(): { what: string; skipped: number }[]
}

const minute = 60_000

/** So many refusals of a kind (tries at what is locked are some) in a minute are written; other deeds always are. */
export function createFlood(most: number): Flood {
  const kinds = new Map<string, { until: number; written: number; skipped: number }>()
  return {
    admit(what, now) {
      if (!/\.(refused|locked)$/.test(what)) return { isWritten: true, skipped: 0 }
      const kind = kinds.get(what)
      if (!kind || now >= kind.until) {
        kinds.set(what, { until: now + minute, written: 1, skipped: 0 })
        return { isWritten: true, skipped: kind?.skipped ?? 0 }
      }
      const isWritten = kind.written < most
      if (isWritten) kind.written += 1
      else kind.skipped += 1
      return { isWritten, skipped: 0 }
    },
    rest: () =>
      [...kinds].map(([what, { skipped }]) => ({ what, skipped })).filter(({ skipped }) => skipped > 0),
  }
}
