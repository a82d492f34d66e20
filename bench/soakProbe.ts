import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Looked } from './soakGauge.ts'

/** Loaded before the bot by `node --import`, for the soak alone: asked over IPC, it says what the process holds now. */
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: object) => void

process.on('message', (asked: { look?: true }) => {
  if (asked?.look) process.send?.(look())
})

function look(): { seen: Looked } {
  collect({ type: 'major' })
  const { heapUsed, external, rss } = process.memoryUsage()
  const open = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
  const timers = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
  return { seen: { heap: heapUsed, external, rss, open, timers } }
}
