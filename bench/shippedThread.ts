import { parentPort } from 'node:worker_threads'
import { echoTurn } from './echo.ts'
import { perCall } from './rounds.ts'
import type { Shipped } from './shipped.ts'
import { waterfallTurn } from './waterfall.ts'

const measures = { echo: perCall(echoTurn()), waterfall: perCall(waterfallTurn()) }

parentPort?.on('message', async ({ name, ms }: { name: Shipped; ms: number }) => {
  parentPort?.postMessage(await measures[name](ms))
})
