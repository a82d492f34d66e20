import { type AddressInfo, isIP } from 'node:net'
import { connect, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Practice } from '../practice.ts'

/** A connection to the bank's log-on in one version of TLS; `options` are those of `tls.connect`. */
export function dial(
  practice: Practice,
  version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3',
  options: object,
): Promise<TLSSocket> {
  const { port, hostname: host } = new URL(practice.logonUrl)
  const ciphers = version === 'TLSv1.1' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host,
        port: Number(port),
        ca: practice.authority,
        minVersion: version,
        maxVersion: version,
        ...ciphers,
        ...options,
      },
      () => resolve(socket),
    )
    socket.once('error', reject)
  })
}

/** One request on a connection that stays open. */
export function ask(socket: TLSSocket): Promise<string> {
  socket.write('GET /bank/menu HTTP/1.1\r\nHost: bank\r\n\r\n')
  return new Promise((resolve) => {
    let heard = ''
    const listen = (chunk: Buffer) => {
      heard += chunk
      const length = Number(/content-length: (\d+)/i.exec(heard)?.[1] ?? Number.NaN)
      if (!(Buffer.byteLength(heard) >= heard.indexOf('\r\n\r\n') + 4 + length)) return
      socket.off('data', listen)
      resolve(heard)
    }
    socket.on('data', listen)
  })
}

/** Whether a client that trusts the sandbox's authority believes this server. */
export async function handshake(
  practice: Practice,
  shown: { cert: string; key: string },
  host: string,
): Promise<string> {
  const server = createTlsServer(shown, (socket) => socket.on('error', () => undefined))
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const named = isIP(host) === 0 ? { servername: host } : { checkServerIdentity: () => undefined }
  const error = await new Promise<string>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ca: practice.authority, ...named }, () =>
      resolve('none'),
    )
    socket.on('error', (caught) => resolve(`${(caught as NodeJS.ErrnoException).code} ${caught.message}`))
    socket.once('close', () => server.close())
    socket.once('secureConnect', () => socket.destroy())
  })
  return error
}
