import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { freePort } from '../../bot/freePort.ts'
import { type Served, serve } from '../support/process.ts'

/** What the running process says of itself. */
export interface Look {
  pid: number
  /** Every route as it was mounted. */
  routes: { method: string; path: string }[]
  /** Whether `({}).polluted` is anything. */
  polluted: boolean
  /** Resident memory. */
  megabytes: number
}

/** The whole of Kaijo in a process of its own, with a witness inside. */
export interface Watched extends Served {
  look(): Promise<Look>
}

const witness = pathToFileURL(join(import.meta.dirname, 'witness.ts')).href

/** Starts it; every line of its log is kept, down to `trace`. */
export async function watched(env: Record<string, string> = {}): Promise<Watched> {
  const port = await freePort()
  const served = await serve({
    NODE_OPTIONS: `--import=${witness}`,
    WITNESS: String(port),
    LOG_LEVEL: 'trace',
    ...env,
  })
  await served.start()
  return { ...served, look: async () => JSON.parse(await text(connect(port, '127.0.0.1'))) as Look }
}

/** What stands in the log of a process that has met something it did not expect. */
export function mishaps(output: string): string[] {
  const signs =
    /"event":"(uncaught|unhandled|http\.failed|http\.unsendable|upgrade\.failed|sandbox\.failed|directline\.unavailable|stream\.failed|turn\.\w+)"/
  return output.split('\n').filter((line) => signs.test(line))
}
