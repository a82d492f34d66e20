import { type Board, MemoryBoard } from '../store/board.ts'

/** Somebody at the desk who looks at a conversation. */
export interface Viewer {
  id: string
  shown: string
  /** Whether they are writing at this moment. */
  isWriting: boolean
}

/** Who looks at which conversation; kept for a moment only. */
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

/** Keeps them on the board, where every process that shares it sees them; `now` is in milliseconds. */
export function createViewers(now: () => number = Date.now, board: Board = new MemoryBoard(now)): Viewers {
  function looks({ id, shown }: Pick<Viewer, 'id' | 'shown'>, conversation: string): boolean {
    const isNew = board.read(looksAt(conversation), id) === undefined
    board.put(looksAt(conversation), id, shown, looksFor)
    return isNew
  }

  return {
    looks,
    writes(agent, conversation) {
      const isNew = board.read(writesIn(conversation), agent.id) === undefined
      board.put(writesIn(conversation), agent.id, '', writesFor)
      return looks(agent, conversation) || isNew
    },
    leaves(agent, conversation) {
      const from = conversation === undefined ? board.topics(looksAt('')) : [looksAt(conversation)]
      const left = from.filter((topic) => board.read(topic, agent) !== undefined)
      for (const topic of left) board.drop(topic, agent)
      return left.map((topic) => topic.slice(looksAt('').length))
    },
    of: (conversation) =>
      board.of(looksAt(conversation)).map(([id, shown]) => ({
        id,
        shown,
        isWriting: board.read(writesIn(conversation), id) !== undefined,
      })),
    get size() {
      return board.topics(looksAt('')).length
    },
  }
}

/** The conversation about which a topic of the board tells who looks or writes; undefined for any other topic. */
export function conversationOf(topic: string): string | undefined {
  return /^(?:looks|writes) (.*)$/s.exec(topic)?.[1]
}

function looksAt(conversation: string): string {
  return `looks ${conversation}`
}

function writesIn(conversation: string): string {
  return `writes ${conversation}`
}
