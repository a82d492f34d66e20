import { createHmac, type KeyObject } from 'node:crypto'
import { signWebhook } from '../../unlock/webhook.ts'
import type { Sending } from '../support/hostile.ts'
import { bytesOf } from './badBody.ts'
import type { BadRequest, Framing } from './badRequest.ts'

/** What an honest caller would hold; bad requests carry it too, or they would all end at the door. */
export interface Papers {
  values: Record<string, string>
  /** The bank's key for webhooks. */
  signing: KeyObject
  /** LINE's secret for them. */
  lineSecret?: string
}

/** The request as bytes, and how to send them. */
export interface OnTheWire {
  bytes: Buffer
  sending: Sending
  /** Nothing about it excuses the server from giving a whole answer. */
  deservesAnswer: boolean
}

const plainMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])

/** Fills the papers in and makes bytes of it; the first `Host` is the real one unless the request has its own. */
export function onTheWire(bad: BadRequest, papers: Papers, isFilled = true): OnTheWire {
  const fill = (text: string) =>
    isFilled ? text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => papers.values[name] ?? '') : text
  const made = bytesOf(bad.body)
  const body = bad.body.kind === 'text' ? Buffer.from(fill(made.toString())) : made
  const signature = bad.isSigned ? signatureOf(bad.target, body, papers) : {}
  const headers = [
    ...(bad.headers.some(([name]) => name === 'Host') ? [] : [['Host', papers.values.host ?? '']]),
    ...bad.headers.map(([name, value]) => [name, fill(value)]),
    ...Object.entries(signature),
  ]
  const framed = frame(bad.framing, body)
  const head = [
    `${bad.method} ${fill(bad.target)} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...framed.headers,
  ]
  const isHonest = bad.framing === 'honest' || bad.framing === 'chunked'
  return {
    bytes: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), framed.body]),
    sending: {
      isHead: bad.method === 'HEAD',
      ...(isHonest ? {} : { ends: true }),
      ...(bad.headers.some(([name]) => /^(upgrade|connection|expect)$/i.test(name)) ? { alone: true } : {}),
    },
    // A large body may be cut off before the answer to it has been read.
    deservesAnswer:
      isHonest &&
      plainMethods.has(bad.method) &&
      body.length < 8000 &&
      !bad.headers.some(([name]) => name === 'Upgrade'),
  }
}

function signatureOf(target: string, body: Buffer, { signing, lineSecret }: Papers): Record<string, string> {
  if (target.startsWith('/unlock/callback'))
    return signWebhook({ id: `bad-${body.length}`, body, keys: [signing], now: new Date() })
  if (!lineSecret || !target.startsWith('/line/webhook')) return {}
  return { 'X-Line-Signature': createHmac('sha256', lineSecret).update(body).digest('base64') }
}

/** The body with its length told rightly, wrongly or twice. */
function frame(framing: Framing, body: Buffer): { headers: string[]; body: Buffer } {
  const length = (told: string | number) => `Content-Length: ${told}`
  const chunks = 'Transfer-Encoding: chunked'
  const chunked = Buffer.concat([
    ...(body.length > 0 ? [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')] : []),
    Buffer.from('0\r\n\r\n'),
  ])
  const all: Record<Framing, { headers: string[]; body: Buffer }> = {
    honest: { headers: [length(body.length)], body },
    chunked: { headers: [chunks], body: chunked },
    longer: { headers: [length(body.length + 500)], body },
    shorter: { headers: [length(Math.floor(body.length / 2))], body },
    twice: { headers: [length(body.length), length(body.length + 1)], body },
    negative: { headers: [length(-5)], body },
    words: { headers: [length('many')], body },
    enormous: { headers: [length('9'.repeat(30))], body },
    both: { headers: [length(3), chunks], body: chunked },
    'unknown coding': { headers: ['Transfer-Encoding: gzip, chunked'], body: chunked },
    'broken chunks': { headers: [chunks], body: Buffer.concat([Buffer.from('zz\r\n'), body]) },
    'endless chunk': { headers: [chunks], body: Buffer.concat([Buffer.from('ffffffff\r\n'), body]) },
    none: { headers: [], body },
  }
  return all[framing]
}
