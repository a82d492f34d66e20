import type { Conversation, Handoff, Listed, Logged, Pass, Pending, Unsent } from './index.ts'

/** A row as a database gives it. */
export type Row = Record<string, string | number | null>

/** Events are remembered this long, so that a late second delivery is still recognised. */
export const EVENTS_REMEMBERED_MS = 30 * 24 * 3600 * 1000
/** Writers have this long to answer a question. */
export const QUESTIONS_KEPT_MS = 90 * 24 * 3600 * 1000
/** Passes are remembered this long after they expired, so that whoever comes too late is told so. */
export const PASSES_REMEMBERED_MS = 24 * 3600 * 1000

/** An activity's id: its conversation and its place in the log, so that ids sort as they were said. */
export function activityId(conversation: string, seq: number): string {
  return `${conversation}|${String(seq).padStart(7, '0')}`
}

/** The place in the log that an activity's id tells. */
export function seqOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('|') + 1))
}

/** What is left of an activity whose words were taken back: who and when, and the chat's own id for it. */
export function erased({
  id,
  from,
  conversation,
  timestamp,
  channelData,
}: Logged['activity']): Logged['activity'] {
  const own = channelData?.clientActivityID
  return {
    ...{ type: 'messageDelete', id, from, conversation, timestamp },
    ...(typeof own === 'string' && { channelData: { clientActivityID: own } }),
  }
}

/** A conversation of its row. */
export function toConversation({ state, reference, ...row }: Row): Conversation {
  return {
    ...(row as unknown as Conversation),
    state: state === null ? undefined : JSON.parse(state as string),
    ...(reference !== null && { reference: JSON.parse(reference as string) }),
  }
}

/** A conversation of a list, of its row. */
export function toListed({ last, ...row }: Row): Listed {
  const listed = toConversation({ ...row, reference: null })
  return { ...listed, ...(last !== null && { last: JSON.parse(last as string) }) }
}

/** A handoff of its row. */
export function toHandoff({ summary, ...row }: Row): Handoff {
  return { ...(row as unknown as Handoff), summary: JSON.parse(summary as string) }
}

/** Whether a channel has something to send of it: events are for those who read the log. */
export function isSent({ type }: Logged['activity']): boolean {
  return type !== 'event'
}

/** An event that waits, of its row. */
export function toPending({ channel, event, activity, reply }: Row): Pending {
  return {
    channel: channel as string,
    eventId: event as string,
    activity: JSON.parse(activity as string),
    ...(reply !== null && { reply: JSON.parse(reply as string) }),
  }
}

/** A pass of its row. */
export function toPass({ id, flow, step, request, expires_at: expiresAt }: Row): Pass {
  return { id, flow, step, request, expiresAt } as Pass
}

/** What waits to be sent, of its row. */
export function toUnsent(row: Row): Unsent {
  const { id, conversation, channel, attempts, due_at: dueAt } = row as Record<string, never>
  const parts = { activities: row.activities, reply: row.reply, reference: row.reference, note: row.note }
  const read = Object.entries(parts).flatMap(([name, text]) =>
    text === null ? [] : [[name, JSON.parse(text as string)]],
  )
  return { id, conversation, channel, attempts, dueAt, ...Object.fromEntries(read) }
}

/** As it is kept in a column that may be empty. */
export function json(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
