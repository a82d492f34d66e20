import type { Socket } from 'node:net'

/** How a slow caller begins, and what it goes on with, byte by byte. */
export interface Slow {
  head: string
  drip: string
  /** Never reads what it has asked for. */
  isDeaf?: boolean
}

const host = 'Host: localhost\r\n'

/** Callers who hold connections, by what they are slow in. */
export const slow = {
  headers: { head: `GET / HTTP/1.1\r\n${host}X-Slow: `, drip: 'x' },
  body: {
    head: `POST /widget/session HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 8000\r\n\r\n{`,
    drip: 'x',
  },
  chunks: {
    head: `POST /unlock/callback HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
    drip: '1\r\nx\r\n',
  },
  'chunks for the bank': {
    head: `POST /v1/requests HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`,
    drip: '1\r\nx\r\n',
  },
  everything: { head: '', drip: '' },
} satisfies Record<string, Slow>

/** Asks for so much of an address that no buffer takes it up, and reads nothing of it. */
export function deaf(path: string): Slow {
  return { head: `GET ${path} HTTP/1.1\r\n${host}\r\n`.repeat(8), drip: '', isDeaf: true }
}

/**
 * Goes on so until the server has closed the connection; gives how many milliseconds that took. Whoever reads nothing
 * learns of it only when what was under way has been read: `isOver` says when to look.
 */
export async function dripping(
  socket: Socket,
  { head, drip, isDeaf }: Slow,
  isOver?: Promise<unknown>,
): Promise<number> {
  const began = performance.now()
  socket.on('error', () => undefined)
  if (isDeaf) socket.pause()
  else socket.resume()
  socket.write(head)
  const timer = setInterval(() => drip && socket.writable && socket.write(drip), 300)
  if (isDeaf) void isOver?.then(() => socket.resume())
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(timer)
  return performance.now() - began
}
