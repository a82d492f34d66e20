import type { IncomingMessage } from 'node:http'
import type { HttpRequest } from './route.ts'
import { HttpError } from './route.ts'

const deepest = 32
const poisoned = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Reads a request's body as it came: raw, whole, at most `most` bytes.
 * Throws HttpError 415 for any Content-Encoding (an encoded body would escape the limit) and 413 for too much.
 */
export function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new HttpError(415, 'UnsupportedEncoding', 'The body must not be encoded')
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge()
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    request.on('data', (part: Buffer) => {
      size += part.length
      if (size <= most) parts.push(part)
      else reject(tooLarge())
    })
    request.once('end', () => resolve(Buffer.concat(parts)))
    const cut = () => reject(new HttpError(400, 'BadBody', 'The body ended too early'))
    request.once('error', cut)
    // Every request closes in the end; an error with its stack is made only for one that was cut.
    request.once('close', () => request.complete || cut())
  })
}

/**
 * The body as JSON; the caller still has to check its shape.
 * Throws HttpError 415 when it is not declared as JSON and 400 for bad UTF-8, bad JSON, more than 32 levels,
 * or a key that could poison an object. A repeated key: the last one counts.
 */
export function readJson(request: Pick<HttpRequest, 'headers' | 'body'>): unknown {
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new HttpError(415, 'UnsupportedMediaType', 'The body must be application/json')
  if (depth(request.body) > deepest) throw new HttpError(400, 'BadJson', 'The JSON is nested too deeply')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body))
  } catch {
    throw new HttpError(400, 'BadJson', 'The body is not JSON in UTF-8')
  }
  refusePoison(value)
  return value
}

function tooLarge(): HttpError {
  return new HttpError(413, 'TooLarge', 'The body is too large', { Connection: 'close' })
}

/** On the raw bytes, before anything recursive sees them: 240 kB of brackets end a process otherwise. */
function depth(json: Buffer): number {
  let most = 0
  let now = 0
  let quoted = false
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (quoted) {
      if (byte === 0x5c) at++
      else if (byte === 0x22) quoted = false
    } else if (byte === 0x22) quoted = true
    else if (byte === 0x5b || byte === 0x7b) most = Math.max(most, ++now)
    else if (byte === 0x5d || byte === 0x7d) now--
  }
  return most
}

function refusePoison(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const fields = value as Record<string, unknown>
  // Not Object.entries: of a megabyte of small fields it makes a pair each.
  for (const key of Object.keys(fields)) {
    if (poisoned.has(key)) throw new HttpError(400, 'BadJson', 'The JSON has a key that is not allowed')
    const inner = fields[key]
    if (typeof inner === 'object') refusePoison(inner)
  }
}
