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
    async count(key) {
      try {
        await limiter.consume(key)
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))
        throw new HttpError(429, 'TooManyTries', 'Too many tries; come back after Retry-After seconds', {
          'Retry-After': String(seconds),
        })
      }
    },
    reward: async (key) => void (await limiter.reward(key)),
    forget: async (key) => void (await limiter.delete(key)),
  }
}
