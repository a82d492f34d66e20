import { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { agentMark } from '../../content/index.ts'

/**
 * Looks through every byte that leaves through a socket of this process while tests run: answers, web sockets, and what
 * is sent to LINE and Teams. A line for agents only may leave in an answer of the desk and nowhere else.
 */
const mark = Buffer.from(agentMark)
const desks = new WeakSet<Socket>()
const found: string[] = []

type Sent = string | Uint8Array
/** Every way into a socket, `end` included, comes through one of these two. */
const raw = Socket.prototype as unknown as {
  _write(chunk: Sent, ...rest: unknown[]): void
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

function look(socket: Socket, chunks: Sent[]): void {
  if (desks.has(socket)) return
  for (const chunk of chunks) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as Uint8Array)
    const at = bytes.indexOf(mark)
    if (at >= 0) found.push(bytes.subarray(Math.max(0, at - 100), at + 100).toString())
  }
}

const { end } = ServerResponse.prototype
ServerResponse.prototype.end = function (this: ServerResponse, ...given: Parameters<typeof end>) {
  const { socket } = this
  if (socket && this.req.url?.startsWith('/desk')) desks.add(socket)
  else if (socket) desks.delete(socket)
  return end.apply(this, given)
} as typeof end

/** What has left since the last look. */
export function leaksOf(): string[] {
  return found.splice(0)
}

export const mochaHooks = {
  afterEach() {
    const leaks = leaksOf()
    if (leaks.length > 0) throw new Error(`A line for agents only was sent to somebody else: ${leaks[0]}`)
  },
}
