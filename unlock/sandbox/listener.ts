import { constants } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { createDoor } from './door.ts'

/** What a listener shows, and whom it asks for a certificate. */
export interface Listening {
  key: string
  cert: string
  /** Ask for a client certificate of this authority (PEM); what comes is checked request by request. */
  askFor?: string
  /** Its origin, for who comes without TLS. */
  origin: () => string
  answers: RequestListener
}

/** A TLS listener of the sandbox. */
export interface Listener {
  /** Resolves with the port. Rejects when the port cannot be had. */
  listen(port: number, host: string): Promise<number>
  close(): Promise<void>
}

/** TLS 1.2 and 1.3, and no session that could be taken up again without its certificate. */
export function createListener({ key, cert, askFor, origin, answers }: Listening): Listener {
  const secure = createServer(
    {
      key,
      cert,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET,
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: 5000,
      maxHeaderSize: 8 * 1024,
      connectionsCheckingInterval: 1000,
      // A refused handshake shows no page: the connection is let in, and every request is checked instead.
      ...(askFor && { ca: askFor, requestCert: true, rejectUnauthorized: false }),
    },
    answers,
  )
  secure.headersTimeout = 5000
  secure.requestTimeout = 10_000
  secure.on('clientError', refuse)
  const door = createDoor(secure, origin)
  door.server.maxConnections = 500
  return {
    listen: (port, host) => listening(door.server, port, host),
    close: () =>
      new Promise((resolve) => {
        door.server.close(() => resolve())
        door.close()
        secure.closeAllConnections()
      }),
  }
}

const unreadable: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Node's own answer is destroyed before TLS has sent it; this one is sent first. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  // What comes after the fault is a fault too, and must not cut off the answer.
  if (socket.writableEnded) return
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = unreadable[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  // Whoever goes on sending is not heard for long.
  setTimeout(() => socket.destroy(), 1000).unref()
}

async function listening(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}
