import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { failure, wire } from './answer.ts'
import type { Config } from './config.ts'
import type { Rates } from './limits.ts'
import type { Logger } from './log.ts'
import { createPeers } from './peer.ts'
import { HttpError } from './route.ts'

/** What is known of a request to upgrade before anyone looks at it. */
export interface Call {
  id: string
  ip: string
  url: URL
  params: Record<string, string>
}

/** An address where a WebSocket begins. */
export interface Upgrade {
  /** Segments and `:names`, as in a route. */
  path: string
  /** Takes the socket over; throwing HttpError refuses it with that answer. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer, call: Call): void | Promise<void>
  /** Sends its open sockets away (close code 1012, "service restart"). */
  close?(): void
}

/** Takes WebSocket handshakes from a listener, within the same limits as requests. */
export function acceptUpgrades(
  front: Server,
  upgrades: readonly Upgrade[],
  { config, rates, log }: { config: Config; rates: Rates; log: Logger },
): { close(): void; destroy(): void } {
  const peers = createPeers(config.trustedProxies)
  const sockets = new Set<Duplex>()
  let isClosing = false

  const enter = async (request: IncomingMessage, socket: Duplex, head: Buffer, id: string) => {
    const url = URL.parse(`${config.ownOrigin ?? `http://${request.headers.host}`}${request.url}`)
    if (!url || !request.url?.startsWith('/'))
      throw new HttpError(400, 'BadRequest', 'The address of the request cannot be read')
    if (isClosing) throw new HttpError(503, 'Closing', 'The server is closing', { 'Retry-After': '5' })
    const ip = peers(request)
    await rates.request(ip)
    for (const upgrade of upgrades) {
      const params = match(upgrade.path, url.pathname)
      if (params) return upgrade.handle(request, socket, head, { id, ip, url, params })
    }
    throw new HttpError(404, 'NotFound', 'There is nothing at this address')
  }

  front.on('upgrade', (request, socket, head) => {
    const id = randomUUID()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Without a listener the first reset connection ends the process.
    socket.on('error', () => socket.destroy())
    enter(request, socket, head, id).catch((err: unknown) => {
      if (!(err instanceof HttpError)) log.error({ event: 'upgrade.failed', id, err })
      refuse(socket, err)
    })
  })
  return {
    close() {
      isClosing = true
      for (const upgrade of upgrades) upgrade.close?.()
    },
    destroy() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function refuse(socket: Duplex, err: unknown): void {
  const { status, headers, body } = wire(failure(err))
  const lines = Object.entries({ ...headers, 'Content-Length': String(body.length), Connection: 'close' })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body.toString()}`)
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const found = path.split('/')
  if (wanted.length !== found.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    const segment = found[at] ?? ''
    if (part.startsWith(':') && segment !== '') params[part.slice(1)] = segment
    else if (part !== segment) return undefined
  }
  return params
}
