import { nothing, sha256 } from './entry.ts'
import type { LineFile } from './file.ts'
import { type AuditKeys, auditKey, auditPublicKey, type Head, headHash, readHead, writeHead } from './head.ts'

/** The file of signed heads. */
export interface Heads {
  /** Up to which entry the newest head, as far as it is known here, goes. */
  seq(): number
  /** Takes in what others have signed since, and signs this entry when nobody has. Only under the log's lock. */
  sign(entry: { seq: number; hash: string }, at: string): void
  close(): void
}

/** How much of the end is looked at; a head has some hundred bytes. */
const near = 64 * 1024

export function openHeads(file: LineFile, keys: AuditKeys): Heads {
  const key = auditKey(keys)
  const publicKey = auditPublicKey(keys)
  let newest: Pick<Head, 'seq' | 'hash'> | undefined
  let previous = nothing
  let torn: Buffer = Buffer.alloc(0)

  function read(): void {
    const end = file.end(near)
    const stop = end.lastIndexOf(10) + 1
    const lines = end.subarray(0, stop).toString('utf8').split('\n').slice(0, -1)
    torn = end.subarray(stop)
    newest = readHead(lines.at(-1) ?? '', publicKey)
    previous = lines.length > 0 ? headHash(lines.at(-1) ?? '') : nothing
  }

  read()
  return {
    seq: () => newest?.seq ?? 0,
    sign({ seq, hash }, at) {
      if (file.grown().length > 0) read()
      if (seq === 0 || hash === newest?.hash) return
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
