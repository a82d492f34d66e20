import { z } from 'zod'
import { type Environment, isOrigin, list, optional } from './setting.ts'

/** The bank's unlock API. */
export interface UnlockSettings {
  readonly url: string
  readonly token: string
  /** Its public keys, which sign its callbacks. */
  readonly keys: readonly string[]
  /** Where the bank's pages are, when that is not where its API is. */
  readonly linkOrigin?: string
}

/** What each of the unlock API's variables may hold. */
export const unlockVariables = {
  UNLOCK_API_URL: optional(
    (value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
    'it must be the https:// address of the unlock API, or empty for the sandbox',
  ),
  UNLOCK_API_TOKEN: z.string().optional(),
  UNLOCK_API_KEYS: list(() => true, ''),
  UNLOCK_LINK_ORIGIN: optional(
    (value) => isOrigin(value) && value.startsWith('https:'),
    "it must be the https origin of the bank's pages, e.g. https://www.bank.example",
  ),
}

/** What only shows when several of them are looked at together. */
export function unlockProblems(given: Environment): string[] {
  const problems: string[] = []
  if (given.UNLOCK_API_URL && !given.UNLOCK_API_TOKEN)
    problems.push('UNLOCK_API_TOKEN is not set; UNLOCK_API_URL needs it: ask the provider of the unlock API')
  if (given.UNLOCK_API_URL && !given.UNLOCK_API_KEYS)
    problems.push("UNLOCK_API_KEYS is not set; UNLOCK_API_URL needs the provider's public keys for callbacks")
  if (given.UNLOCK_LINK_ORIGIN && !given.UNLOCK_API_URL)
    problems.push(
      'UNLOCK_LINK_ORIGIN is set, and UNLOCK_API_URL is not; the sandbox knows its own pages: set both or none',
    )
  return problems
}

/** Undefined: the sandbox plays the bank. */
export function toUnlock(
  settings: z.output<z.ZodObject<typeof unlockVariables>>,
): UnlockSettings | undefined {
  if (!settings.UNLOCK_API_URL) return undefined
  return {
    url: settings.UNLOCK_API_URL,
    token: settings.UNLOCK_API_TOKEN ?? '',
    keys: settings.UNLOCK_API_KEYS,
    ...(settings.UNLOCK_LINK_ORIGIN && { linkOrigin: settings.UNLOCK_LINK_ORIGIN }),
  }
}
