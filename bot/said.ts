import type { Activity } from 'botbuilder-core'
import type { Conversation } from './store/index.ts'

/** Who says something: the bot, or an agent, of whom the customer knows the name that is shown. */
export interface Speaker {
  id: 'kaijo' | 'agent'
  name: string
}

/** The bot as the one who says something. */
export const kaijo: Speaker = { id: 'kaijo', name: 'Kaijo' }

/** What is said, with who says it, where and when; `replyToId` is the message that it answers. */
export function addressed(
  said: readonly Partial<Activity>[],
  { id, channel }: Pick<Conversation, 'id' | 'channel'>,
  { speaker, at, replyToId }: { speaker: Speaker; at: number; replyToId?: string },
): Partial<Activity>[] {
  const timestamp = new Date(at) as Activity['timestamp']
  return said.map((activity) => ({
    ...activity,
    channelId: channel,
    conversation: { id } as Activity['conversation'],
    from: { ...speaker, role: 'bot' },
    timestamp,
    ...(replyToId && { replyToId }),
  }))
}
