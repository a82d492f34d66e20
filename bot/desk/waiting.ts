import { defaultSupport } from '../../content/index.ts'
import type { Desk } from './desk.ts'
import { type DeskParts, isWithinHours } from './deskNow.ts'

/** One look over who waits and who has left, and its timer. */
export interface Sweeper {
  /** Gives back to the bot who has waited too long, and to the queue whose agent has gone. */
  sweep(): Promise<void>
  stop(): Promise<void>
}

/** Sweeps every so many milliseconds; `onError` hears of what went wrong, and the next time tries again. */
export function sweepQueue(
  parts: DeskParts & { desk: Desk; every?: number; onError: (error: unknown) => void },
): Sweeper {
  let running: Promise<void> | undefined
  const sweep = () => {
    running ??= sweepOnce(parts)
      .catch(parts.onError)
      .finally(() => {
        running = undefined
      })
    return running
  }
  const timer = setInterval(() => void sweep(), parts.every ?? 5000).unref()
  return {
    sweep,
    async stop() {
      clearInterval(timer)
      await running
      await parts.store.letGo('desk').catch(parts.onError)
    },
  }
}

/** Whoever sweeps keeps the desk for so long; when it has died, another one begins after that. */
const SWEEPS_MS = 8000
/** More than anybody can have at once; the rest is for the next time. */
const most = 1000

/** Of several processes one sweeps. It first reads who is there: whoever came to another process is not gone. */
async function sweepOnce(parts: DeskParts & { desk: Desk }): Promise<void> {
  const { store } = parts
  if (!(await store.hold('desk', SWEEPS_MS))) return
  await store.board?.refresh()
  await sweepHere(parts)
}

async function sweepHere({ store, presence, support, now, desk }: DeskParts & { desk: Desk }): Promise<void> {
  const rules = support() ?? defaultSupport
  const isClosed = !isWithinHours(rules, now())
  for (const { id, waitingSince } of await store.conversations({ owner: 'queue', most })) {
    const isLate = now() - (waitingSince ?? 0) >= rules.waitMinutes * 60_000
    if (isClosed || isLate) await desk.expire(id, isClosed ? 'hours' : 'late')
  }
  for (const { id, agent, channel } of await store.conversations({ owner: 'agent', most })) {
    // A call is its agent's as long as the agent likes.
    if (channel !== 'phone' && agent && !presence.mayReturn(agent)) await desk.vanish(id, agent)
  }
}
