import type { Activity } from 'botbuilder-core'
import type { Initiation } from '../../dialogs/index.ts'
import type { Conversation, HandoffChange, Ownership } from '../store/index.ts'
import { moved } from './ownership.ts'

/**
 * The event by which a conversation is handed over, for those who read the log by Bot Framework's protocol
 * (https://learn.microsoft.com/azure/bot-service/bot-service-design-pattern-handoff-human). Its transcript comes to it
 * when it is read: `bot/transcript.ts`.
 */
export function initiation(value: Initiation): Partial<Activity> {
  return { type: 'event', name: 'handoff.initiate', value }
}

/** The event that says how a handoff stands; `message` is free in the protocol. */
export function handoffStatus(
  state: 'accepted' | 'completed' | 'failed',
  message?: Record<string, string>,
): Partial<Activity> {
  return { type: 'event', name: 'handoff.status', value: { state, ...(message && { message }) } }
}

/** What a turn changes of who has the conversation, and what it says first for those who follow the protocol. */
export interface Change {
  ownership?: Ownership
  handoff?: HandoffChange
  says: Partial<Activity>[]
}

const none: Change = { says: [] }

/** What becomes of the owner by what the customer did: asked for a person, stopped waiting, or wrote again. */
export function handedOver(
  conversation: Conversation,
  activity: Partial<Activity>,
  reply: { handoff?: Initiation; leavesQueue?: boolean },
  { key, at }: { key: string; at: number },
): Change {
  const { owner } = conversation
  if (owner === 'agent') return none
  if (owner === 'queue' && reply.leavesQueue) {
    const says = [handoffStatus('failed', { reason: 'cancelled' })]
    return { ownership: moved(conversation, 'cancel', { at }), handoff: { ends: 'cancelled' }, says }
  }
  const isBack = owner === 'closed' && activity.type === 'message'
  const now: Ownership = isBack ? moved(conversation, 'reopen', { at }) : conversation
  if (!reply.handoff || now.owner !== 'bot') return isBack ? { ownership: now, says: [] } : none
  return {
    ownership: moved(now, 'handOff', { at }),
    handoff: { begins: key, summary: reply.handoff },
    says: [initiation(reply.handoff)],
  }
}
