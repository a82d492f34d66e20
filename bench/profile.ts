import type { Profiler } from 'node:inspector'

/** What a moment of the processor went to. */
export interface Part {
  name: string
  /** Of the frames below it, from the innermost out, the first that fits says what a moment was for. */
  fits(frame: { functionName: string; url: string }): boolean
}

const native = (names: RegExp) => (frame: { functionName: string; url: string }) =>
  frame.url === '' && names.test(frame.functionName)
const within = (files: RegExp) => (frame: { url: string }) => files.test(frame.url)

/** Everything that a turn over the network passes through. */
export const parts: readonly Part[] = [
  { name: 'garbage', fits: native(/^\(garbage collector\)$/) },
  { name: 'writing to sockets', fits: native(/^(writev|write\w*(String|Buffer))$/) },
  {
    name: 'waiting for the disk',
    fits: ({ functionName, url }) => /groupCommit/.test(url) && functionName === '#commit',
  },
  {
    name: 'PostgreSQL’s driver and statements',
    fits: within(/node_modules\/pg|bot\/store\/postgres|bot\/store\/hints/),
  },
  { name: 'SQLite’s statements', fits: within(/bot\/store\/(sqlite|groupCommit)/) },
  { name: 'the sockets of the chat', fits: within(/node_modules\/ws\/|channels\/directLineStream/) },
  {
    name: 'the dialogs and their SDK',
    fits: within(/\/dialogs\/|node_modules\/bot(builder|framework)|\/locales\/|\/content\//),
  },
  { name: 'the channel: tokens, checks, answers', fits: within(/bot\/channels\/|node_modules\/(jose|zod)/) },
  { name: 'restify', fits: within(/node_modules\/(restify|find-my-way)/) },
  {
    name: 'our server: limits, headers, log',
    fits: within(
      /node_modules\/(pino|prom-client|rate-limiter)|\/bot\/(serve|server|crowd|answer|turnAway|limits|log|metrics|body|origins)\.ts/,
    ),
  },
  { name: 'the turn', fits: within(/\/bot\//) },
  { name: 'Node’s HTTP, streams and event loop', fits: within(/^node:/) },
]

/** What was seen of a process. */
export interface Shares {
  /** How much of the time it had something to do. */
  busy: number
  /** The share of each part in that, largest first. */
  parts: [name: string, share: number][]
}

/** Reads a profile of V8's: samples with the microseconds between them. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Shares {
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]))
  const above = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const spent = new Map<string, number>()
  let idle = 0
  for (const [at, id] of samples.entries()) {
    const time = timeDeltas[at] ?? 0
    if (frames.get(id)?.functionName === '(idle)') idle += time
    else {
      const name = partOf(id, frames, above)
      spent.set(name, (spent.get(name) ?? 0) + time)
    }
  }
  const all = [...spent.values()].reduce((sum, time) => sum + time, 0)
  const shares = [...spent].map(([name, time]): [string, number] => [name, time / all])
  return { busy: all / (all + idle), parts: shares.toSorted(([, a], [, b]) => b - a) }
}

/** What Node does is done for somebody: it is Node's own only when nobody of ours stands above it. */
function partOf(
  id: number,
  frames: ReadonlyMap<number, { functionName: string; url: string }>,
  above: ReadonlyMap<number, number>,
): string {
  const own = parts.at(-1) as Part
  for (let at: number | undefined = id; at !== undefined; at = above.get(at)) {
    const frame = frames.get(at)
    const part = frame && parts.find(({ fits }) => fits(frame))
    if (part && part !== own) return part.name
  }
  return own.name
}
