import type { KeyObject } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { signWebhook } from '../webhook.ts'

/** Sends each event to the bot until it is taken. */
export interface Outbox {
  /** Sends what is due; never throws. */
  kick(): void
  /** Stops sending, and waits for what is under way. */
  close(): Promise<void>
}

const patience = 15_000
const longestPause = 6 * 60 * 60 * 1000
const longestTrying = 75 * 60 * 60 * 1000
const mostAtOnce = 20

interface Due {
  id: string
  url: string
  body: string
  attempts: number
  at: string
}

/** `firstPause` (ms) doubles with each failure. `onError` hears of failures that are ours and not the receiver's. */
export function startOutbox(place: {
  db: DatabaseSync
  /** Every key that signs now; several while keys change. */
  signing: () => readonly KeyObject[]
  clock: () => Date
  firstPause: number
  onError: (error: unknown) => void
}): Outbox {
  const { db, clock } = place
  const underWay = new Map<string, Promise<void>>()
  const timers = new Set<NodeJS.Timeout>()
  let closed = false

  function kick(): void {
    if (closed) return
    for (const event of findDue(db, clock())) {
      if (underWay.has(event.id) || underWay.size >= mostAtOnce) continue
      const sent = deliver(event).catch(place.onError)
      underWay.set(event.id, sent)
      void sent.finally(() => underWay.delete(event.id))
    }
  }

  async function deliver(event: Due): Promise<void> {
    const body = Buffer.from(event.body)
    const headers = signWebhook({ id: event.id, body, keys: place.signing(), now: clock() })
    const status = await post(event.url, { ...headers, 'content-type': 'application/json' }, body)
    if (closed) return
    const now = clock()
    if (status >= 200 && status < 300) {
      db.prepare('UPDATE events SET delivered_at = ?, due_at = NULL WHERE id = ?').run(
        now.toISOString(),
        event.id,
      )
      return
    }
    const pause = nextPause(event, status, now, place.firstPause)
    const due = pause === undefined ? null : new Date(now.getTime() + pause).toISOString()
    db.prepare('UPDATE events SET attempts = attempts + 1, due_at = ? WHERE id = ?').run(due, event.id)
    if (pause !== undefined) wake(pause)
  }

  function wake(pause: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      kick()
    }, pause)
    timers.add(timer.unref())
  }

  return {
    kick,
    async close() {
      closed = true
      for (const timer of timers) clearTimeout(timer)
      await Promise.race([
        Promise.all(underWay.values()),
        new Promise((resolve) => setTimeout(resolve, 500).unref()),
      ])
    },
  }
}

/** Undefined: given up; the event stays in the list of undelivered ones. */
function nextPause(event: Due, status: number, now: Date, first: number): number | undefined {
  if (status === 410 || now.getTime() - Date.parse(event.at) > longestTrying) return undefined
  return Math.min(first * 2 ** event.attempts, longestPause)
}

function findDue(db: DatabaseSync, now: Date): Due[] {
  const rows = db
    .prepare('SELECT id, url, body, attempts, at FROM events WHERE due_at <= ? ORDER BY seq LIMIT 100')
    .all(now.toISOString())
  return rows.map(({ id, url, body, attempts, at }) => ({
    id: String(id),
    url: String(url),
    body: String(body),
    attempts: Number(attempts),
    at: String(at),
  }))
}

/** The status, or 0 when there was no answer; a redirect is an answer like any other and is not followed. */
async function post(url: string, headers: Record<string, string>, body: Buffer): Promise<number> {
  try {
    const init = {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    } as const
    const response = await fetch(url, init)
    await response.body?.cancel()
    return response.status
  } catch {
    return 0
  }
}
