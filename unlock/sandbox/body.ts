import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

export const mostBody = 8 * 1024

/** Reads a body of one type and of 8 KB at most; never inflates anything. */
export async function readBody(request: IncomingMessage, type: string): Promise<string> {
  const { headers } = request
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Refusal(415, 'unsupported-encoding', 'Send the body without a Content-Encoding')
  }
  if (headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== type) {
    throw new Refusal(415, 'unsupported-type', `Send the body as ${type}`)
  }
  const tooLarge = new Refusal(413, 'too-large', `The body may have ${mostBody} bytes`, {
    connection: 'close',
  })
  if (Number(headers['content-length'] ?? 0) > mostBody) throw tooLarge
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of whole(request)) {
    size += chunk.length
    if (size > mostBody) throw tooLarge
    chunks.push(chunk)
  }
  return decode(Buffer.concat(chunks))
}

/** A body that its sender cuts short is the sender's mistake, and none of ours to report. */
async function* whole(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request
  } catch {
    throw new Refusal(400, 'cut-short', 'The body ended too early')
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal(400, 'bad-text', 'The body is not UTF-8')
  }
}
