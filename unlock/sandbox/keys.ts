import type { KeyObject } from 'node:crypto'
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** The sandbox's secrets, made at its first start and different in every installation. */
export interface Keys {
  /** The bot's bearer credential. */
  token: string
  /** Signs webhooks (Ed25519). */
  signing: KeyObject
  /** Makes the forms' tokens out of the sessions' cookies. */
  forms: Buffer
  /** Goes into every hash of a PIN, and is not in the database. */
  pepper: Buffer
}

const file = z.strictObject({ token: z.string(), signing: z.string(), forms: z.string(), pepper: z.string() })

/** Reads `sandbox.keys.json`, readable by its owner only, or makes it. */
export function openKeys(dataDir: string): Keys {
  const path = join(dataDir, 'sandbox.keys.json')
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(path, makeKeys(), { mode: 0o600, flag: 'wx', flush: true })
  }
  const kept = file.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!kept.success) throw new Error(`${path} is not a file of this sandbox; move it away and start again`)
  const { token, signing, forms, pepper } = kept.data
  return {
    token,
    signing: createPrivateKey(signing),
    forms: Buffer.from(forms, 'base64'),
    pepper: Buffer.from(pepper, 'base64'),
  }
}

function makeKeys(): string {
  const signing = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })
  const random = () => randomBytes(32).toString('base64')
  return JSON.stringify({
    token: randomBytes(32).toString('base64url'),
    signing,
    forms: random(),
    pepper: random(),
  })
}
