import { createHmac, createPublicKey } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { type Authority, makeKey } from './authority.ts'
import type { Registered } from './peer.ts'
import { writePkcs12 } from './pkcs12.ts'

/** A certificate that the practised bank has issued. */
export interface Issued {
  /** SHA-256, as upper-case hexadecimal with colons. */
  fingerprint: string
  contract: string
  /** 契約者ID followed by the bank's code. */
  name: string
  from: Date
  to: Date
  isRevoked: boolean
}

/** The bank's register of certificates. */
export interface Certificates {
  /** Makes a key and a certificate for an administrator, and revokes the ones before. */
  issue(contract: string, from: Date, to: Date): Promise<Issued>
  /** Revokes what the contract has; the number of certificates that were good until now. */
  revoke(contract: string): number
  find(fingerprint: string): Registered | undefined
  /** The contract's latest certificate. */
  latest(contract: string): Issued | undefined
  /** The latest certificate with its key, as the file that people import. */
  file(contract: string): { name: string; bytes: Buffer } | undefined
  /** Opens the file; made out of the sandbox's own key, and kept nowhere. */
  password(fingerprint: string): string
}

/** `key` makes the files' passwords. */
export function openCertificates(place: {
  db: DatabaseSync
  authority: Authority
  code: string
  key: Buffer
  clock: () => Date
}): Certificates {
  const { db, authority, code, clock } = place
  const byFingerprint = db.prepare(
    `SELECT certificates.contract, revoked_at FROM certificates JOIN contracts ON contracts.id = contract
     WHERE fingerprint = ?`,
  )
  const newest = db.prepare(
    'SELECT * FROM certificates WHERE contract = ? ORDER BY issued_at DESC, rowid DESC LIMIT 1',
  )
  const end = db.prepare(
    'UPDATE certificates SET revoked_at = ? WHERE contract = ? AND revoked_at IS NULL AND fingerprint <> ?',
  )
  const insert = db.prepare(
    `INSERT INTO certificates (fingerprint, contract, valid_from, valid_to, issued_at, p12)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const toIssued = (row: Record<string, unknown>): Issued => ({
    fingerprint: String(row.fingerprint),
    contract: String(row.contract),
    name: String(row.contract) + code,
    from: new Date(String(row.valid_from)),
    to: new Date(String(row.valid_to)),
    isRevoked: row.revoked_at !== null,
  })
  const password = (fingerprint: string) => makePassword(place.key, fingerprint)

  return {
    password,
    async issue(contract, from, to) {
      const key = makeKey()
      const name = contract + code
      const subject = [['CN', name]] as const
      const publicKey = createPublicKey(key)
      const certificate = await authority.sign({ subject, publicKey, from, to, use: 'client' })
      const fingerprint = certificate.fingerprint256
      const identity = { key, certificate, authority: authority.certificate, name }
      const p12 = await writePkcs12(identity, password(fingerprint))
      const at = clock().toISOString()
      insert.run(fingerprint, contract, from.toISOString(), to.toISOString(), at, p12)
      end.run(at, contract, fingerprint)
      return { fingerprint, contract, name, from, to, isRevoked: false }
    },
    revoke: (contract) => Number(end.run(clock().toISOString(), contract, '').changes),
    find(fingerprint) {
      const row = byFingerprint.get(fingerprint)
      return row && { contract: String(row.contract), isRevoked: row.revoked_at !== null }
    },
    latest(contract) {
      const row = newest.get(contract)
      return row && toIssued(row)
    },
    file(contract) {
      const row = newest.get(contract)
      return row && { name: `${toIssued(row).name}.p12`, bytes: Buffer.from(row.p12 as Uint8Array) }
    },
  }
}

/** 80 bits, in groups that are easy to type. */
function makePassword(key: Buffer, fingerprint: string): string {
  const alphabet = '23456789abcdefghjkmnpqrstuvwxyzA'
  const bytes = createHmac('sha256', key).update(`p12 ${fingerprint}`).digest().subarray(0, 16)
  const text = [...bytes].map((byte) => alphabet[byte % 32]).join('')
  return text.match(/.{4}/g)?.join('-') ?? ''
}
