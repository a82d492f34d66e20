import type { Logger } from './log.ts'
import type { Board } from './store/board.ts'
import type { Conversation } from './store/index.ts'

/** How each channel shows that somebody writes, by its name; a channel that is not here shows nothing. */
export type TypingShown = Record<string, (conversation: Conversation) => Promise<void>>

export interface AgentTypingParts {
  board: Board
  /** To the sockets of this process. */
  toSockets: (conversation: string, name: string) => void
  channels: TypingShown
  log: Pick<Logger, 'warn'>
  now?: () => number
}

const topic = 'agentTypes'
/** A channel's own dots stay for some seconds, and LINE counts its calls. */
const channelEvery = 8000
/** Of more conversations than that at once some are told twice. */
const mostTold = 1000

/**
 * Shows a customer that an agent is writing, in whatever process their socket is. It is kept nowhere, and what goes
 * wrong with it is worth no second try.
 */
export function createAgentTyping(
  parts: AgentTypingParts,
): (conversation: Conversation, name: string) => void {
  const { board, toSockets, channels, log, now = Date.now } = parts
  const toldAt = new Map<string, number>()
  board.onNews((news, key) => {
    if (news !== topic) return
    const [conversation = '', name = ''] = JSON.parse(key) as string[]
    toSockets(conversation, name)
  })
  return (conversation, name) => {
    const { id, channel } = conversation
    toSockets(id, name)
    board.hint(topic, JSON.stringify([id, name]))
    if (!channels[channel] || now() - (toldAt.get(id) ?? 0) < channelEvery) return
    if (toldAt.size >= mostTold) toldAt.clear()
    toldAt.set(id, now())
    channels[channel](conversation).catch((err: unknown) => log.warn({ event: 'typing.failed', err }))
  }
}
