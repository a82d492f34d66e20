import type { ChatList } from './chatView.ts'

/**
 * The chat that comes after this one for an agent who works by keyboard: own chats whose customers wait for an answer,
 * then the queue in its order, then from the beginning again. Undefined when nobody else waits.
 */
export function nextChat({ mine, queue }: Pick<ChatList, 'mine' | 'queue'>, now: string): string | undefined {
  const waiting = [...mine.filter(({ last }) => last?.by === 'customer'), ...queue]
  const ids = waiting.map(({ conversation }) => conversation)
  const next = ids[(ids.indexOf(now) + 1) % ids.length]
  return next === now ? undefined : next
}
