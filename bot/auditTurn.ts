import type { Activity } from 'botbuilder-core'
import type { Audit, Deed } from '../unlock/index.ts'

/** A turn at its commit: what it met and what it leaves. */
export interface Committed {
  conversation: string
  channel: string
  event: Partial<Activity>
  /** The conversation's state before the turn and after it. */
  before: unknown
  after: unknown
  /** Unlock requests that the conversation now waits for. */
  requests: readonly string[]
  /** Links and guide numbers that were shown for the first time. */
  passes: readonly { id: string; request: string }[]
}

/** So many deeds are remembered; a turn is run again at once or never. */
const mostRemembered = 10_000

/**
 * Writes down what a turn does before it is committed: a crash in between leaves an entry of what happens when the turn is
 * taken again, and never a deed without one. A turn that is run again, because another writer was faster, is not told twice.
 */
export function writesDeeds(audit: Pick<Audit, 'write'>): (turn: Committed) => void {
  const written = new Set<string>()
  return (turn) => {
    for (const deed of deedsOf(turn)) {
      // Links are drawn anew each time, and each time it is another one that is shown.
      const key = deed.what === 'link.shown' || deed.what === 'guide.made' ? undefined : JSON.stringify(deed)
      if (key && written.has(key)) continue
      audit.write(deed)
      if (!key) continue
      written.add(key)
      if (written.size > mostRemembered)
        for (const oldest of written.keys()) if (written.delete(oldest)) break
    }
  }
}

/** What belongs into the audit log of a turn: requests made, links and numbers shown, customers told of an end. */
export function deedsOf(turn: Committed): Deed[] {
  const { conversation, channel: where, event } = turn
  const about = { conversation, where }
  const made = turn.requests.map(
    (request): Deed => ({ who: 'customer', what: 'request.created', request, ...about }),
  )
  const shown = turn.passes.map(({ id, request }): Deed => {
    const what = /^\d{8}$/.test(id) ? 'guide.made' : 'link.shown'
    return { who: 'bot', what, request, ...about }
  })
  const news = event.name === 'unlock.updated' ? event.value : undefined
  const before = new Set(toldOf(turn.before))
  const told = toldOf(turn.after)
    .filter((request) => !before.has(request))
    .map((request): Deed => {
      // Without an event it was the customer who asked, and only a clearing is told as an end then.
      const after = request === news?.id ? String(news.state) : 'cleared'
      return { who: 'bot', what: 'customer.told', request, after, ...about }
    })
  return [...made, ...shown, ...told]
}

function toldOf(state: unknown): string[] {
  return (state as { told?: string[] } | undefined)?.told ?? []
}
