import type { KeyObject } from 'node:crypto'
import { createPublicKey, sign, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** The most bytes a webhook may have. */
export const maxWebhook = 20 * 1024

const tolerance = 300
const mostKeys = 3
/** What stands before the 32 bytes in an Ed25519 public key in DER (RFC 8410). */
const derPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const keyPrefix = 'whpk_'

/** What a verification comes to; `why` is for the log and never for the sender. */
export type Verdict = { valid: true; id: string } | { valid: false; why: string }

/** What is verified: the raw bytes, at most three public keys, and the time. */
export interface ReceivedWebhook {
  headers: IncomingHttpHeaders
  body: Buffer
  keys: readonly KeyObject[]
  now: Date
}

/**
 * Checks a webhook as Standard Webhooks 1.0 says, with Ed25519 (`v1a`) only.
 * Every signature is tried with every key, so that the time taken says nothing about which of them fits.
 */
export function verifyWebhook({ headers, body, keys, now }: ReceivedWebhook): Verdict {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signature = headers['webhook-signature']
  if (body.length > maxWebhook) return refused(`the body has ${body.length} bytes; ${maxWebhook} are allowed`)
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id))
    return refused('webhook-id is missing or malformed')
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) {
    return refused('webhook-timestamp is missing or malformed')
  }
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp)
  if (Math.abs(age) > tolerance)
    return refused(`webhook-timestamp is ${age} s old; ±${tolerance} s are allowed`)
  if (typeof signature !== 'string') return refused('webhook-signature is missing')
  const signatures = readSignatures(signature)
  if (!signatures) return refused('webhook-signature is malformed or has more than three signatures')
  const content = signedContent(id, timestamp, body)
  let good = 0
  for (const key of keys.slice(0, mostKeys)) {
    for (const one of signatures) good += verify(null, content, key, one) ? 1 : 0
  }
  return good > 0 ? { valid: true, id } : refused('no signature fits any of the public keys')
}

/** The three headers of a webhook signed with each of the private keys (at most three). */
export function signWebhook(webhook: { id: string; body: Buffer; keys: readonly KeyObject[]; now: Date }) {
  const timestamp = String(Math.floor(webhook.now.getTime() / 1000))
  const content = signedContent(webhook.id, timestamp, webhook.body)
  const signatures = webhook.keys.map((key) => `v1a,${sign(null, content, key).toString('base64')}`)
  return {
    'webhook-id': webhook.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}

/** A public key (or that of a private one) as people copy it: `whpk_` and the base64 of its 32 bytes. */
export function writePublicKey(key: KeyObject): string {
  const der = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' })
  return keyPrefix + der.subarray(derPrefix.length).toString('base64')
}

/** Reads a public key; throws when it is none, saying what is expected. */
export function readPublicKey(text: string): KeyObject {
  const raw = Buffer.from(text.slice(keyPrefix.length), 'base64')
  if (!text.startsWith(keyPrefix) || raw.length !== 32) {
    throw new Error(`"${text}" is no webhook key; it is ${keyPrefix} and the base64 of 32 bytes (Ed25519)`)
  }
  return createPublicKey({ key: Buffer.concat([derPrefix, raw]), format: 'der', type: 'spki' })
}

/** Other kinds of signature are passed over, as the standard asks; a bad one of our kind spoils all. */
function readSignatures(header: string): Buffer[] | undefined {
  const all = header.split(' ')
  if (header.length > 400 || all.length > mostKeys) return undefined
  const ours = all.filter((one) => one.startsWith('v1a,')).map((one) => one.slice(4))
  const bytes = ours.map((base64) => Buffer.from(base64, 'base64'))
  // One spelling only: base64 readers overlook what is not base64.
  const exact = bytes.every((one, n) => one.length === 64 && one.toString('base64') === ours[n])
  return ours.length > 0 && exact ? bytes : undefined
}

function signedContent(id: string, timestamp: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
}

function refused(why: string): Verdict {
  return { valid: false, why }
}
