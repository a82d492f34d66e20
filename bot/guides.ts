import { randomInt } from 'node:crypto'
import type { Audit } from './audit.ts'
import type { Store } from './store/index.ts'
import type { Turns } from './turns.ts'

/** What joining a guide needs. */
export interface GuideParts {
  store: Pick<Store, 'spend' | 'requesters'>
  turns: Pick<Turns, 'accept'>
  audit?: Pick<Audit, 'write'>
}

/** Eight random digits, as they are read out and typed. */
export function guideNumber(): string {
  return String(randomInt(10 ** 8)).padStart(8, '0')
}

/** A guide number as people and their keyboards write it: full-width digits, spaces and hyphens are the same. */
export function readGuideNumber(text: string): string | undefined {
  const digits = text.normalize('NFKC').replace(/[\s・.\-‐-―−]/g, '')
  return /^\d{8}$/.test(digits) ? digits : undefined
}

/**
 * Spends a guide number: the new conversation goes on where the number's one stands, and that one is told.
 * False when the number is unknown, used or expired.
 */
export async function joinByNumber(
  { store, turns, audit }: GuideParts,
  number: string,
  joining: { conversation: string; channel: string; locale?: string; device?: string },
): Promise<boolean> {
  const place = await store.spend(number)
  const where = joining.channel
  if (!place) {
    audit?.write({ who: 'customer', what: 'guide.refused', where })
    return false
  }
  const { flow, step, request } = place
  audit?.write({ who: 'customer', what: 'guide.used', request, conversation: joining.conversation, where })
  const event = (conversation: string, name: string, value: object, more: object = {}) => ({
    channel: 'guide',
    eventId: `${name}:${request}:${joining.conversation}/${conversation}`,
    conversation,
    activity: { type: 'event', name, value, ...more },
    logged: false,
  })
  const { conversation, locale, device } = joining
  for (const other of await store.requesters(request))
    await turns.accept(event(other, 'guide.used', { request }))
  const more = { ...(locale && { locale }), ...(device && { channelData: { device } }) }
  await turns.accept({
    ...event(conversation, 'guide.joined', { flow, step, request }, more),
    // The conversation is of the channel it was opened in.
    channel: joining.channel,
  })
  return true
}
