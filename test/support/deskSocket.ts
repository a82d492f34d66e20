import { WebSocket } from 'ws'
import type { DeskVisitor } from './desk.ts'

/** A socket as a browser at the desk opens it, and everything that it hears. */
export function dial(agent: DeskVisitor, headers: Record<string, string> = {}) {
  const address = `${agent.url.replace(/^http/, 'ws')}/desk/live`
  const socket = new WebSocket(address, {
    headers: { cookie: agent.cookies(), origin: new URL(agent.url).origin, ...headers },
  })
  const heard: string[] = []
  socket.on('message', (data) => heard.push(String(data)))
  const opened = new Promise<number>((resolve) => {
    socket.on('open', () => resolve(101))
    socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0))
    socket.on('error', () => {})
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  const until = async (fits: (hint: string) => boolean) => {
    while (!heard.some(fits)) await new Promise((resolve) => socket.once('message', resolve))
  }
  return { socket, heard, opened, closed, until }
}
