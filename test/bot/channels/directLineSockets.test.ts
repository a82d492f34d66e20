import { connect as openSocket } from 'node:net'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { call, type EchoServer, startEcho } from '../../support/echoServer.ts'
import { handshake } from './handshake.ts'

const root = '/v3/directline'

describe('the sockets of Direct Line', () => {
  let server: EchoServer
  let now: number

  before(async () => {
    server = await startEcho({ clock: () => now })
  })
  beforeEach(() => {
    now = Date.now()
  })
  after(() => server.close())

  const start = () => call(server, `${root}/conversations`, { bearer: server.secret, body: {} })

  it('spends a stream ticket at its first use, and lets it live a minute', async () => {
    const { streamUrl } = await start()
    expect(await handshake(streamUrl)).to.equal(101)
    expect(await handshake(streamUrl)).to.equal(403)
    const late = await start()
    now += 61_000
    expect(await handshake(late.streamUrl)).to.equal(403)
  })

  it('takes the ticket as a subprotocol, so that no address holds it', async () => {
    const url = new URL((await start()).streamUrl)
    const ticket = url.searchParams.get('t') ?? ''
    url.searchParams.delete('t')
    expect(await handshake(url.href)).to.equal(401)
    expect(await handshake(url.href, ['directline', `ticket.${ticket}`])).to.equal(101)
    expect(await handshake(url.href, ['directline', `ticket.${ticket}`])).to.equal(403)
  })

  it('opens no stream of one conversation with the ticket of another', async () => {
    const one = await start()
    const other = await start()
    const url = one.streamUrl.replace(one.conversationId, other.conversationId)
    expect(await handshake(url)).to.equal(403)
  })

  it('closes a socket that speaks', async () => {
    const socket = new WebSocket((await start()).streamUrl)
    socket.on('open', () => socket.send('{"type":"message"}'))
    expect(await closing(socket)).to.equal(1008)
  })

  it('closes sockets that only send fragments', async () => {
    const socket = new WebSocket((await start()).streamUrl)
    socket.on('open', () => {
      for (let count = 0; count < 50; count++) socket.send('x', { fin: false })
    })
    expect(await closing(socket)).to.be.oneOf([1008, 1009, 1006])
  })

  it('sends the oldest socket of a conversation away when there are too many', async () => {
    const small = await startEcho({ env: { LIMIT_SOCKETS_PER_CONVERSATION: '2' } })
    const begun = await call(small, `${root}/conversations`, { bearer: small.secret, body: {} })
    const path = `${root}/conversations/${begun.conversationId}`
    const sockets: WebSocket[] = []
    const closed: Promise<number>[] = []
    for (let count = 0; count < 3; count++) {
      const { streamUrl } = await call(small, path, { bearer: begun.token })
      const socket = new WebSocket(streamUrl)
      closed.push(closing(socket))
      await new Promise((resolve) => socket.once('message', resolve))
      sockets.push(socket)
    }
    expect(await closed[0]).to.equal(1008)
    expect(sockets[2]?.readyState).to.equal(WebSocket.OPEN)
    await small.close()
    expect(await closed[2]).to.equal(1012)
  })

  it('refuses more sockets than one address may hold, and takes new ones when some have gone', async () => {
    const small = await startEcho({ env: { LIMIT_SOCKETS_PER_ADDRESS: '1' } })
    const url = async () =>
      (await call(small, `${root}/conversations`, { bearer: small.secret, body: {} })).streamUrl
    const first = new WebSocket(await url())
    await new Promise((resolve) => first.once('open', resolve))
    expect(await handshake(await url())).to.equal(429)
    const gone = closing(first)
    first.close()
    await gone
    let status = 429
    while (status === 429) status = await handshake(await url())
    expect(status).to.equal(101)
    await small.close()
  })

  it('survives handshakes that break off, lie or are no WebSocket at all', async () => {
    const { hostname, port, pathname, search } = new URL((await start()).streamUrl)
    const lines = (more: string) =>
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${more}\r\n`
    const bad = [
      lines('Connection: Upgrade\r\nUpgrade: websocket\r\n'),
      lines(
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n',
      ),
      lines('Connection: Upgrade\r\nUpgrade: h2c\r\n'),
      lines('').replace(pathname, '/nowhere'),
      `GET // HTTP/1.1\r\nHost: [\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      'GET',
    ]
    for (const text of bad) await sendRaw(Number(port), text)
    expect((await start()).status).to.equal(201)
  })
})

function closing(socket: WebSocket): Promise<number> {
  socket.on('error', () => {})
  return new Promise((resolve) => socket.once('close', resolve))
}

/** Sends bytes, waits for an answer or the end, and cuts the connection hard. */
function sendRaw(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = openSocket(port, '127.0.0.1', () => socket.write(text))
    const done = () => {
      socket.resetAndDestroy()
      resolve()
    }
    socket.once('data', done)
    socket.once('error', done)
    socket.once('end', done)
    if (text === 'GET') socket.once('connect', done)
  })
}
