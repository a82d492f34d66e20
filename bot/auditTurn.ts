import type { Activity } from 'botbuilder-core'
import type { Deed } from '../unlock/index.ts'

/** A turn that has been committed: what it met and what it left. */
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

/** What belongs into the audit log of a committed turn: requests made, links and numbers shown, customers told of an end. */
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
