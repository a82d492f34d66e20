import { Refusal } from './refusal.ts'

/** Counts the calls of one credential. */
export interface Rate {
  /** Counts one; gives the headers that say how many are left. Throws the refusal (429) when there is none. */
  take(): Record<string, string>
}

/** So many calls in so many seconds, counted in fixed windows. */
export function createRate(quota: { calls: number; seconds: number }, clock: () => Date): Rate {
  let until = 0
  let left = 0
  return {
    take() {
      const now = clock().getTime()
      if (now >= until) {
        until = now + quota.seconds * 1000
        left = quota.calls
      }
      const reset = Math.ceil((until - now) / 1000)
      const isOver = left <= 0
      if (!isOver) left -= 1
      // draft-ietf-httpapi-ratelimit-headers, revision 10.
      const headers = {
        'ratelimit-policy': `"bot";q=${quota.calls};w=${quota.seconds}`,
        ratelimit: `"bot";r=${left};t=${reset}`,
      }
      if (!isOver) return headers
      throw new Refusal(429, 'rate-limited', 'Too many calls', { ...headers, 'retry-after': String(reset) })
    },
  }
}
