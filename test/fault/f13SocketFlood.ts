import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { mishaps, type Watched, watched } from '../security/watched.ts'
import { together } from '../support/traffic.ts'
import { endured } from './endured.ts'
import { honest } from './honest.ts'
import type { Context, Scenario } from './scenario.ts'
import { type Begun, begin, closing, openStream } from './streams.ts'

/** Sockets without end: idle ones cost little, and those that flood are sent away while the others are served. */
export const scenario: Scenario = {
  id: 'F13',
  title: 'carries thousands of idle sockets at little cost, and sends away those that flood it',
  async run(context) {
    const kaijo = await watched({ LOG_LEVEL: 'info', LIMIT_SOCKETS_PER_ADDRESS: '20000' })
    try {
      const begun = await together(24, Array.from({ length: context.quick ? 50 : 5000 }), () => begin(kaijo))
      // As many as a conversation may have, in the quick cut; one for each, as customers have it, in the whole.
      await idle(context, kaijo, context.quick ? begun.flatMap((one) => Array(6).fill(one)) : begun)
      await attacked(context, kaijo, begun)
      context.gate('processes ended', kaijo.isRunning() ? 0 : 1, '==', 0)
      context.gate('mishaps in the log', mishaps(kaijo.output()).length, '==', 0)
    } finally {
      await kaijo.end()
    }
  },
}

/** What a socket costs that only waits; the way there is walked once before, so that only the sockets are weighed. */
async function idle({ quick, figure, gate, pace }: Context, kaijo: Watched, begun: Begun[]): Promise<void> {
  await left(await together(24, begun.slice(0, 100), (one) => openStream(kaijo, one)))
  const before = await kaijo.sweep()
  const began = performance.now()
  const sockets = await together(24, begun, (one) => openStream(kaijo, one))
  figure('sockets opened a second', Math.round((sockets.length / (performance.now() - began)) * 1000))
  // Until each has been sent what its conversation says so far.
  await sleep(quick ? 300 : 2000)
  const after = await kaijo.sweep()
  const each = (megabytes: number) => Math.round(((megabytes * 1024) / sockets.length) * 10) / 10
  figure('idle sockets', sockets.length)
  gate('idle sockets that were closed', sockets.filter((one) => one.readyState !== one.OPEN).length, '==', 0)
  gate('heap of an idle socket, KB', each(after.heap - before.heap), '<=', 30)
  const resident = each(after.megabytes - before.megabytes)
  // Of few sockets the memory of a whole process says nothing.
  if (quick) figure('resident memory of an idle socket, KB', resident)
  else pace('resident memory of an idle socket, KB', resident, '<=', 30)
  await left(sockets)
}

/** How a socket floods from when it is open until it is closed; test/security/slow.test.ts has some of them, too. */
const floods: Record<string, { attackers: number; isAmongTests?: true; flood(socket: WebSocket): void }> = {
  'fragments without an end': {
    attackers: 100,
    isAmongTests: true,
    flood: (socket) => repeat(socket, () => socket.send('', { fin: false })),
  },
  '1,000 messages a second': { attackers: 200, flood: (socket) => repeat(socket, () => socket.send('')) },
  'pings without pause': {
    attackers: 200,
    isAmongTests: true,
    flood: (socket) => repeat(socket, () => socket.ping()),
  },
}

async function attacked(context: Context, kaijo: Watched, begun: Begun[]): Promise<void> {
  const others = await honest(kaijo)
  await sleep(context.quick ? 700 : 10_000)
  const before = await others.since()
  for (const [what, { attackers, flood, isAmongTests }] of Object.entries(floods)) {
    if (context.quick && isAmongTests) continue
    const closed = await endured(context, kaijo, { what, others, before }, async () => {
      const all: number[] = []
      const began = performance.now()
      // Of few answers to honest customers the slowest says nothing.
      do
        all.push(...(await flooded(kaijo, begun.slice(0, context.quick ? attackers / 10 : attackers), flood)))
      while (!context.quick && performance.now() - began < 15_000)
      return all
    })
    // ws itself cuts a connection that answers too slowly to be told why.
    const wrong = closed.filter((code) => ![1006, 1008, 1009, 1013].includes(code))
    context.gate(`${what}: not sent away`, wrong.length, '==', 0)
    context.figure(`${what}: sent away`, tally(closed))
  }
  const seconds = context.quick ? 0.5 : 10
  const what = 'pages of others'
  const statuses = await endured(context, kaijo, { what, others, before }, () => knock(kaijo, begun, seconds))
  context.figure('pages of others: answered', tally(statuses))
  context.figure('pages of others: a second', Math.round(statuses.length / seconds))
  context.gate('pages of others: let in', statuses.filter((status) => status !== 403).length, '==', 0)
  await others.end()
}

/** Each opens a socket and floods it; gives the codes with which they are closed. */
async function flooded(
  kaijo: Watched,
  begun: Begun[],
  flood: (socket: WebSocket) => void,
): Promise<number[]> {
  const sockets = await together(24, begun, (one) => openStream(kaijo, one))
  for (const socket of sockets) flood(socket)
  return Promise.all(sockets.map((socket) => closing(socket, 15_000)))
}

/** 2,000 handshakes a second from a page that may not; gives the statuses. */
async function knock(kaijo: Watched, begun: Begun[], seconds: number): Promise<number[]> {
  const { port, host } = new URL(kaijo.url)
  const { conversation } = begun[0] as Begun
  const bytes = [
    `GET /v3/directline/conversations/${conversation}/stream?t=x HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Origin: https://evil.example',
    '\r\n',
  ].join('\r\n')
  const answers: Promise<number>[] = []
  const began = performance.now()
  while (performance.now() - began < seconds * 1000) {
    const due = Math.min(2 * (performance.now() - began), 2000 * seconds)
    while (answers.length < due) answers.push(asked(Number(port), bytes))
    await sleep(5)
  }
  return Promise.all(answers)
}

/** The status of the answer; 0 when there is none. */
async function asked(port: number, bytes: string): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('error', () => undefined)
  socket.on('data', (part) => {
    heard += part
  })
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? 0)
}

/** A thousand a second, in bursts, until it is closed. */
function repeat(socket: WebSocket, act: () => void): void {
  const timer = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return clearInterval(timer)
    for (let n = 0; n < 20; n++) act()
  }, 20)
}

async function left(sockets: WebSocket[]): Promise<void> {
  for (const socket of sockets) socket.terminate()
  await sleep(300)
}

function tally(codes: number[]): string {
  return [...Map.groupBy(codes, String)].map(([code, all]) => `${all.length} × ${code}`).join(', ')
}
