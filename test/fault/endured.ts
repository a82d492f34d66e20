import { setTimeout as sleep } from 'node:timers/promises'
import type { Watched } from '../security/watched.ts'
import { gateHonest, type Honest, type Waits } from './honest.ts'
import type { Context } from './scenario.ts'

/** What is done to the bot, who is served meanwhile, and how those were served before. */
export interface Attack {
  what: string
  others: Honest
  before: Waits
}

/** Does it, and holds the bot's memory and the waits of honest customers to what they were before. */
export async function endured<T>(
  context: Context,
  kaijo: Watched,
  { what, others, before }: Attack,
  act: () => Promise<T>,
): Promise<T> {
  const { quick, figure, pace } = context
  // Sweeping takes time, and takes compiled code along, too: nobody's wait is measured meanwhile.
  const first = await (quick ? kaijo.look() : kaijo.sweep())
  if (!quick) await sleep(2000)
  await others.since()
  let most = first.megabytes
  let stalled = 0
  const watching = setInterval(async () => {
    const now = await kaijo.look()
    most = Math.max(most, now.megabytes)
    stalled = Math.max(stalled, now.stalled)
  }, 250)
  const result = await act()
  clearInterval(watching)
  const during = await others.since()
  const last = await (quick ? kaijo.look() : kaijo.sweep())
  figure(`event loop stood still, ${what}, ms`, stalled)
  figure(`more memory at its height, ${what}, MB`, most - first.megabytes)
  pace(`more memory afterwards, ${what}, MB`, last.megabytes - first.megabytes, '<=', 60)
  gateHonest(context, what, before, during)
  return result
}
