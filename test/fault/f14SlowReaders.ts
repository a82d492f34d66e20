import { setTimeout as sleep } from 'node:timers/promises'
import { mishaps, type Watched, watched } from '../security/watched.ts'
import { together } from '../support/traffic.ts'
import type { Context, Scenario } from './scenario.ts'
import { type Begun, begin, openStream, type Reading, readStream } from './streams.ts'

const deaf = 50
const seconds = 15
const cuts = 1000

/** Clients that stop reading, and clients that are cut off. */
export const scenario: Scenario = {
  id: 'F14',
  title:
    'sends readers away who stop reading, keeps nothing for them, and shows whoever comes back each message once',
  tests: ['test/bot/channels/directLine.test.ts'],
  minutes: 20,
  async run(context) {
    const kaijo = await watched({ LOG_LEVEL: 'info', LIMIT_SOCKETS_PER_CONVERSATION: '100' })
    try {
      await broadcast(context, kaijo)
      await cutOff(context, kaijo)
      context.gate('processes ended', kaijo.isRunning() ? 0 : 1, '==', 0)
      context.gate('mishaps in the log', mishaps(kaijo.output()).length, '==', 0)
    } finally {
      await kaijo.end()
    }
  },
}

/** More than all buffers between the two take up; then 50 messages a second, of which the readers read nothing. */
async function broadcast({ gate, pace, figure, log }: Context, kaijo: Watched): Promise<void> {
  const begun = await begin(kaijo)
  const long = 'サービスがご利用できなくなりました。'.repeat(200)
  await together(8, Array.from({ length: 600 }), () => say(kaijo, begun, long))
  log('     written; now nobody reads')
  const before = await kaijo.sweep()
  const sockets = await together(10, Array.from({ length: deaf }), async () => {
    const socket = await openStream(kaijo, begun)
    socket.pause()
    return socket
  })
  const started = performance.now()
  const reader: Reading = { ids: [], watermark: '0' }
  let last = Number.POSITIVE_INFINITY
  const reads = readStream(kaijo, begun, reader, () => Number(reader.watermark) >= last)
  let said = 0
  while (performance.now() - started < seconds * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * 50) - said
    await together(8, Array.from({ length: due }), () => say(kaijo, begun, '利用者'))
    said += due
    await sleep(20)
  }
  const height = await kaijo.look()
  let left = deaf
  while (left > 0 && performance.now() - started < 90_000) {
    left = (await openSockets(kaijo)) - 1
    await sleep(200)
  }
  figure('messages said meanwhile', said)
  gate('readers that had stopped and were not sent away', left, '==', 0)
  pace('seconds until the last was sent away', Math.round((performance.now() - started) / 1000), '<=', 30)
  for (const socket of sockets) socket.terminate()
  const after = await kaijo.sweep()
  figure('more memory at its height, MB', height.megabytes - before.megabytes)
  pace('more memory afterwards, MB', after.megabytes - before.megabytes, '<=', 60)
  await say(kaijo, begun, 'はい')
  last = await settled(kaijo, begun)
  // The last may have come before it was known which is the last.
  if (Number(reader.watermark) < last) await reads
  figure('messages of the conversation', last)
  gate(
    'messages that the reader who read on has missed, doubled or got in disorder',
    disorder(reader, last),
    '==',
    0,
  )
  const back = await together(5, sockets, async () => {
    const mine: Reading = { ids: [], watermark: '0' }
    await readStream(kaijo, begun, mine, () => Number(mine.watermark) >= last)
    return disorder(mine, last)
  })
  gate(
    'the same for those that came back',
    back.reduce((sum, wrong) => sum + wrong, 0),
    '==',
    0,
  )
}

/** A client whose line is cut again and again, at random places, while messages come. */
async function cutOff({ gate, figure, random }: Context, kaijo: Watched): Promise<void> {
  const begun = await begin(kaijo)
  const reading: Reading = { ids: [], watermark: '0' }
  for (let cut = 1; cut <= cuts; cut++) {
    const saying = say(kaijo, begun, '利用者')
    const enough = Math.floor(random() * 3)
    if (enough > 0) await readStream(kaijo, begun, reading, (frames) => frames >= enough)
    await saying
    // One that waits for another frame needs another message.
    if (enough > 1) await say(kaijo, begun, 'はい')
  }
  const last = await settled(kaijo, begun)
  if (Number(reading.watermark) < last)
    await readStream(kaijo, begun, reading, () => Number(reading.watermark) >= last)
  figure('cuts', cuts)
  figure('messages read over the cuts', reading.ids.length)
  gate('messages missed, doubled or in disorder over the cuts', disorder(reading, last), '==', 0)
}

async function say(kaijo: Watched, { conversation, token }: Begun, text: string): Promise<void> {
  const answer = await fetch(`${kaijo.url}/v3/directline/conversations/${conversation}/activities`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'message', text, from: { id: 'me' } }),
  })
  if (!answer.ok) throw new Error(`A message was answered ${answer.status}`)
  await answer.arrayBuffer()
}

async function openSockets(kaijo: Watched): Promise<number> {
  const figures = await (await fetch(`${kaijo.url}/metrics`)).text()
  return Number(/^kaijo_sockets (\d+)/m.exec(figures)?.[1])
}

/** The last number of the conversation's log, once the bot says nothing more. */
async function settled(kaijo: Watched, { conversation, token }: Begun): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  const end = async () => {
    for (let watermark = '0'; ; ) {
      const path = `/v3/directline/conversations/${conversation}/activities?watermark=${watermark}`
      const page = (await (await fetch(kaijo.url + path, { headers })).json()) as {
        activities: object[]
        watermark: string
      }
      if (page.activities.length === 0) return Number(watermark)
      watermark = page.watermark
    }
  }
  for (let before = -1, now = await end(); ; before = now, now = await end()) {
    if (now === before) return now
    await sleep(1000)
  }
}

/** How many places of the log it has not got where they belong. */
function disorder({ ids }: Reading, last: number): number {
  const numbers = ids.map((id) => Number(id.split('|').at(-1)))
  const wrong = numbers.filter((number, at) => number !== at + 1).length
  return wrong + Math.abs(last - numbers.length)
}
