/** Somebody at the desk who looks at a conversation. */
export interface Viewer {
  id: string
  shown: string
  /** Whether they are writing at this moment. */
  isWriting: boolean
}

/** Who looks at which conversation; kept for a moment and in this process only. */
export interface Viewers {
  /** The agent looks at it now; counts for half a minute. Gives whether that is news. */
  looks(agent: Pick<Viewer, 'id' | 'shown'>, conversation: string): boolean
  /** The agent writes there now; counts for a few seconds. Gives whether that is news. */
  writes(agent: Pick<Viewer, 'id' | 'shown'>, conversation: string): boolean
  /** The agent looks at it no more; without a conversation: at nothing. Gives the conversations that this changed. */
  leaves(agent: string, conversation?: string): string[]
  /** Who looks at it now, in the order in which they came. */
  of(conversation: string): Viewer[]
  /** How many conversations are kept in mind. */
  readonly size: number
}

/** A socket says every ten seconds that its page is still there. */
export const looksFor = 30_000
export const writesFor = 6000

interface Seen {
  shown: string
  looksUntil: number
  writesUntil: number
}

/** Keeps them in memory; `now` is in milliseconds. */
export function createViewers(now: () => number = Date.now): Viewers {
  const seen = new Map<string, Map<string, Seen>>()
  let sweptAt = now()

  /** Nobody asks again for a conversation that everybody has left: it would stay for ever. */
  function sweep(): void {
    if (now() - sweptAt < looksFor) return
    sweptAt = now()
    for (const conversation of seen.keys()) those(conversation)
  }

  function those(conversation: string): Map<string, Seen> {
    const there = seen.get(conversation) ?? new Map<string, Seen>()
    for (const [id, { looksUntil }] of there) if (looksUntil <= now()) there.delete(id)
    if (there.size === 0) seen.delete(conversation)
    return there
  }

  function note(
    { id, shown }: Pick<Viewer, 'id' | 'shown'>,
    conversation: string,
    isWriting: boolean,
  ): boolean {
    sweep()
    const there = those(conversation)
    const before = there.get(id)
    const wasWriting = (before?.writesUntil ?? 0) > now()
    const writesUntil = isWriting ? now() + writesFor : (before?.writesUntil ?? 0)
    there.set(id, { shown, looksUntil: now() + looksFor, writesUntil })
    seen.set(conversation, there)
    return !before || (isWriting && !wasWriting)
  }

  return {
    looks: (agent, conversation) => note(agent, conversation, false),
    writes: (agent, conversation) => note(agent, conversation, true),
    leaves(agent, conversation) {
      const from = conversation === undefined ? [...seen.keys()] : [conversation]
      return from.filter((one) => {
        const there = seen.get(one)
        const hasLeft = there?.delete(agent) ?? false
        if (there?.size === 0) seen.delete(one)
        return hasLeft
      })
    },
    of: (conversation) =>
      [...those(conversation)].map(([id, { shown, writesUntil }]) => ({
        id,
        shown,
        isWriting: writesUntil > now(),
      })),
    get size() {
      return seen.size
    },
  }
}
