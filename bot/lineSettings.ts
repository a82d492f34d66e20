import type { z } from 'zod'
import { guarded, isOrigin, list, optional } from './setting.ts'

/** The Messaging API channel of the bank's LINE Official Account. */
export interface LineSettings {
  /** The channel secret; while it is being changed the new one, then the old one. */
  readonly secrets: readonly string[]
  readonly token: string
  /** With it short-lived tokens are issued when `token` is refused. */
  readonly channelId?: string
  /** The origin of the Messaging API. */
  readonly apiUrl: string
  /** The account's basic id, `@…`; LINE is asked for it when it is not set. */
  readonly basicId?: string
}

/** Both or none. */
export const lineNames = ['LINE_CHANNEL_SECRET', 'LINE_CHANNEL_ACCESS_TOKEN'] as const

const lineOrigin = (example: string) =>
  guarded.refine((value) => value === undefined || isOrigin(value.replace(/\/$/, '')), {
    error: `it must be scheme and host only, e.g. ${example}`,
  })

/** What each of LINE's variables may hold. */
export const lineVariables = {
  LINE_CHANNEL_SECRET: list(
    (secret) => /^[\w-]{8,100}$/.test(secret),
    'it must be the channel secret from the LINE Developers Console; two, with a comma, while it is being changed',
  ).refine((secrets) => secrets.length <= 2, { error: 'only two count: the new one, then the old one' }),
  LINE_CHANNEL_ACCESS_TOKEN: optional(
    (value) => /^[\x21-\x7e]{1,1000}$/.test(value),
    'it must be a channel access token from the LINE Developers Console',
  ),
  LINE_CHANNEL_ID: optional(
    (value) => /^\d{1,20}$/.test(value),
    'it must be the channel ID from the LINE Developers Console: digits only',
  ),
  LINE_BASIC_ID: optional(
    (value) => /^@[\w.-]{1,50}$/.test(value),
    'it must be the basic ID from the LINE Official Account Manager, with its @, e.g. @123abcde',
  ),
  LINE_API_BASE_URL: lineOrigin('https://api.line.me'),
  LINE_DATA_API_BASE_URL: lineOrigin('https://api-data.line.me'),
}

/** Undefined when LINE is not set up. */
export function toLine(settings: z.output<z.ZodObject<typeof lineVariables>>): LineSettings | undefined {
  const {
    LINE_CHANNEL_SECRET: secrets,
    LINE_CHANNEL_ACCESS_TOKEN: token,
    LINE_CHANNEL_ID: channelId,
    LINE_BASIC_ID: basicId,
  } = settings
  if (secrets.length === 0 || !token) return undefined
  const apiUrl = (settings.LINE_API_BASE_URL ?? 'https://api.line.me').replace(/\/$/, '')
  return { secrets, token, apiUrl, ...(channelId && { channelId }), ...(basicId && { basicId }) }
}
