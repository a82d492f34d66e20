import { PHONE } from '../../dialogs/index.ts'
import { HttpError } from '../route.ts'
import type { Conversation, Store } from '../store/index.ts'
import { mayAct } from './roles.ts'
import type { Agent } from './sessions.ts'

/** What is read to know whether somebody may see a conversation. */
export interface SightSources {
  store: Pick<Store, 'conversation' | 'handoffs'>
}

/**
 * The conversation, if this agent may see it: it waits, a person has it, or this agent was the one who closed it.
 * Supervisors see whatever was at the desk once. Throws HttpError 404 for any other: what customers tell the bot, before
 * the desk or after it, is nobody's business.
 */
export async function seenBy({ store }: SightSources, id: string, agent: Agent): Promise<Conversation> {
  const found = await store.conversation(id)
  if (!found || found.channel === PHONE) throw noChat()
  if (found.owner === 'queue' || found.owner === 'agent') return found
  if (found.owner === 'closed' && found.agent === agent.id) return found
  if (mayAct(agent.role, 'supervisor') && (await store.handoffs({ conversation: id })).length > 0)
    return found
  throw noChat()
}

/**
 * Whether a press of this agent may be looked at: what they may see, and what they have had. A press that gave it back
 * is sent again when its answer was lost, and must be told that it has done its work. Throws HttpError 404 as `seenBy`.
 */
export async function pressedBy(sources: SightSources, id: string, agent: Agent): Promise<void> {
  const had = await sources.store.handoffs({ conversation: id })
  if (!had.some((one) => one.agent === agent.id)) await seenBy(sources, id, agent)
}

function noChat(): HttpError {
  return new HttpError(404, 'NoChat', 'This conversation is not at the desk')
}
