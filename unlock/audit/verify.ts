import type { KeyObject } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Entry, isWhole, nothing, readEntry, sha256 } from './entry.ts'
import { type Head, headHash, readHead } from './head.ts'

/** One thing that is not as it was written. */
export interface Finding {
  file: 'audit.log' | 'audit.heads'
  /** From 1. */
  line: number
  what: string
}

/** What a look over the whole log has come to. */
export interface Verified {
  entries: number
  heads: number
  /** Entries since the newest head: until the next one nobody has signed for them. */
  unsigned: number
  /** Writes that were interrupted, and closed off at the next start. */
  mended: number
  findings: Finding[]
  /** The hash of the last entry. */
  hash: string
  /** Whether the hash that was asked for is an entry's. */
  hasExpected: boolean
}

/** What one pass over the log has met so far. */
interface Pass {
  previous: string
  seq: number
  /** Bytes and hash of the lines that are no entries, since the last entry. */
  broken: { line: number; bytes: Buffer[] }
  /** Heads that the log has not come to yet. */
  ahead: Map<number, { head: Head; line: number }>
  result: Verified
}

/** More entries than this without a head: heads are missing. */
const mostUnsigned = 1000

/**
 * Reads a log and its heads from the first byte to the last. Any edit, deletion, insertion, change of order or
 * truncation is a finding. `expected` is the hash of an entry that was noted elsewhere.
 */
export async function verifyAudit(dir: string, key: KeyObject, expected?: string): Promise<Verified> {
  const result: Verified = {
    entries: 0,
    heads: 0,
    unsigned: 0,
    mended: 0,
    findings: [],
    hash: nothing,
    hasExpected: expected === undefined,
  }
  const ahead = await readHeads(join(dir, 'audit.heads'), key, result)
  const signed = [...ahead.keys()]
  const pass: Pass = { previous: nothing, seq: 0, broken: { line: 0, bytes: [] }, ahead, result }
  let line = 0
  for await (const { bytes, isComplete } of readLines(join(dir, 'audit.log'))) {
    line += 1
    const entry = isComplete ? readEntry(bytes.toString('utf8')) : undefined
    if (entry) look(pass, entry, line)
    else if (pass.broken.bytes.push(bytes) === 1) pass.broken.line = line
    if (entry && entry.hash === expected) result.hasExpected = true
  }
  endPass(pass, line)
  checkGaps(signed, result)
  return result
}

function look(pass: Pass, entry: Entry, line: number): void {
  const { result } = pass
  const add = (what: string) => void result.findings.push({ file: 'audit.log', line, what })
  closeOff(pass, entry)
  if (!isWhole(entry)) add(`Entry ${entry.seq} was changed after it was written: its hash does not fit`)
  if (entry.previous !== pass.previous || entry.seq !== pass.seq + 1) {
    add(
      `Entry ${entry.seq} does not follow entry ${pass.seq}: entries were changed, taken out, put in or moved before it`,
    )
  }
  const signed = pass.ahead.get(entry.seq)
  if (signed) {
    pass.ahead.delete(entry.seq)
    if (signed.head.hash !== entry.hash) add(`Entry ${entry.seq} is not the one that was signed for`)
  }
  result.entries += 1
  pass.previous = entry.hash
  pass.seq = entry.seq
  result.hash = entry.hash
}

/** Lines that are no entries are in order when the next entry owns up to them, byte for byte. */
function closeOff({ broken, result }: Pass, entry?: Entry): void {
  if (broken.bytes.length === 0) return
  const bytes = Buffer.concat(broken.bytes.flatMap((one, n) => (n === 0 ? [one] : [Buffer.from('\n'), one])))
  const isOwned =
    entry?.what === 'log.mended' && entry.bytes === bytes.length && entry.sha256 === sha256(bytes)
  if (isOwned) result.mended += 1
  else result.findings.push({ file: 'audit.log', line: broken.line, what: 'This is no entry of the log' })
  broken.bytes = []
}

function endPass(pass: Pass, line: number): void {
  const { result, ahead } = pass
  if (pass.broken.bytes.length > 0) {
    const what =
      'The log ends with what is no entry: an interrupted write, or a change; start Kaijo to close it off'
    result.findings.push({ file: 'audit.log', line: pass.broken.line, what })
  }
  const missing = [...ahead.values()].map(({ head }) => head.seq)
  if (missing.length === 0) return
  const what = `The log ends at entry ${pass.seq}; heads were signed for ${missing.join(', ')}: entries were taken out`
  result.findings.push({ file: 'audit.log', line: line + 1, what })
}

function checkGaps(signed: readonly number[], result: Verified): void {
  const last = signed.at(-1) ?? 0
  result.unsigned = Math.max(0, result.entries - last)
  const stops = [0, ...signed, result.entries]
  const gap = stops.findIndex((seq, n) => n > 0 && seq - (stops[n - 1] ?? 0) > mostUnsigned)
  if (gap < 0) return
  const what = `No head is signed between entries ${stops[gap - 1]} and ${stops[gap]}: heads were taken out`
  result.findings.push({ file: 'audit.heads', line: gap, what })
}

async function readHeads(path: string, key: KeyObject, result: Verified): Promise<Pass['ahead']> {
  const heads: Pass['ahead'] = new Map()
  let previous = nothing
  let seq = 0
  let torn: Buffer | undefined
  let line = 0
  const add = (at: number, what: string) => void result.findings.push({ file: 'audit.heads', line: at, what })
  for await (const { bytes, isComplete } of readLines(path)) {
    line += 1
    const text = bytes.toString('utf8')
    const head = isComplete ? readHead(text, key) : undefined
    if (!head) {
      if (torn) add(line - 1, 'This is no head that this installation has signed')
      torn = bytes
      continue
    }
    if (torn && head.torn !== sha256(torn)) add(line - 1, 'This is no head that this installation has signed')
    else if (torn) result.mended += 1
    torn = undefined
    if (head.previous !== previous || head.seq < seq) {
      add(
        line,
        `The head of entry ${head.seq} does not follow that of entry ${seq}: heads were taken out or moved`,
      )
    }
    heads.set(head.seq, { head, line })
    previous = headHash(text)
    seq = head.seq
    result.heads += 1
  }
  if (torn) add(line, 'The heads end with what is none: an interrupted write, or a change')
  return heads
}

/** The lines of a file, as bytes; the last one may have no end. */
async function* readLines(path: string): AsyncGenerator<{ bytes: Buffer; isComplete: boolean }> {
  if (!existsSync(path)) return
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      yield { bytes: bytes.subarray(from, end), isComplete: true }
      from = end + 1
    }
    rest = bytes.subarray(from)
  }
  if (rest.length > 0) yield { bytes: rest, isComplete: false }
}
