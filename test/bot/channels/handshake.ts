import { WebSocket } from 'ws'

/** The status of the answer to a handshake; the socket is closed again at once. */
export function handshake(url: string, protocols: string[] = [], origin?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols, origin === undefined ? {} : { origin })
    socket.on('unexpected-response', (_, answer) => {
      resolve(answer.statusCode ?? 0)
      answer.destroy()
    })
    socket.on('open', () => {
      socket.close()
      resolve(101)
    })
    socket.on('error', reject)
  })
}
