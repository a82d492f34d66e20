import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { network } from '../limits.ts'
import { HttpError } from '../route.ts'

/** Who tries to log on. */
export interface Try {
  name: string
  address: string
  /** Whether this account has logged on from there before. */
  isKnown: boolean
}

/** Counts wrong passwords, in the memory of this process. */
export interface Attempts {
  /** Counts one, before it is known whether it is right. Rejects with 429, and when to come back. */
  take(of: Try): Promise<void>
  /** It was right. */
  forgive(of: Try): Promise<void>
  /** A try at a one-time link. */
  link(address: string): Promise<void>
  /** Somebody goes to the identity provider. */
  begin(address: string): Promise<void>
}

const quarter = 15 * 60
const day = 24 * 3600

/**
 * Five wrong ones of a name from an address in a quarter of an hour, 30 of an address whatever the names, and 50 of a
 * name a day from all addresses that it never logged on from: who guesses from everywhere closes the account for
 * strangers, and for nobody at their own desk. A name that is nobody's counts like any other.
 */
export function createAttempts(): Attempts {
  const pairs = new RateLimiterMemory({ points: 5, duration: quarter })
  const addresses = new RateLimiterMemory({ points: 30, duration: quarter })
  const strangers = new RateLimiterMemory({ points: 50, duration: day })
  // Nobody guesses these; what they cost is counted, for a whole branch behind one address.
  const links = new RateLimiterMemory({ points: 60, duration: quarter })
  const begun = new RateLimiterMemory({ points: 300, duration: quarter })
  return {
    async take({ name, address, isKnown }) {
      const from = network(address)
      await count(addresses, from)
      await count(pairs, `${from} ${name}`)
      if (!isKnown) await count(strangers, name)
    },
    async forgive({ name, address, isKnown }) {
      const from = network(address)
      await pairs.delete(`${from} ${name}`)
      await addresses.reward(from)
      if (!isKnown) await strangers.reward(name)
    },
    link: (address) => count(links, network(address)),
    begin: (address) => count(begun, network(address)),
  }
}

async function count(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))
    throw new HttpError(429, 'TooManyTries', 'Too many tries; come back after Retry-After seconds', {
      'Retry-After': String(seconds),
    })
  }
}
