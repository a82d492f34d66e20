import { createHmac, timingSafeEqual } from 'node:crypto'

const form = /^([0-9A-Z]{16,64})\.([\w-]{43})$/

/** What a deep link carries: an opaque id and its signature (HMAC-SHA256), safe in a path, and nothing about anybody. */
export function signLink(id: string, key: Buffer): string {
  return `${id}.${sign(id, key).toString('base64url')}`
}

/** The id of a signed link; undefined when one character of it is not ours. */
export function readLink(text: string, key: Buffer): string | undefined {
  const [, id, signature] = form.exec(text) ?? []
  if (!id || !signature) return undefined
  const given = Buffer.from(signature, 'base64url')
  // One spelling only: the last character of base64 has bits that a reader ignores.
  if (given.toString('base64url') !== signature) return undefined
  return timingSafeEqual(given, sign(id, key)) ? id : undefined
}

function sign(id: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`go ${id}`).digest()
}
