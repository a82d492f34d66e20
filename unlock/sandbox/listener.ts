import { constants } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { Server } from 'node:https'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** What a listener shows, and whom it asks for a certificate. */
export interface Listening {
  key: string
  cert: string
  /** Ask for a client certificate of this authority (PEM); what comes is checked request by request. */
  askFor?: string
  answers: RequestListener
}

/** A TLS listener of the sandbox. */
export interface Listener {
  /** Resolves with the port. Rejects when the port cannot be had. */
  listen(port: number, host: string): Promise<number>
  close(): Promise<void>
}

/** TLS 1.2 and 1.3, and no session that could be taken up again without its certificate. */
export function createListener({ key, cert, askFor, answers }: Listening): Listener {
  const server = createServer(
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
  server.headersTimeout = 5000
  server.requestTimeout = 10_000
  server.maxConnections = 500
  return {
    async listen(port, host) {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(port, host, () => {
          server.off('error', reject)
          resolve()
        })
      })
      return (server.address() as AddressInfo).port
    },
    close: () => closed(server),
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
