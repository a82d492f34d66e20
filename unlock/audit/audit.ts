import { createHmac } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openChain } from './chain.ts'
import { type Deed, kept } from './entry.ts'
import { openLines } from './file.ts'
import { createFlood } from './flood.ts'
import type { AuditKeys } from './head.ts'
import { openHeads } from './heads.ts'
import { openLock } from './lock.ts'

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
  /** Holds `audit.log`, `audit.heads` and `audit.lock`; several processes may have it open. */
  dir: string
  keys: AuditKeys
  clock: () => Date
  /** A head is signed after so many entries, or so many milliseconds: 1,000 and ten minutes unless said otherwise. */
  headEvery?: { entries: number; ms: number }
  /** Hears of what went wrong outside of `write`. */
  onError?: (error: unknown) => void
}

/** Refusals of a kind that are written in a minute; the others are counted in one line. */
const mostRefusals = 60

/** Opens the log, or makes it; what an interrupted write has left is closed off by an entry that says so. */
export function openAudit(place: AuditPlace): Audit {
  const { keys, clock, onError = () => {}, headEvery = { entries: 1000, ms: 600_000 } } = place
  const names = keys.derive('audit names')
  const pseudonym = (kind: string, id: string) =>
    createHmac('sha256', names).update(`${kind} ${id}`).digest('base64url').slice(0, 16)
  const { lock, log, chain, heads } = openFiles(place, onError)
  const flood = createFlood(mostRefusals)
  let unsignedSince: number | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const owe = (why: string, count: number) =>
    count > 0 && chain.add({ who: 'log', what: 'log.skipped', why, count })

  function signHead(): void {
    clearTimeout(timer)
    timer = undefined
    unsignedSince = undefined
    chain.follow()
    heads.sign(chain.last(), clock().toISOString())
  }

  function signWhenDue(): void {
    const now = clock().getTime()
    unsignedSince ??= now
    const isDue = chain.last().seq - heads.seq() >= headEvery.entries || now - unsignedSince >= headEvery.ms
    if (isDue) signHead()
    else timer ??= setTimeout(() => attempt(() => lock.hold(signHead), onError), headEvery.ms).unref()
  }

  lock.hold(() => {
    chain.follow()
    if (chain.last().seq < heads.seq())
      onError(new Error(`audit.log ends before an entry that is signed for; run: npm run audit:verify`))
    signHead()
  })

  return {
    write(deed) {
      if (isClosed)
        throw new Error(`The audit log is closed; "${deed.what}" came too late to be written down`)
      const { isWritten, skipped } = flood.admit(deed.what, clock().getTime())
      if (!isWritten && skipped === 0) return
      lock.hold(() => {
        chain.follow()
        owe(deed.what, skipped)
        if (!isWritten) return
        chain.add(kept(deed, pseudonym))
        attempt(signWhenDue, onError)
      })
    },
    close() {
      if (isClosed) return
      isClosed = true
      const end = () =>
        lock.hold(() => {
          chain.follow()
          for (const { what, skipped } of flood.rest()) owe(what, skipped)
          signHead()
        })
      attempt(end, onError)
      clearTimeout(timer)
      log.close()
      heads.close()
      lock.close()
    },
  }
}

function openFiles({ dir, keys, clock }: AuditPlace, onError: (error: unknown) => void) {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const lock = openLock(join(dir, 'audit.lock'))
  return lock.hold(() => {
    const log = openLines(join(dir, 'audit.log'), onError)
    const heads = openHeads(openLines(join(dir, 'audit.heads'), onError), keys)
    return { lock, log, heads, chain: openChain(log, clock) }
  })
}

function attempt(work: () => void, onError: (error: unknown) => void): void {
  try {
    work()
  } catch (error) {
    onError(error)
  }
}
