import type { Audit, Deed } from '../../unlock/index.ts'
import type { Agent } from './sessions.ts'

/** What is written down of the desk, as `desk.<deed>` in the audit log. */
export type DeskAct = Extract<Deed['what'], `desk.${string}`> extends `desk.${infer Act}` ? Act : never

/** What else can be said of a deed: one word each, and ids. */
export interface About {
  /** A conversation's id; a pseudonym of it is kept. */
  conversation?: string
  /** The account that the deed was about. */
  account?: string
  before?: string
  after?: string
  why?: string
}

/**
 * Writes down what somebody at the desk does, before it is done: throws when it cannot be written, and then it must not
 * be done. A view of the same conversation in the same session is one view for ten minutes: the desk reads it again and again.
 */
export type Audited = (
  agent: Pick<Agent, 'id' | 'role' | 'session'> | undefined,
  what: DeskAct,
  about?: string | About,
) => void

const viewedFor = 10 * 60 * 1000
/** More than anybody looks at in ten minutes. */
const mostViews = 10_000

/** Writes into the audit log; who it was is the account's id, and never a name. */
export function createAudited(audit: Pick<Audit, 'write'>, clock: () => Date): Audited {
  const views = new Map<string, number>()

  function isSeen(view: string): boolean {
    const now = clock().getTime()
    if ((views.get(view) ?? 0) > now) return true
    if (views.size >= mostViews) views.clear()
    views.set(view, now + viewedFor)
    return false
  }

  return (agent, what, about = {}) => {
    const said = typeof about === 'string' ? { conversation: about } : about
    if (what === 'viewed' && isSeen(`${agent?.session} ${said.conversation}`)) return
    const by = agent && { by: agent.id }
    audit.write({ who: agent?.role ?? 'bot', what: `desk.${what}`, where: 'desk', ...by, ...said })
  }
}
