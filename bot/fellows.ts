import type { Inbound, Store } from './store/index.ts'

/** Where a customer has just gone in a procedure that other conversations may share. */
export interface Moved {
  flow: string
  step: string
  request: string
}

/** What conversations that share the procedure must hear of an event, named `eventId`, that moved this one. */
export async function fellowsTold(
  store: Store,
  conversation: string,
  eventId: string,
  moved: Moved | undefined,
): Promise<Inbound[]> {
  if (!moved) return []
  const others = (await store.requesters(moved.request)).filter((other) => other !== conversation)
  const activity = { type: 'event', name: 'guide.followed', value: moved }
  return others.map((other) => ({
    channel: 'guide',
    eventId: `${eventId}/${other}`,
    conversation: other,
    activity,
    logged: false,
  }))
}
