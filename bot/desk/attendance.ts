import type { Board } from '../store/board.ts'
import type { Presence } from './presence.ts'

/** Whether agents take conversations: whoever says to be away is not there, however often their page is heard of. */
export interface Attendance {
  /** A page of the agent was heard of. */
  heard(agent: string): void
  /** The agent goes away, or is back. */
  setAway(agent: string, isAway: boolean): void
  isAway(agent: string): boolean
  /** The agent has logged off, or was made to. */
  left(agent: string): void
}

/** A day at the desk is not longer. */
const awayMs = 8 * 60 * 60 * 1000

/** Keeps the word of the agents on the board; it lasts until they log off, or their longest session is over. */
export function createAttendance(presence: Presence, board: Board): Attendance {
  const isAway = (agent: string) => board.read('away', agent) !== undefined
  const heard = (agent: string) => {
    if (!isAway(agent)) presence.here(agent)
  }
  return {
    heard,
    setAway(agent, away) {
      if (away === isAway(agent)) return
      if (away) {
        board.put('away', agent, '', awayMs)
        presence.gone(agent)
      } else {
        board.drop('away', agent)
        heard(agent)
      }
    },
    isAway,
    left(agent) {
      if (isAway(agent)) board.drop('away', agent)
      presence.gone(agent)
    },
  }
}
