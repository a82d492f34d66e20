/** An unlock request's id: 130 random bits in Crockford's base 32. */
export const requestId = /^[0-9A-HJKMNP-TV-Z]{26}$/

/** The number people are told: the first eight characters of the id, in two groups (as the contract says). */
export function requestNumber(id: string): string {
  return `${id.slice(0, 4)}-${id.slice(4, 8)}`
}
