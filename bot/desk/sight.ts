import { PHONE } from '../../dialogs/index.ts'
import { HttpError } from '../route.ts'
import type { Conversation, Handoff, Store } from '../store/index.ts'
import { mayAct } from './roles.ts'
import type { Agent } from './sessions.ts'

/** What is read to know whether somebody may see a conversation. */
export interface SightSources {
  store: Pick<Store, 'conversation' | 'handoffs' | 'activities'>
}

/** What somebody may see of a conversation. */
export interface Sight {
  conversation: Conversation
  /** It has gone on without them: they see the handoff that they closed, and nothing after this sequence number. */
  past?: { handoff: Handoff; seq: number }
}

/**
 * The conversation, if this agent may see it. It waits or a person has it: all of it. They have closed it: up to there.
 * Supervisors see whatever was at the desk once. Throws HttpError 404 for all else: what customers tell the bot, before
 * the desk or after it, is nobody's business.
 */
export async function seenBy({ store }: SightSources, id: string, agent: Agent): Promise<Sight> {
  const conversation = await store.conversation(id)
  if (!conversation || conversation.channel === PHONE) throw noChat()
  if (conversation.owner === 'queue' || conversation.owner === 'agent') return { conversation }
  const handoffs = await store.handoffs({ conversation: id })
  if (handoffs.length > 0 && mayAct(agent.role, 'supervisor')) return { conversation }
  const last = handoffs.findLastIndex((one) => one.agent === agent.id && one.how === 'closed')
  const seq = last < 0 ? undefined : await endOf(store, id, last)
  if (seq === undefined) throw noChat()
  return { conversation, past: { handoff: handoffs[last] as Handoff, seq } }
}

/**
 * Whether a press of this agent may be looked at: what they may see, and what they have had. A press that gave it back
 * is sent again when its answer was lost, and must be told that it has done its work. Throws HttpError 404 as `seenBy`.
 */
export async function pressedBy(sources: SightSources, id: string, agent: Agent): Promise<void> {
  const had = await sources.store.handoffs({ conversation: id })
  if (!had.some((one) => one.agent === agent.id)) await seenBy(sources, id, agent)
}

const page = 500

/** Where in its log a handoff ended, counted from 0: each leaves one event at its end. */
async function endOf(
  store: Pick<Store, 'activities'>,
  id: string,
  handoff: number,
): Promise<number | undefined> {
  let ended = 0
  for (let after = 0; ; ) {
    const log = await store.activities(id, after, page)
    for (const { seq, activity } of log) {
      const isEnd = activity.name === 'handoff.status' && activity.value?.state !== 'accepted'
      if (isEnd && ended++ === handoff) return seq
    }
    after = log.at(-1)?.seq ?? after
    if (log.length < page) return undefined
  }
}

function noChat(): HttpError {
  return new HttpError(404, 'NoChat', 'This conversation is not at the desk')
}
