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

/** Presence kept in this process: an agent is there for a minute after the last sign. `now` is in milliseconds. */
export function createPresence(now: () => number = Date.now): Presence {
  const began = now()
  const seen = new Map<string, number>()
  const isHere = (agent: string) => (seen.get(agent) ?? Number.NEGATIVE_INFINITY) > now() - presentMs
  const left = new Map<string, number>()
  return {
    here(agent) {
      seen.set(agent, now())
      left.delete(agent)
    },
    gone(agent) {
      left.set(agent, now())
      seen.delete(agent)
    },
    isHere,
    all() {
      for (const agent of seen.keys()) if (!isHere(agent)) seen.delete(agent)
      return [...seen.keys()]
    },
    // After a restart everybody is unheard of, and their pages come back within seconds.
    mayReturn: (agent) => isHere(agent) || Math.max(left.get(agent) ?? began, began) > now() - presentMs,
  }
}
