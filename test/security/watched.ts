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
  /** What is on the heap and beside it in buffers, in megabytes. */
  heap: number
  /** The longest that its event loop stood still since it was asked last, in milliseconds. */
  stalled: number
  /** Milliseconds that it has worked since it began, whatever else the machine has done meanwhile. */
  cpu: number
  /** Open connections, those that it has opened itself too. */
  sockets: number
}

/** The whole of Kaijo in a process of its own, with a witness inside. */
export interface Watched extends Served {
  look(): Promise<Look>
  /** The same after all garbage has been collected. */
  sweep(): Promise<Look>
  /** Writes its heap down, for looking at what is on it. */
  snapshot(file: string): Promise<Look>
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
  const ask = async (word: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(word)
    return JSON.parse(await text(socket)) as Look
  }
  return {
    ...served,
    look: () => ask('look'),
    sweep: () => ask('sweep'),
    snapshot: (file) => ask(`snapshot ${file}`),
  }
}

/** What stands in the log of a process that has met something it did not expect. */
export function mishaps(output: string): string[] {
  const signs =
    /"event":"(uncaught|unhandled|http\.failed|http\.unsendable|upgrade\.failed|sandbox\.failed|directline\.unavailable|stream\.failed|turn\.\w+)"/
  return output.split('\n').filter((line) => signs.test(line))
}
