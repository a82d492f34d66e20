import type { KeyObject } from 'node:crypto'
import { createPrivateKey, generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** The sandbox's secrets, made at its first start and different in every installation. */
export interface Keys {
  /** The bot's bearer credential. */
  token: string
  /** Sign webhooks (Ed25519), the newest first; a change by another process counts from the next call on. */
  signing: () => readonly KeyObject[]
  /** Makes the forms' tokens out of the sessions' cookies. */
  forms: Buffer
  /** Goes into every hash of a PIN, and is not in the database. */
  pepper: Buffer
  /** 32 bytes for a purpose, the same at every start. */
  derive(purpose: string): Buffer
}

/** So many sign at a time; receivers look at no more (Standard Webhooks leaves the number to them). */
export const mostSigning = 3

const file = z.strictObject({
  token: z.string(),
  // One key is how the file was written before keys could be changed.
  signing: z.union([z.string().transform((key) => [key]), z.array(z.string()).min(1).max(mostSigning)]),
  forms: z.string(),
  pepper: z.string(),
})
type File = z.output<typeof file>

/** Reads `sandbox.keys.json`, readable by its owner only, or makes it. */
export function openKeys(dataDir: string): Keys {
  const path = join(dataDir, 'sandbox.keys.json')
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(path, JSON.stringify(makeKeys()), { mode: 0o600, flag: 'wx', flush: true })
  }
  const { token, forms, pepper } = read(path)
  const root = Buffer.from(forms, 'base64')
  return {
    token,
    signing: followSigning(path),
    forms: root,
    pepper: Buffer.from(pepper, 'base64'),
    derive: (purpose) => Buffer.from(hkdfSync('sha256', root, 'sandbox', purpose, 32)),
  }
}

/** Makes a new key that signs from now on beside the ones before; the oldest of more than three is dropped. */
export function rotateSigning(dataDir: string): void {
  const path = join(dataDir, 'sandbox.keys.json')
  const kept = read(path)
  const signing = [makeSigning(), ...kept.signing].slice(0, mostSigning)
  // A crash in between leaves the file as it was.
  const draft = `${path}.new`
  writeFileSync(draft, JSON.stringify({ ...kept, signing }), { mode: 0o600, flush: true })
  renameSync(draft, path)
}

function followSigning(path: string): () => readonly KeyObject[] {
  let seen = ''
  let keys: readonly KeyObject[] = []
  return () => {
    const { ino, mtimeNs } = statSync(path, { bigint: true })
    if (seen !== `${ino} ${mtimeNs}`) keys = read(path).signing.map((key) => createPrivateKey(key))
    seen = `${ino} ${mtimeNs}`
    return keys
  }
}

function read(path: string): File {
  const kept = file.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!kept.success) throw new Error(`${path} is not a file of this sandbox; move it away and start again`)
  return kept.data
}

function makeKeys(): File {
  const random = () => randomBytes(32).toString('base64')
  return {
    token: randomBytes(32).toString('base64url'),
    signing: [makeSigning()],
    forms: random(),
    pepper: random(),
  }
}

function makeSigning(): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  return String(privateKey.export({ format: 'pem', type: 'pkcs8' }))
}
