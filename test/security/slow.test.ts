import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { type Customer, customer } from './customer.ts'
import { dripping, type Slow, slow } from './slow.ts'
import { mishaps, type Watched, watched } from './watched.ts'

const attackers = 30

describe('callers who hold connections', function () {
  // Closed by the server within 12 s; its defaults alone would take a minute for headers, five for bodies.
  this.timeout(40_000)
  let kaijo: Watched
  before(async () => {
    kaijo = await watched()
  })
  after(() => kaijo?.end())
  afterEach(() => {
    expect(kaijo.isRunning()).to.equal(true)
    expect(mishaps(kaijo.output())).to.deep.equal([])
  })

  it('are closed, the bot’s and the sandbox’s, while honest ones are served', async () => {
    const [bot, sandbox] = [kaijo.url, kaijo.sandboxUrl].map((url) => Number(new URL(url).port)) as [
      number,
      number,
    ]
    const doors = [
      () => connect(bot, '127.0.0.1'),
      () => connect(sandbox, '127.0.0.1'),
      () => encrypted(sandbox),
    ]
    const closed = doors.flatMap((open) =>
      Object.values(slow).flatMap((one: Slow) =>
        Array.from({ length: attackers }, () => dripping(open(), one)),
      ),
    )
    const honest = await customer(kaijo)
    await honest.say('証明書を選ぶ画面が出ません')
    expect(await honest.heard()).not.to.equal('')
    await Promise.all(closed)
  })

  const floods: Record<string, (socket: WebSocket) => void> = {
    'fragments without an end': (socket) => {
      socket.send('', { fin: false })
      for (let n = 0; n < 200; n++) socket.send('', { fin: false })
    },
    'a message': (socket) => socket.send('hello'),
    'a large message': (socket) => socket.send('x'.repeat(64 * 1024)),
    'large unfinished fragments': (socket) => {
      for (let n = 0; n < 8; n++) socket.send('x'.repeat(8 * 1024), { fin: false })
    },
    'empty messages without pause': (socket) => {
      for (let n = 0; n < 300; n++) socket.send('')
    },
    'pings without pause': (socket) => {
      for (let n = 0; n < 300; n++) socket.ping()
    },
  }
  for (const [what, flood] of Object.entries(floods)) {
    it(`are closed on a stream: ${what}`, async () => {
      const before = (await kaijo.look()).megabytes
      const codes = await Promise.all(Array.from({ length: attackers }, () => flooded(kaijo, flood)))
      for (const code of codes) expect(code, what).to.be.oneOf([1006, 1008, 1009])
      expect((await kaijo.look()).megabytes - before, 'megabytes more').to.be.below(100)
    })
  }

  it('are answered the last of the pings that come together', async () => {
    const stream = await opened(kaijo, await customer(kaijo))
    const pongs: string[] = []
    stream.on('pong', (data) => pongs.push(String(data)))
    const { _socket: line } = stream as unknown as { _socket: Socket }
    line.cork()
    for (let n = 0; n < 50; n++) stream.ping(String(n))
    line.uncork()
    while (!pongs.includes('49')) await once(stream, 'pong')
    // Whatever was still on its way has come before this.
    stream.ping('last')
    while (!pongs.includes('last')) await once(stream, 'pong')
    expect(pongs.length, 'pongs for 50 pings').to.be.below(10)
    stream.terminate()
  })

  it('leave an honest stream alone', async () => {
    const mine = await customer(kaijo)
    const stream = await opened(kaijo, mine)
    const heard: string[] = []
    const answered = new Promise<void>((resolve) =>
      stream.on('message', (frame) => {
        heard.push(String(frame))
        if (heard.join().includes('ロックされたのは')) resolve()
      }),
    )
    const attack = Promise.all(
      Array.from({ length: 5 }, () =>
        flooded(kaijo, floods['fragments without an end'] as (s: WebSocket) => void),
      ),
    )
    await mine.say('サービスがご利用できなくなりました')
    await answered
    await attack
    expect(stream.readyState).to.equal(stream.OPEN)
    stream.close()
  })
})

/** An attacker believes any certificate. */
function encrypted(port: number): Socket {
  return connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
}

async function opened(kaijo: Watched, { token, conversation }: Customer): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${kaijo.url}/v3/directline/conversations/${conversation}?watermark=0`, {
    headers,
  })
  const { streamUrl } = (await answer.json()) as { streamUrl: string }
  const stream = new WebSocket(streamUrl)
  await once(stream, 'open')
  return stream
}

/** The code with which a stream of its own conversation is closed. */
async function flooded(kaijo: Watched, flood: (socket: WebSocket) => void): Promise<number> {
  const stream = await opened(kaijo, await customer(kaijo))
  stream.on('error', () => undefined)
  flood(stream)
  const [code] = await once(stream, 'close')
  return code as number
}
