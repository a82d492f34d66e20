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

/** Keeps the word of the agents; it lasts until they log off or the process ends. */
export function createAttendance(presence: Presence): Attendance {
  const away = new Set<string>()
  const heard = (agent: string) => {
    if (!away.has(agent)) presence.here(agent)
  }
  return {
    heard,
    setAway(agent, isAway) {
      if (isAway === away.has(agent)) return
      if (isAway) {
        away.add(agent)
        presence.gone(agent)
      } else {
        away.delete(agent)
        heard(agent)
      }
    },
    isAway: (agent) => away.has(agent),
    left(agent) {
      away.delete(agent)
      presence.gone(agent)
    },
  }
}
