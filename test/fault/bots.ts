import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Served, serve } from '../support/process.ts'

/** So many processes of the whole bot that share a store and know the same keys. */
export async function startBots(count: number, env: Record<string, string>): Promise<Served[]> {
  const first = await serve({ LOG_LEVEL: 'error', ...env })
  await first.start()
  const bots = [first]
  while (bots.length < count) {
    const bot = await serve({ LOG_LEVEL: 'error', ...env })
    copyFileSync(join(first.dir, 'link.key'), join(bot.dir, 'link.key'))
    await bot.start()
    bots.push(bot)
  }
  return bots
}

/** Ends them all, one after the other. */
export async function endBots(bots: readonly Served[]): Promise<void> {
  for (const bot of bots) await bot.end()
}
