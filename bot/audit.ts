import { createHmac } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chained, type Deed, isWhole, kept, nothing, readEntry, sha256 } from './auditEntry.ts'
import { type LineFile, openLines } from './auditFile.ts'
import { createFlood } from './auditFlood.ts'
import { auditKey, auditPublicKey, type Head, headHash, readHead, writeHead } from './auditHead.ts'
import type { Keys } from './keys.ts'

/** The log of who did what to which unlock request: each entry names the one before by its hash. */
export interface Audit {
  /**
   * Writes a deed down; it outlives this process when it returns. Throws when it cannot be written:
   * then the deed must not be done. Refusals beyond 60 of a kind in a minute are only counted.
   */
  write(deed: Deed): void
  /** Signs the last head. */
  close(): void
}

/** Where the log is, and what it needs of the outside. */
export interface AuditPlace {
  /** Holds `audit.log` and `audit.heads`. */
  dir: string
  keys: Keys
  clock: () => Date
  /** A head is signed after so many entries, or so many milliseconds: 1,000 and ten minutes unless said otherwise. */
  headEvery?: { entries: number; ms: number }
  /** Hears of what went wrong outside of `write`. */
  onError?: (error: unknown) => void
}

/** Where a chain goes on. */
interface Link {
  seq: number
  hash: string
}

/** Refusals of a kind that are written in a minute; the others are counted in one line. */
const mostRefusals = 60
/** How much of the end is looked at first; an entry has some hundred bytes. */
const near = 64 * 1024

/** Opens the log, or makes it; what an interrupted write has left is closed off by an entry that says so. */
export function openAudit(place: AuditPlace): Audit {
  const { dir, keys, clock, onError = () => {}, headEvery = { entries: 1000, ms: 600_000 } } = place
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const log = openLines(join(dir, 'audit.log'), onError)
  const heads = openHeads(openLines(join(dir, 'audit.heads'), onError), keys)
  const names = keys.derive('audit names')
  const pseudonym = (kind: string, id: string) =>
    createHmac('sha256', names).update(`${kind} ${id}`).digest('base64url').slice(0, 16)
  const { torn, ...begin } = findEnd(log)
  let last: Link = begin
  let unsignedSince: number | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const flood = createFlood(mostRefusals)
  const owe = (why: string, count: number) =>
    count > 0 && add({ who: 'log', what: 'log.skipped', why, count })

  function add(content: Record<string, string | number>, before = ''): void {
    const at = clock().toISOString()
    const seq = last.seq + 1
    const { line, hash } = chained({ who: '', what: '', ...content, at, seq, previous: last.hash })
    log.append(`${before}${line}\n`)
    log.settle()
    last = { seq, hash }
  }

  function signHead(): void {
    clearTimeout(timer)
    timer = undefined
    unsignedSince = undefined
    if (last.seq > 0 && last.hash !== heads.named()) heads.sign(last, clock().toISOString())
  }

  function signWhenDue(): void {
    const now = clock().getTime()
    unsignedSince ??= now
    if (last.seq - heads.seq() >= headEvery.entries || now - unsignedSince >= headEvery.ms) signHead()
    else timer ??= setTimeout(() => attempt(signHead, onError), headEvery.ms).unref()
  }

  if (torn.length > 0) add({ who: 'log', what: 'log.mended', bytes: torn.length, sha256: sha256(torn) }, '\n')
  if (last.seq < heads.seq()) {
    onError(new Error(`audit.log ends before an entry that is signed for; run: npm run audit:verify`))
  }
  signHead()

  return {
    write(deed) {
      if (isClosed)
        throw new Error(`The audit log is closed; "${deed.what}" came too late to be written down`)
      const { isWritten, skipped } = flood.admit(deed.what, clock().getTime())
      owe(deed.what, skipped)
      if (!isWritten) return
      add(kept(deed, pseudonym))
      attempt(signWhenDue, onError)
    },
    close() {
      if (isClosed) return
      isClosed = true
      attempt(() => {
        for (const { what, skipped } of flood.rest()) owe(what, skipped)
      }, onError)
      attempt(signHead, onError)
      log.close()
      heads.close()
    },
  }
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

function openHeads(file: LineFile, keys: Keys) {
  const key = auditKey(keys)
  const publicKey = auditPublicKey(keys)
  const end = file.end(near)
  const stop = end.lastIndexOf(10) + 1
  const lines = end.subarray(0, stop).toString('utf8').split('\n').slice(0, -1)
  let torn = end.subarray(stop)
  let newest: Pick<Head, 'seq' | 'hash'> | undefined = readHead(lines.at(-1) ?? '', publicKey)
  let previous = lines.length > 0 ? headHash(lines.at(-1) ?? '') : nothing
  return {
    seq: () => newest?.seq ?? 0,
    /** The hash of the entry that the newest head names. */
    named: () => newest?.hash,
    sign({ seq, hash }: Link, at: string) {
      const line = writeHead({ seq, hash, at, previous, ...(torn.length > 0 && { torn: sha256(torn) }) }, key)
      file.append(`${torn.length > 0 ? '\n' : ''}${line}\n`)
      file.settle()
      newest = { seq, hash }
      previous = headHash(line)
      torn = Buffer.alloc(0)
    },
    close: file.close,
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

function attempt(work: () => void, onError: (error: unknown) => void): void {
  try {
    work()
  } catch (error) {
    onError(error)
  }
}
