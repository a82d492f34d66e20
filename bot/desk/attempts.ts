import { network } from '../limits.ts'
import { type Counting, countHere } from '../tries.ts'

/** Who tries to log on. */
export interface Try {
  name: string
  address: string
  /** Whether this account has logged on from there before. */
  isKnown: boolean
}

/** Counts wrong passwords. */
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
export function createAttempts(counting: Counting = countHere): Attempts {
  const allow = (name: string, points: number, seconds: number) => counting({ name, points, seconds })
  const pairs = allow('logon', 5, quarter)
  const addresses = allow('logon address', 30, quarter)
  const strangers = allow('logon stranger', 50, day)
  // Nobody guesses these; what they cost is counted, for a whole branch behind one address.
  const links = allow('link', 60, quarter)
  const begun = allow('oidc', 300, quarter)
  return {
    async take({ name, address, isKnown }) {
      const from = network(address)
      await addresses.count(from)
      await pairs.count(`${from} ${name}`)
      if (!isKnown) await strangers.count(name)
    },
    async forgive({ name, address, isKnown }) {
      const from = network(address)
      await pairs.forget(`${from} ${name}`)
      await addresses.reward(from)
      if (!isKnown) await strangers.reward(name)
    },
    link: (address) => links.count(network(address)),
    begin: (address) => begun.count(network(address)),
  }
}
