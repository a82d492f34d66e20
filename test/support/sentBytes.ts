import { type IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'

type Sent = string | Uint8Array
type Write = (chunk: Sent, ...rest: unknown[]) => void

/** How bodies may be packed, and how to unpack them. */
const unpack: Record<string, (packed: Buffer) => Buffer> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  deflate: inflateSync,
  zstd: zstdDecompressSync,
}

/**
 * Looks through every byte that leaves through a socket of this process, packed bodies of answers unpacked, for a mark.
 * It may leave in an answer of the desk and nowhere else: `onFound` gets what stands around it.
 */
export function watchSent(mark: string, onFound: (around: string) => void): void {
  const sought = Buffer.from(mark)
  const rest = sought.length - 1
  const none = Buffer.alloc(0)
  const desks = new WeakSet<Socket>()
  /** The last bytes of each socket: a mark may be cut in two. */
  const ends = new WeakMap<Socket, Buffer>()

  function search(bytes: Buffer): boolean {
    const at = bytes.indexOf(sought)
    if (at >= 0) onFound(bytes.subarray(Math.max(0, at - 100), at + 100).toString())
    return at >= 0
  }

  function look(socket: Socket, chunks: Sent[]): void {
    if (desks.has(socket)) return
    for (const chunk of chunks) {
      const bytes = bytesOf(chunk)
      const end = ends.get(socket)
      const isFound = search(bytes) || (end && search(Buffer.concat([end, bytes.subarray(0, rest)])))
      // What was found is not found again in the end that is kept; a copy, since others write into the bytes.
      const kept =
        bytes.length >= rest ? bytes.subarray(-rest) : Buffer.concat([end ?? none, bytes]).subarray(-rest)
      ends.set(socket, isFound ? none : Buffer.from(kept))
    }
  }

  watchSockets(look)
  watchAnswers((answer, isDesk) => {
    const { socket } = answer
    if (socket && isDesk) desks.add(socket)
    else if (socket) desks.delete(socket)
  }, search)
}

function bytesOf(chunk: Sent): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as Uint8Array)
}

/** Every way into a socket, `end` included, comes through one of these two. */
function watchSockets(look: (socket: Socket, chunks: Sent[]) => void): void {
  const raw = Socket.prototype as unknown as {
    _write: Write
    _writev(chunks: { chunk: Sent }[], ...rest: unknown[]): void
  }
  const { _write, _writev } = raw
  raw._write = function (this: Socket, chunk, ...rest) {
    look(this, [chunk])
    _write.call(this, chunk, ...rest)
  }
  raw._writev = function (this: Socket, chunks, ...rest) {
    look(
      this,
      chunks.map((one) => one.chunk),
    )
    _writev.call(this, chunks, ...rest)
  }
}

type Answer = ServerResponse<IncomingMessage>

/** Tells of each answer before it leaves, and shows its body unpacked when it is packed. */
function watchAnswers(
  onAnswer: (answer: Answer, isDesk: boolean) => void,
  search: (bytes: Buffer) => void,
): void {
  const { end, write } = ServerResponse.prototype
  const bodies = new WeakMap<Answer, Buffer[]>()
  const keep = (answer: Answer, chunk: unknown) => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return
    const all = bodies.get(answer) ?? []
    bodies.set(answer, all)
    all.push(bytesOf(chunk))
  }
  ServerResponse.prototype.write = function (this: Answer, ...given: Parameters<typeof write>) {
    keep(this, given[0])
    return write.apply(this, given)
  } as typeof write
  ServerResponse.prototype.end = function (this: Answer, ...given: Parameters<typeof end>) {
    const isDesk = this.req.url?.startsWith('/desk') ?? false
    keep(this, given[0])
    onAnswer(this, isDesk)
    const ended = end.apply(this, given)
    // `_header` is what was written, however the headers were given.
    const { _header } = this as unknown as { _header?: string | null }
    const coding = /^content-encoding: *([a-z]+)/im.exec(_header ?? '')?.[1]
    if (coding && !isDesk) search(unpacked(coding, Buffer.concat(bodies.get(this) ?? [])))
    bodies.delete(this)
    return ended
  } as typeof end
}

function unpacked(coding: string, body: Buffer): Buffer {
  try {
    return unpack[coding.toLowerCase()]?.(body) ?? body
  } catch {
    // An answer to HEAD, or one that was cut.
    return body
  }
}
