import { isIP } from 'node:net'
import { z } from 'zod'

/** The environment as a process has it. */
export type Environment = Record<string, string | undefined>

type Holds = (value: string) => boolean

/** One that need not be set. */
export const optional = (holds: Holds, mend: string) =>
  z
    .string()
    .optional()
    .refine((value) => value === undefined || holds(value), { error: mend })

/** One that is `fallback` when it is not set. */
export const text = (fallback: string, holds: Holds, mend: string) =>
  z.string().default(fallback).refine(holds, { error: mend })

/** The number of a port; 0 is any free one. */
export const port = (fallback: number) =>
  text(
    String(fallback),
    (value) => /^\d{1,5}$/.test(value) && Number(value) < 65536,
    'it must be a number from 0 (any free port) to 65535',
  ).transform(Number)

/** How many there may be. */
export const most = (fallback: number) =>
  text(
    String(fallback),
    (value) => /^[1-9]\d{0,8}$/.test(value),
    'it must be a whole number from 1',
  ).transform(Number)

/** Entries with commas or spaces between them. */
export const list = (holds: Holds, mend: string) =>
  z
    .string()
    .default('')
    .transform((value) => value.split(/[\s,]+/).filter(Boolean))
    .refine((entries) => entries.every(holds), { error: mend })

/** Tokens go there and keys come from there: nobody on the way may read or change them. */
export const guarded = optional(isGuarded, 'it must be an https:// address (http:// on this machine only)')

/** What is set up as a whole or not at all, and is not: half of a channel would be a door without a lock. */
export function missingTogether(given: Environment, names: readonly string[], channel: string): string[] {
  if (!names.some((name) => given[name])) return []
  const missing = names.filter((name) => !given[name])
  return missing.map((name) => `${name} is not set; ${channel} needs ${names.join(', ')}: all or none`)
}

/** Whether it is scheme and host only, as a browser's Origin has it. */
export function isOrigin(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === value
}

function isGuarded(value: string): boolean {
  const url = URL.parse(value)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
}

/** Whether a URL's host is this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

/** Whether it is an address, or a range of them. */
export function isRange(value: string): boolean {
  const [address = '', bits, more] = value.split('/')
  const family = isIP(address)
  if (family === 0 || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}
