import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Served } from '../support/process.ts'

/** A conversation of the web chat that has begun, and the token for it. */
export interface Begun {
  conversation: string
  token: string
}

/** Begins one, as a bank's own page does. */
export async function begin(kaijo: Served): Promise<Begun> {
  const call = async (path: string, bearer: string) => {
    const headers = { authorization: `Bearer ${bearer}` }
    const answer = await fetch(`${kaijo.url}/v3/directline/${path}`, { method: 'POST', headers })
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`)
    return (await answer.json()) as { conversationId: string; token: string }
  }
  const { token } = await call('tokens/generate', kaijo.secret)
  const { conversationId } = await call('conversations', token)
  return { conversation: conversationId, token }
}

/** The address of a stream of it, good for one socket and a minute. */
async function streamOf(kaijo: Served, { conversation, token }: Begun, after = '0'): Promise<string> {
  const url = `${kaijo.url}/v3/directline/conversations/${conversation}?watermark=${after}`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  if (!answer.ok) throw new Error(`The stream was answered ${answer.status}`)
  return ((await answer.json()) as { streamUrl: string }).streamUrl
}

/** An open socket of it, which has heard nothing yet. */
export async function openStream(kaijo: Served, begun: Begun, after?: string): Promise<WebSocket> {
  const socket = new WebSocket(await streamOf(kaijo, begun, after), { perMessageDeflate: false })
  socket.on('error', () => undefined)
  await once(socket, 'open')
  return socket
}

/** The code with which it is closed by the other side; 0 when it is still open after so many milliseconds. */
export function closing(socket: WebSocket, patience: number): Promise<number> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) return resolve(1006)
    const timer = setTimeout(() => resolve(0), patience)
    socket.once('close', (code) => {
      clearTimeout(timer)
      resolve(code)
    })
  })
}

/** What a reader of a stream has got: the ids of activities as they came, and how far it is. */
export interface Reading {
  ids: string[]
  watermark: string
}

/** Reads on, as a client does that comes back, until the other side closes, `enough` says so, or nothing more is due. */
export async function readStream(
  kaijo: Served,
  begun: Begun,
  reading: Reading,
  enough: (frames: number) => boolean,
): Promise<void> {
  const address = await streamOf(kaijo, begun, reading.watermark)
  const socket = new WebSocket(address, { perMessageDeflate: false })
  socket.on('error', () => undefined)
  let frames = 0
  let isOver = false
  socket.on('message', (frame) => {
    // What was under way when the client had left is nothing it has seen.
    if (isOver || String(frame) === '') return
    const { activities, watermark } = JSON.parse(String(frame)) as {
      activities: { id: string }[]
      watermark: string
    }
    reading.ids.push(...activities.map(({ id }) => id))
    reading.watermark = watermark
    isOver = enough(++frames)
    if (isOver) socket.terminate()
  })
  await new Promise((resolve) => socket.once('close', resolve))
}
