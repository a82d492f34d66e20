import { createServer as createPlain } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'

/** The first byte of a TLS connection: a handshake record (RFC 8446, 5.1). */
const handshake = 0x16
const patience = 5000

/**
 * One port for who types https:// and who types http://: TLS goes to the server behind, plain HTTP is only told where to go.
 * `where` is the origin that it is sent to.
 */
export function createDoor(secure: SecureServer, where: () => string): { server: Server; close(): void } {
  const sockets = new Set<Socket>()
  const plain = createPlain(
    { maxHeaderSize: 8 * 1024, connectionsCheckingInterval: 1000 },
    (request, response) => {
      const isReading = request.method === 'GET' || request.method === 'HEAD'
      response.statusCode = isReading ? 307 : 403
      if (isReading) response.setHeader('location', `${where()}${readPath(request.url)}`)
      response.setHeader('cache-control', 'no-store')
      response.setHeader('connection', 'close')
      response.end()
    },
  )
  plain.headersTimeout = patience
  plain.requestTimeout = patience
  // Neither of the two listens itself; without this Node never looks whether a caller takes too long.
  for (const behind of [plain, secure]) behind.emit('listening')

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    const giveUp = () => socket.destroy()
    socket.setTimeout(patience, giveUp)
    socket.once('error', giveUp)
    socket.once('close', () => sockets.delete(socket))
    socket.once('data', (first) => {
      socket.setTimeout(0)
      socket.off('timeout', giveUp)
      socket.off('error', giveUp)
      // What was read is put back, for the one who goes on reading.
      socket.pause()
      socket.unshift(first)
      const next = first[0] === handshake ? secure : plain
      next.emit('connection', socket)
      process.nextTick(() => socket.resume())
    })
  })
  return {
    server,
    close() {
      plain.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** An address of ours, whatever stood in the request line. */
function readPath(url = '/'): string {
  const path = URL.parse(url, 'http://sandbox')
  return path ? path.pathname + path.search : '/'
}
