import type { Inbound } from '../../../../bot/store/index.ts'

/** An event of the conversation c1, which says its own id. */
export const event = (eventId: string, more: Partial<Inbound> = {}): Inbound => ({
  channel: 'directline',
  eventId,
  conversation: 'c1',
  activity: { type: 'message', text: eventId },
  logged: true,
  ...more,
})

/** The turn that applies an event: one answer, and the event's id as the state. */
export const turn = (eventId: string, version: number, more: object = {}) => ({
  conversation: 'c1',
  channel: 'directline',
  version,
  state: { at: eventId },
  eventId,
  eventChannel: 'directline',
  said: [{ type: 'message', text: `answer to ${eventId}` }],
  requests: [],
  ...more,
})

/** The first turn of a conversation, which accepts its own event with its commit. */
export const arriving = (eventId: string, more: object = {}) => ({
  ...turn(eventId, 0),
  accepts: { inbound: event(eventId), seq: 0 },
  ...more,
})

/** What a turn changes when its customer begins to wait for an agent. */
export const queued = (queuedAt: number) => ({
  ownership: { owner: 'queue', agent: null, queuedAt, waitingSince: queuedAt } as const,
})
