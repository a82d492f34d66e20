import { connect, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { gzipSync } from 'node:zlib'
import type { Framing } from '../security/badRequest.ts'
import { customer } from '../security/customer.ts'
import { onTheWire, type Papers } from '../security/onTheWire.ts'
import { places } from '../security/places.ts'
import { mishaps, type Watched, watched } from '../security/watched.ts'
import { Line } from '../support/hostile.ts'
import { standInForLine } from '../support/lineStandIn.ts'
import type { Context, Scenario } from './scenario.ts'

const gigabyte = 1024 ** 3

/** Bodies that are not what they say, or more than anybody may send. */
export const scenario: Scenario = {
  id: 'F11',
  title: 'refuses bodies without end, bombs and lies at every door at once, and keeps none of it',
  async run(context) {
    const line = await standInForLine()
    const kaijo = await watched({ LOG_LEVEL: 'info', ...line.env })
    try {
      const all = await doors(kaijo, line.env.LINE_CHANNEL_SECRET as string)
      // What is loaded and compiled at the first request of a kind is nobody's body.
      await abuse(undefined, all)
      const before = await kaijo.sweep()
      await abuse(context, all)
      await endless(context, kaijo, all)
      const after = await kaijo.sweep()
      context.pace('more memory afterwards, MB', after.megabytes - before.megabytes, '<=', 30)
      context.figure('event loop stood still, ms', after.stalled)
      context.gate('processes ended', kaijo.isRunning() ? 0 : 1, '==', 0)
      context.gate('mishaps in the log', mishaps(kaijo.output()).length, '==', 0)
      context.gate('a new customer is greeted', Number((await customer(kaijo)).token !== ''), '==', 1)
    } finally {
      await kaijo.end()
      await line.end()
    }
  },
}

/** An address that takes a body, and what makes the body welcome there. */
interface Door {
  name: string
  url: string
  path: string
  headers: [string, string][]
  papers: Papers
}

async function doors(kaijo: Watched, lineSecret: string): Promise<Door[]> {
  const { bot, bank } = await places(kaijo)
  const papers = { ...bot.papers, lineSecret }
  const json: [string, string] = ['Content-Type', 'application/json']
  const here = '/v3/directline/conversations/{{conversation}}'
  const customer: [string, string] = ['Authorization', 'Bearer {{token}}']
  const at = (name: string, path: string, ...headers: [string, string][]): Door => {
    return { name, url: bot.url, path, headers: [json, ...headers], papers }
  }
  return [
    at('web chat', `${here}/activities`, customer),
    at('uploads', `${here}/upload?userId=x`, customer),
    at('session', '/widget/session'),
    at("the bank's news", '/unlock/callback'),
    at('LINE', '/line/webhook'),
    at('log-on', '/desk/api/session', ['Sec-Fetch-Site', 'same-origin'], ['Origin', 'http://{{host}}']),
    {
      ...at(
        'the bank',
        '/v1/requests',
        ['Authorization', 'Bearer {{apiToken}}'],
        ['Idempotency-Key', 'of-the-abuse'],
      ),
      url: bank.url,
      papers: bank.papers,
    },
  ]
}

const deep = 120_000

/** Each with how it is told and which answers are right. */
const abuses: {
  name: string
  body: Buffer
  headers?: [string, string][]
  framing?: Framing
  right: number[]
}[] = [
  {
    name: 'gzip that is none',
    body: Buffer.from('no gzip!'),
    headers: [['Content-Encoding', 'gzip']],
    right: [415],
  },
  {
    name: 'a bomb',
    body: gzipSync(Buffer.alloc(200 * 1024 * 1024)),
    headers: [['Content-Encoding', 'gzip']],
    right: [413, 415],
  },
  { name: 'nested JSON', body: Buffer.from(`${'['.repeat(deep)}${']'.repeat(deep)}`), right: [400, 413] },
  { name: 'a million keys', body: keys(1_000_000), right: [413] },
  { name: 'as many keys as fit', body: keys(80_000), right: [200, 400, 413] },
  { name: 'a length that is too long', body: Buffer.from('{}'), framing: 'longer', right: [400] },
  { name: 'an enormous length', body: Buffer.from('{}'), framing: 'enormous', right: [400, 413] },
]

function keys(count: number): Buffer {
  return Buffer.from(`{${Array.from({ length: count }, (_, n) => `"k${n}":0`).join()}}`)
}

/** Every abuse at every door; without a context nobody looks at the answers. */
async function abuse(context: Context | undefined, all: Door[]): Promise<void> {
  let slowest = 0
  let wrong = 0
  for (const { name, body, headers = [], framing = 'honest', right } of abuses)
    for (const door of all) {
      const { port, protocol } = new URL(door.url)
      const line = new Line(
        Number(port),
        15_000,
        protocol === 'https:' ? { rejectUnauthorized: false } : undefined,
      )
      const request = { method: 'POST', target: door.path, framing, isSigned: true }
      const wire = {
        ...request,
        headers: [...door.headers, ...headers],
        body: { kind: 'bytes', base64: body.toString('base64') } as const,
      }
      const { bytes, sending } = onTheWire(wire, door.papers)
      const began = performance.now()
      const { status } = await line.send(bytes, { ...sending, alone: true })
      slowest = Math.max(slowest, performance.now() - began)
      // Whoever goes on sending after the refusal may be cut off before reading it.
      const isRight = status === undefined || right.includes(status)
      if (isRight) continue
      wrong++
      context?.log(`     ${name} at ${door.name} was answered ${status}`)
    }
  context?.figure('abuses', abuses.length * all.length)
  context?.gate('abuses that were not refused as they must be', wrong, '==', 0)
  context?.pace('slowest answer, ms', Math.round(slowest), '<=', 1000)
}

/** A gigabyte in chunks, as fast as it is taken; the connection must be closed soon after the limit. */
async function endless({ quick, figure, gate, pace }: Context, kaijo: Watched, all: Door[]): Promise<void> {
  let most = 0
  let latest = 0
  for (const door of all) {
    const { taken, lasted } = await pour(door, quick ? gigabyte / 16 : gigabyte)
    most = Math.max(most, taken)
    latest = Math.max(latest, lasted)
  }
  figure('most of a body without end that was taken, MB', Math.round(most / 1024 / 1024))
  gate('bodies without end that were taken', Number(most >= gigabyte / 16), '==', 0)
  pace('closed after the limit, ms', Math.round(latest), '<=', 1000)
  gate('processes ended meanwhile', kaijo.isRunning() ? 0 : 1, '==', 0)
}

async function pour(door: Door, most: number): Promise<{ taken: number; lasted: number }> {
  const { port, protocol } = new URL(door.url)
  const to = { port: Number(port), host: '127.0.0.1', rejectUnauthorized: false }
  const socket: Socket = protocol === 'https:' ? connectSecurely(to) : connect(to)
  const values = door.papers.values
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')
  const headers = [...door.headers, ['Host', values.host], ['Transfer-Encoding', 'chunked']]
  const head = [
    `POST ${fill(door.path)} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${fill(value ?? '')}`),
  ]
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  let limit = 0
  socket.on('error', () => undefined)
  socket.resume()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  let taken = 0
  while (!socket.destroyed && socket.writable && taken < most) {
    taken += chunk.length
    // The largest of our limits is a megabyte.
    if (taken > 1024 * 1024) limit ||= performance.now()
    if (!socket.write(chunk)) await Promise.race([closed, new Promise((go) => socket.once('drain', go))])
  }
  await closed
  return { taken, lasted: limit ? performance.now() - limit : 0 }
}
