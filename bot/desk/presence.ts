import { type Board, MemoryBoard } from '../store/board.ts'

/** Which agents are at the desk now. */
export interface Presence {
  /** The agent has just shown to be there: by a poll, or a socket that answers. */
  here(agent: string): void
  /** The agent has gone, or takes no more conversations. */
  gone(agent: string): void
  isHere(agent: string): boolean
  /** The agents who are there. */
  all(): string[]
  /** Whether the agent may still come back: seen a moment ago, or the process has only just started. */
  mayReturn(agent: string): boolean
}

/** Who was not heard of for so long is not there. */
export const presentMs = 60_000

/**
 * An agent is there for a minute after the last sign, in whichever process it was seen that shares the board. `now` is in
 * milliseconds.
 */
export function createPresence(now: () => number = Date.now, board: Board = new MemoryBoard(now)): Presence {
  const began = now()
  const isHere = (agent: string) => board.read('here', agent) !== undefined
  return {
    here(agent) {
      board.put('here', agent, '', presentMs)
      if (board.read('left', agent) !== undefined) board.drop('left', agent)
    },
    gone(agent) {
      board.put('left', agent, '', presentMs)
      if (isHere(agent)) board.drop('here', agent)
    },
    isHere,
    all: () => board.of('here').map(([agent]) => agent),
    // After a restart everybody is unheard of, and their pages come back within seconds.
    mayReturn: (agent) =>
      isHere(agent) || board.read('left', agent) !== undefined || began > now() - presentMs,
  }
}

/** Whether a topic of the board says who is at the desk. */
export function tellsWhoIsThere(topic: string): boolean {
  return topic === 'here' || topic === 'left' || topic === 'away'
}
