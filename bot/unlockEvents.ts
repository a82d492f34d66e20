import type { KeyObject } from 'node:crypto'
import type { Audit, UnlockClient, UnlockEvent, UnlockFeed, UnlockUpdate } from '../unlock/index.ts'
import { UnlockNotFound, writePublicKey } from '../unlock/index.ts'
import type { Store } from './store/index.ts'
import type { Turns } from './turns.ts'

/** What the one door for the bank's news needs. */
export interface EventParts {
  client: Pick<UnlockClient, 'read'>
  store: Pick<Store, 'requesters'>
  turns: Pick<Turns, 'accept'>
  audit?: Pick<Audit, 'write'>
}

/** News of the bank's: verified when it came by a callback, read with our credential when it was recovered. */
export interface BankNews {
  /** The webhook's id: what makes a second delivery harmless, whichever way it comes. */
  id: string
  update: UnlockUpdate
  by: 'callback' | 'recovery'
}

/**
 * Tells every conversation that waits for the request; gives how many wait. The news is only a hint: what is told is how the
 * request stands at the API now. Throws when the API or the store is away: then nothing was taken for good, and it must come again.
 */
export async function takeEvent(parts: EventParts, { id, update, by }: BankNews): Promise<number> {
  const conversations = await parts.store.requesters(update.id)
  if (conversations.length === 0) return 0
  const request = await parts.client.read(update.id)
  const what = by === 'callback' ? 'callback.verified' : 'event.recovered'
  let isNew = false
  for (const conversation of conversations) {
    const { seen } = await parts.turns.accept({
      channel: 'unlock',
      eventId: `${id}/${conversation}`,
      conversation,
      activity: { type: 'event', name: 'unlock.updated', value: { id: request.id, state: request.state } },
      logged: false,
    })
    isNew ||= !seen
  }
  if (isNew) parts.audit?.write({ who: 'bank', what, request: request.id, after: request.state })
  return conversations.length
}

/** How the bank's list of undelivered events is read. */
export interface RecoveryParts {
  client: Pick<UnlockFeed, 'undelivered'>
  /** The same door as the callback's. Rejects when the event must come again. */
  take(event: { id: string; update: UnlockUpdate }): Promise<unknown>
  /** In milliseconds; a minute unless said otherwise. */
  every?: number
  onError?: (error: unknown) => void
}

/** The reading of undelivered events, under way. */
export interface Recovery {
  /** Reads now; resolves when all that could be taken is taken. Never rejects. */
  now(): Promise<void>
  stop(): void
}

/** Reads what the bank could not deliver: once at the start, and every minute. */
export function recover(parts: RecoveryParts): Recovery {
  const { onError = () => {} } = parts
  let after: string | undefined
  let running: Promise<void> | undefined

  const read = async () => {
    after = await readOn(parts, after, onError)
  }
  const now = () => {
    running ??= read()
      .catch(onError)
      .finally(() => {
        running = undefined
      })
    return running
  }
  const timer = setInterval(() => void now(), parts.every ?? 60_000).unref()
  void now()
  return { now, stop: () => clearInterval(timer) }
}

/** Gives the event up to which all were taken: the next time it goes on there, so that one that fails comes again. */
async function readOn(
  { client, take }: RecoveryParts,
  after: string | undefined,
  onError: (error: unknown) => void,
): Promise<string | undefined> {
  let taken = after
  let hasFailed = false
  for (let from = after; ; ) {
    const { events, more } = await client.undelivered(from)
    for (const event of events) {
      const isTaken = await attempt(take, event, onError)
      hasFailed ||= !isTaken
      if (!hasFailed) taken = event.id
    }
    const last = events.at(-1)?.id
    // An API that says the same page again would be asked for ever.
    if (!more || !last || last === from) return taken
    from = last
  }
}

/** One that cannot be taken stops none behind it; one of a request that the bank has forgotten is of no use any more. */
async function attempt(
  take: RecoveryParts['take'],
  { id, update }: UnlockEvent,
  onError: (error: unknown) => void,
): Promise<boolean> {
  if (!update) return true
  try {
    await take({ id, update })
    return true
  } catch (error) {
    if (error instanceof UnlockNotFound) return true
    onError(error)
    return false
  }
}

/** Keys that the API lists and the operator has not pinned: new ones to compare and to add, or somebody else's. */
export async function unknownKeys(
  client: Pick<UnlockFeed, 'keys'>,
  pinned: readonly KeyObject[],
): Promise<string[]> {
  const known = new Set(pinned.map(writePublicKey))
  return (await client.keys()).filter((key) => !known.has(key))
}
