import { connect as openSocket } from 'node:net'

/** Sends bytes on a connection of its own; resolves with what came back when the server hangs up or falls silent. */
export function raw(
  port: number,
  bytes: string | Buffer,
  { open = false, cut = false, end = false } = {},
): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = openSocket({ port, host: '127.0.0.1', allowHalfOpen: true })
    const done = () => {
      socket.destroy()
      resolve(text)
    }
    socket.on('error', done)
    socket.on('close', done)
    socket.on('end', done)
    socket.on('data', (data) => {
      text += data
      if (!open && !end) done()
    })
    socket.write(bytes, () => {
      if (cut) socket.resetAndDestroy()
      // A request whose length lies is only over when the caller says so.
      if (end) socket.end()
    })
  })
}
