import type { Inbound, Pending } from './store/index.ts'

/**
 * The bank's news, taken again when a mistake of ours has spoiled its turn: nobody else would ever tell the customer, who waits.
 * The next try is an event of its own, accepted in the transaction that applies the one before: a crash loses none.
 */
interface Again {
  /** How many tries there have been. */
  tries: number
  /** Not before; milliseconds since 1970. */
  due: number
  /** How often it has let others go first. */
  moved: number
}

/** Milliseconds before each further try; new content or a new version may have mended the mistake meanwhile. */
const pauses = [1000, 5000, 30_000, 2 * 60_000, 10 * 60_000, 60 * 60_000, 6 * 60 * 60_000]

/** The next try of an event; undefined when it is not tried again, or not any more. */
export function nextTry(event: Pending, conversation: string, now: number): Inbound | undefined {
  if (event.channel !== 'unlock' || event.activity.name !== 'unlock.updated') return undefined
  const { tries } = againOf(event)
  const pause = pauses[tries]
  return pause === undefined
    ? undefined
    : made(event, conversation, { tries: tries + 1, due: now + pause, moved: 0 })
}

/** How many milliseconds an event must still wait; 0 when its turn can be taken. */
export function waitOf(event: Pending, now: number): number {
  return Math.max(0, againOf(event).due - now)
}

/** The same event behind all that have come meanwhile. */
export function letOthersFirst(event: Pending, conversation: string): Inbound {
  const again = againOf(event)
  return made(event, conversation, { ...again, moved: again.moved + 1 })
}

function againOf({ activity }: Pending): Again {
  return activity.channelData?.again ?? { tries: 0, due: 0, moved: 0 }
}

function made({ channel, eventId, activity }: Pending, conversation: string, again: Again): Inbound {
  return {
    channel,
    eventId: `${eventId.replace(/~\d+\.\d+$/, '')}~${again.tries}.${again.moved}`,
    conversation,
    activity: { ...activity, channelData: { again } },
    logged: false,
  }
}
