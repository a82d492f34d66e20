import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { canonical, readLine, sha256 } from './entry.ts'

/** A signed word on how far the log had come: what stands behind it cannot be cut off unseen. */
export interface Head {
  /** The entry it names, and that entry's hash. */
  seq: number
  hash: string
  /** ISO 8601, UTC. */
  at: string
  /** SHA-256 of the head's line before. */
  previous: string
  /** Ed25519 over the head without `signature`, written canonically; base64. */
  signature: string
  /** Of an interrupted write that this head closes off. */
  torn?: string
}

/** Where the log's own keys come from: the secret of an installation. */
export interface AuditKeys {
  /** 32 bytes, the same for the same purpose and installation. */
  derive(purpose: string): Buffer
}

/** What stands before the 32 bytes of an Ed25519 private key in DER (RFC 8410). */
const derPrefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The key that signs heads: the same for the same installation. */
export function auditKey(keys: AuditKeys): KeyObject {
  const der = Buffer.concat([derPrefix, keys.derive('audit heads')])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

/** The key that verifies them. */
export function auditPublicKey(keys: AuditKeys): KeyObject {
  return createPublicKey(auditKey(keys))
}

/** A head's line. */
export function writeHead(content: Omit<Head, 'signature'>, key: KeyObject): string {
  const signature = sign(null, Buffer.from(canonical({ ...content })), key).toString('base64')
  return canonical({ ...content, signature })
}

/** Reads a line; undefined when it is no head that this key has signed. */
export function readHead(line: string, key: KeyObject): Head | undefined {
  const { signature, ...content } = readLine(line) ?? {}
  if (typeof signature !== 'string' || typeof content.seq !== 'number') return undefined
  const isSigned = verify(null, Buffer.from(canonical(content)), key, Buffer.from(signature, 'base64'))
  return isSigned ? ({ ...content, signature } as Head) : undefined
}

/** What the next head names as its previous. */
export function headHash(line: string): string {
  return sha256(line)
}
