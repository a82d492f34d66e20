/** Which pages may call us: ours, and those the operator has named. */
export interface Origins {
  /** Whether the value of an Origin header may call; `host` is what the request calls us by. */
  allows(origin: string, host: string | undefined): boolean
}

/**
 * Exact matches only: no suffix, no `null`, no other port or scheme.
 * Without an own origin (PUBLIC_URL not set) the page's origin must be the very host the request came to.
 */
export function createOrigins(own: string | undefined, named: readonly string[]): Origins {
  const exact = new Set(own === undefined ? named : [own, ...named])
  return {
    allows: (origin, host) =>
      exact.has(origin) || (own === undefined && host !== undefined && origin === `http://${host}`),
  }
}
