import { randomInt } from 'node:crypto'
import type { Audit } from '../unlock/index.ts'
import type { Store } from './store/index.ts'
import type { Turns } from './turns.ts'

/** What joining a guide needs. */
export interface GuideParts {
  store: Pick<Store, 'spend'>
  turns: Pick<Turns, 'wake'>
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
 * Gives whom it has met there; undefined when the number is unknown, used or expired.
 */
export async function joinByNumber(
  { store, turns, audit }: GuideParts,
  number: string,
  joining: { conversation: string; channel: string; locale?: string; device?: string },
): Promise<{ met: string[] } | undefined> {
  const { conversation, channel, locale, device } = joining
  const more = { ...(locale && { locale }), ...(device && { channelData: { device } }) }
  let met: string[] = []
  const place = await store.spend(number, ({ flow, step, request }, requesters) => {
    met = requesters
    audit?.write({ who: 'customer', what: 'guide.used', request, conversation, where: channel })
    const event = (to: string, name: string, value: object) => ({
      eventId: `${name}:${request}:${conversation}/${to}`,
      conversation: to,
      activity: { type: 'event', name, value, ...(to === conversation && more) },
      logged: false,
    })
    const joined = event(conversation, 'guide.joined', { flow, step, request })
    const used = requesters.map((other) => ({ channel: 'guide', ...event(other, 'guide.used', { request }) }))
    return [...used, { channel, ...joined }]
  })
  if (!place) {
    audit?.write({ who: 'customer', what: 'guide.refused', where: channel })
    return undefined
  }
  for (const one of [...met, conversation]) turns.wake(one)
  return { met }
}
