import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { HttpError } from './route.ts'
import type { Sql } from './store/sql.ts'

/** How often something may be tried in how many seconds; the name keeps it apart from everything else that is counted. */
export interface Allowed {
  name: string
  points: number
  seconds: number
}

/** Counts tries by their key. */
export interface Tries {
  /** Rejects with HttpError 429 that says when to come back. */
  count(key: string): Promise<void>
  /** One less. */
  reward(key: string): Promise<void>
  forget(key: string): Promise<void>
}

/** Makes a counter. */
export type Counting = (allowed: Allowed) => Tries

/** In the memory of this process. */
export const countHere: Counting = ({ points, seconds }) =>
  triesOf(new RateLimiterMemory({ points, duration: seconds }))

/**
 * In the database that several processes share: whoever guesses has no more tries for their number. While it cannot be
 * reached each process counts for itself.
 */
export function countTogether(sql: Pick<Sql, 'all'>): Counting {
  const storeClient = {
    async query({ text, values }: { text: string; values: never[] }) {
      const rows = await sql.all(text, values)
      return { rows, rowCount: rows.length }
    },
  }
  return ({ name, points, seconds }) =>
    triesOf(
      new RateLimiterPostgres({
        storeClient,
        storeType: 'client',
        tableName: 'tries',
        tableCreated: true,
        keyPrefix: name,
        points,
        duration: seconds,
        insuranceLimiter: new RateLimiterMemory({ points, duration: seconds }),
      }),
    )
}

function triesOf(limiter: RateLimiterMemory | RateLimiterPostgres): Tries {
  return {
    count: (key) => consume(limiter, key, 'tries'),
    reward: async (key) => void (await limiter.reward(key)),
    forget: async (key) => void (await limiter.delete(key)),
  }
}

/** Counts one of `what`. Rejects with HttpError 429, which says when to come back, when there are none left. */
export async function consume(
  limiter: Pick<RateLimiterMemory, 'consume'>,
  key: string,
  what: 'tries' | 'requests',
): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    const code = what === 'tries' ? 'TooManyTries' : 'TooManyRequests'
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))
    throw new HttpError(429, code, `Too many ${what}; come back after Retry-After seconds`, {
      'Retry-After': String(seconds),
    })
  }
}
