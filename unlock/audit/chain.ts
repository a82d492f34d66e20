import { chained, isWhole, nothing, readEntry, sha256 } from './entry.ts'
import type { LineFile } from './file.ts'

/** Where a chain goes on. */
export interface Link {
  seq: number
  hash: string
}

/** The chain of entries in a log that several processes may write; everything here only under the log's lock. */
export interface Chain {
  /** The last entry, as far as it is known here. */
  last(): Link
  /** Takes in what others have written since. */
  follow(): void
  add(content: Record<string, string | number>): void
}

/** How much of the end is looked at first; an entry has some hundred bytes. */
const near = 64 * 1024

/** Goes on behind the last good entry; what an interrupted write has left is closed off by an entry that says so. */
export function openChain(log: LineFile, clock: () => Date): Chain {
  const { torn, ...begin } = findEnd(log)
  let last: Link = begin

  function add(content: Record<string, string | number>, before = ''): void {
    const at = clock().toISOString()
    const seq = last.seq + 1
    const { line, hash } = chained({ who: '', what: '', ...content, at, seq, previous: last.hash })
    log.append(`${before}${line}\n`)
    log.settle()
    last = { seq, hash }
  }

  function mend(left: Buffer): void {
    if (left.length === 0) return
    add({ who: 'log', what: 'log.mended', bytes: left.length, sha256: sha256(left) }, '\n')
  }

  mend(torn)
  return {
    last: () => last,
    follow() {
      const { end, rest } = walkOn(last, log.grown())
      last = end
      mend(rest)
    },
    add,
  }
}

/** Follows entries that follow ours, and no others: what was changed by somebody must stay a gap in sight. */
function walkOn(from: Link, bytes: Buffer): { end: Link; rest: Buffer } {
  let end = from
  let torn = bytes.length
  for (let start = 0; start < bytes.length; ) {
    const stop = bytes.indexOf(10, start)
    const line = bytes.subarray(start, stop < 0 ? bytes.length : stop).toString('utf8')
    const entry = stop < 0 ? undefined : readEntry(line)
    if (entry && isWhole(entry) && entry.previous === end.hash) end = { seq: entry.seq, hash: entry.hash }
    if (stop >= 0 && isJson(line)) torn = bytes.length
    else torn = Math.min(torn, start)
    start = stop < 0 ? bytes.length : stop + 1
  }
  return { end, rest: bytes.subarray(torn) }
}

/** The last good entry, and what stands behind it that was never finished. */
function findEnd(log: LineFile): Link & { torn: Buffer } {
  for (const most of [near, log.size()]) {
    const bytes = log.end(most)
    let torn = bytes.length
    for (let end = bytes.length; end > 0; ) {
      const start = bytes.lastIndexOf(10, end - 2) + 1
      const isComplete = bytes[end - 1] === 10
      const line = bytes.subarray(start, isComplete ? end - 1 : end).toString('utf8')
      const entry = isComplete ? readEntry(line) : undefined
      if (entry && isWhole(entry)) return { seq: entry.seq, hash: entry.hash, torn: bytes.subarray(torn) }
      // Half a line is never JSON. What is, has been changed by somebody: that stays in sight.
      if (!isComplete || !isJson(line)) torn = start
      end = start
    }
    if (most >= log.size()) return { seq: 0, hash: nothing, torn: bytes.subarray(torn) }
  }
  return { seq: 0, hash: nothing, torn: Buffer.alloc(0) }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
