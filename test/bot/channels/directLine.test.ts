import { ConnectionStatus } from 'botframework-directlinejs'
import { expect } from 'chai'
import { WebSocket as RawSocket } from 'ws'
import type { Logged, Store } from '../../../bot/store/index.ts'
import { type Client, connect } from '../../support/directLine.ts'
import { call, type EchoServer, newToken, startEcho } from '../../support/echoServer.ts'

const minute = 60_000

describe('Direct Line with the real client', () => {
  let server: EchoServer
  let now: number
  const clients: Client[] = []
  const client = (...args: Parameters<typeof connect>) => {
    const made = connect(...args)
    clients.push(made)
    return made
  }
  const texts = (chat: Client) => chat.activities.map((activity) => activity.text)

  beforeEach(async () => {
    now = Date.now()
    server = await startEcho({ clock: () => now })
  })

  afterEach(async () => {
    for (const made of clients.splice(0)) made.end()
    await server.close()
  })

  it('starts a conversation, greets, and echoes a message before the answer', async () => {
    const chat = client({ url: server.url, token: await newToken(server), locale: 'en' })
    expect((await chat.heard()).text).to.equal('conversationUpdate  en')
    const id = await chat.say('hello', { channelData: { clientActivityID: 'c-1' } })
    const echo = await chat.until((activity) => activity.channelData?.clientActivityID === 'c-1')
    expect(echo).to.include({ id, text: 'hello' })
    const answer = await chat.heard()
    expect(answer).to.include({ text: '1: hello', replyToId: id })
    expect(chat.activities.map((activity) => activity.id)).to.deep.equal(
      [1, 2, 3].map((seq) => `${chat.conversationId()}|000000${seq}`),
    )
    expect(chat.watermark()).to.equal('3')
  })

  it('serves a client that has nothing but the secret', async () => {
    const chat = client({ url: server.url, secret: server.secret })
    await chat.heard()
    await chat.say('hello')
    expect((await chat.heard()).text).to.equal('1: hello')
    const wrong = await call(server, `/v3/directline/conversations/${chat.conversationId()}/activities`, {
      bearer: 'not-the-secret-not-the-secret-not',
      body: { type: 'message', text: 'hello' },
    })
    expect(wrong.status).to.equal(403)
  })

  it('greets once, however often the conversation is started', async () => {
    const token = await newToken(server)
    const starts = await Promise.all(
      Array.from({ length: 5 }, () =>
        call(server, '/v3/directline/conversations', { bearer: token, body: {} }),
      ),
    )
    expect(starts.map((start) => start.status).sort()).to.deep.equal([200, 200, 200, 200, 201])
    const chat = client({ url: server.url, token })
    await chat.say('hello')
    await chat.until((activity) => activity.text === '1: hello')
    expect(texts(chat)).to.deep.equal(['conversationUpdate', 'hello', '1: hello'])
  })

  it('starts with the secret itself, and goes on with the token it was given', async () => {
    const start = await call(server, '/v3/directline/conversations', { bearer: server.secret, body: {} })
    expect(start.status).to.equal(201)
    const path = `/v3/directline/conversations/${start.conversationId}/activities`
    expect((await call(server, path, { bearer: start.token })).status).to.equal(200)
  })

  it('loses and doubles nothing when the stream is cut', async () => {
    const chat = client({ url: server.url, token: await newToken(server) })
    await chat.heard()
    for (let count = 1; count <= 10; count++) {
      if (count % 3 === 0) chat.cut()
      await chat.say(`message ${count}`)
    }
    // The client hands groups on side by side, so the last is not always the last to arrive.
    await chat.until(() => chat.activities.length >= 21)
    const sequence = Array.from({ length: 21 }, (_, at) => idOf(chat.conversationId(), at + 1))
    expect(chat.activities.map((activity) => activity.id).sort()).to.deep.equal(sequence)
  })

  it('shows every message once and in order over 200 cuts at random places', async () => {
    const start = await call(server, '/v3/directline/conversations', { bearer: server.secret, body: {} })
    const path = `/v3/directline/conversations/${start.conversationId}`
    const bearer = start.token
    const read: string[] = []
    let watermark = '0'
    for (let cut = 1; cut <= 200; cut++) {
      const body = { type: 'message', text: 'x' }
      const saying = call(server, `${path}/activities`, { bearer, body })
      const { streamUrl } = await call(server, `${path}?watermark=${watermark}`, { bearer })
      watermark = await readSome(streamUrl, { frames: cut % 5, last: 1 + 2 * cut, watermark }, read)
      await saying
    }
    const rest = await call(server, `${path}/activities?watermark=${watermark}`, { bearer })
    read.push(...rest.activities.map((activity: { id: string }) => activity.id))
    expect(read).to.deep.equal(read.map((_, at) => idOf(start.conversationId, at + 1)))
    expect(read).to.have.length.above(390)
  }).timeout(300_000)

  it('hangs up on a client that does not read, which then finds everything by its watermark', async () => {
    await server.close()
    server = await startEcho({ patience: 100 })
    const start = await call(server, '/v3/directline/conversations', { bearer: server.secret, body: {} })
    const { conversationId: conversation, token: bearer } = start
    const socket = new RawSocket(start.streamUrl)
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('message', resolve))
    socket.pause()
    const said = Array.from({ length: 100 }, () => ({ type: 'message', text: 'x'.repeat(20_000) }))
    for (let version = 1; version <= 12; version++)
      await server.store.commit({
        conversation,
        channel: 'directline',
        version,
        state: {},
        eventId: `none ${version}`,
        eventChannel: 'directline',
        said,
        requests: [],
      })
    while (!/kaijo_sockets 0/.test(await (await fetch(`${server.url}/metrics`)).text()));
    socket.terminate()
    let watermark = '0'
    let count = 0
    for (let more = true; more; ) {
      const path = `/v3/directline/conversations/${conversation}/activities?watermark=${watermark}`
      const set = await call(server, path, { bearer })
      more = set.activities.length > 0
      count += set.activities.length
      watermark = set.watermark
    }
    expect(count).to.equal(1201)
    const streamed: string[] = []
    // On a busy machine the reader may itself be too slow for 100 ms: it comes back, as clients do.
    for (let reached = '0'; reached !== '1201'; ) {
      const path = `/v3/directline/conversations/${conversation}?watermark=${reached}`
      const { streamUrl } = await call(server, path, { bearer })
      reached = await readSome(streamUrl, { frames: 100, last: 1201, watermark: reached }, streamed)
    }
    expect(streamed).to.have.length(1201)
    // Less than the 50 s after which a missing pong would end it too.
  }).timeout(25_000)

  /** A server whose log is read in another manner. */
  const readingLike = (manner: (read: () => Promise<Logged[]>) => Promise<Logged[]>) =>
    startEcho({
      spoil: (store) =>
        new Proxy(store, {
          get: (real, name) =>
            name !== 'activities'
              ? Reflect.get(real, name).bind(real)
              : async (...asked: Parameters<Store['activities']>) => manner(() => real.activities(...asked)),
        }),
    })

  it('misses nothing that is said while it is reading', async () => {
    await server.close()
    let isHeld = false
    let release = () => {}
    let held = () => {}
    server = await readingLike(async (read) => {
      const entries = await read()
      if (isHeld) {
        isHeld = false
        held()
        await new Promise<void>((resolve) => {
          release = resolve
        })
      }
      return entries
    })
    const token = await newToken(server)
    const chat = client({ url: server.url, token })
    await chat.heard()
    const reading = new Promise<void>((resolve) => {
      held = resolve
    })
    isHeld = true
    // What has just been logged comes with the hint; who has come later reads the log.
    const later = client({ url: server.url, token })
    await reading
    const complete = new Promise<void>((resolve) => {
      server.store.onLogged((_, seq) => seq === 5 && resolve())
    })
    await chat.say('one')
    await chat.say('two')
    await complete
    release()
    const all = ['conversationUpdate', 'one', '1: one', 'two', '2: two']
    for (const each of [chat, later]) {
      await each.until((activity) => activity.text === '2: two')
      expect(texts(each)).to.deep.equal(all)
    }
  })

  it('reads on when the log could not be read for a moment, and sends nobody away for it', async () => {
    await server.close()
    let failures = 0
    server = await readingLike((read) => {
      if (failures-- > 0) throw new Error('The database has too much to do.')
      return read()
    })
    const token = await newToken(server)
    const first = client({ url: server.url, token })
    await first.heard()
    await first.say('one')
    await first.until((activity) => activity.text === '1: one')
    const { streamUrl } = (await (
      await fetch(`${server.url}/v3/directline/conversations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      })
    ).json()) as { streamUrl: string }
    failures = 2
    const socket = new WebSocket(streamUrl)
    const isHeard = new Promise<string>((resolve) => {
      socket.onmessage = ({ data }) => String(data).includes('1: one') && resolve('heard')
      socket.onclose = ({ code }) => resolve(`sent away with ${code}`)
    })
    expect([await isHeard, failures]).to.deep.equal(['heard', -1])
    socket.onclose = null
    socket.close()
  })

  it('gives a second client of the conversation all of it, and what comes later to both', async () => {
    const token = await newToken(server)
    const first = client({ url: server.url, token })
    await first.heard()
    await first.say('one')
    await first.until((activity) => activity.text === '1: one')
    const second = client({ url: server.url, token })
    await second.until((activity) => activity.text === '1: one')
    await second.say('two')
    await Promise.all([first, second].map((chat) => chat.until((activity) => activity.text === '2: two')))
    expect(texts(first)).to.deep.equal(texts(second))
  })

  it('goes on after a watermark when a client comes back to its conversation', async () => {
    const token = await newToken(server)
    const first = client({ url: server.url, token })
    await first.heard()
    await first.say('one')
    await first.until((activity) => activity.text === '1: one')
    first.end()
    const conversationId = first.conversationId()
    const again = client({ url: server.url, token, conversationId, watermark: first.watermark() })
    await again.say('two')
    await again.until((activity) => activity.text === '2: two')
    expect(texts(again)).to.deep.equal(['two', '2: two'])
  })

  it('serves a client that polls', async () => {
    const chat = client({ url: server.url, token: await newToken(server), polling: true })
    await chat.heard()
    await chat.say('one')
    await chat.until((activity) => activity.text === '1: one')
    expect(texts(chat)).to.deep.equal(['conversationUpdate', 'one', '1: one'])
  })

  it('applies a message once when the client sends it again', async () => {
    const chat = client({ url: server.url, token: await newToken(server) })
    await chat.heard()
    const same = { channelData: { clientActivityID: 'again' } }
    const ids = await Promise.all([chat.say('one', same), chat.say('one', same), chat.say('one', same)])
    expect(new Set(ids).size).to.equal(1)
    await chat.say('two')
    await chat.until((activity) => activity.text === '2: two')
    expect(texts(chat).filter((text) => text === 'one')).to.have.length(1)
  })

  it('keeps the same client id of two conversations apart', async () => {
    const one = client({ url: server.url, token: await newToken(server) })
    const other = client({ url: server.url, token: await newToken(server) })
    const same = { channelData: { clientActivityID: '1' } }
    await Promise.all([one.say('hello', same), other.say('hello', same)])
    for (const chat of [one, other]) {
      await chat.until((activity) => activity.text === '1: hello')
      expect(chat.activities.filter(({ text }) => text === 'hello')).to.have.length(1)
    }
  })

  it('renews a token, for the same user and conversation', async () => {
    const token = await newToken(server, { user: { id: 'dl_somebody' } })
    now += 20 * minute
    const renewed = await call(server, '/v3/directline/tokens/refresh', { bearer: token, method: 'POST' })
    expect(renewed).to.include({ status: 200, expires_in: 1800 })
    expect(payload(renewed.token)).to.include({ user: 'dl_somebody', conv: payload(token).conv })
    now += 20 * minute
    const late = await call(server, '/v3/directline/tokens/refresh', { bearer: token, method: 'POST' })
    expect(late).to.deep.include({ status: 403 })
    expect(late.error.code).to.equal('TokenExpired')
    const chat = client({ url: server.url, token: renewed.token })
    await chat.heard()
  })

  it('tells a client of its expired token, and takes it back with a new one', async () => {
    const session = await call(server, '/widget/session', { body: {} })
    const chat = client({ url: server.url, token: session.token })
    await chat.heard()
    now += 31 * minute
    expect(await chat.say('too late')).to.equal('retry')
    await chat.untilStatus(ConnectionStatus.ExpiredToken)
    const { token } = await call(server, '/widget/session', { body: { resume: session.resume } })
    const { streamUrl, conversationId } = await call(
      server,
      `/v3/directline/conversations/${session.conversationId}?watermark=${chat.watermark()}`,
      { bearer: token },
    )
    chat.line.reconnect({ token, streamUrl, conversationId })
    await chat.say('in time')
    await chat.until((activity) => activity.text === '1: in time')
    // The client now holds two streams: what counts is what it shows, which is one bubble for each id.
    const shown = new Map(chat.activities.map((activity) => [activity.id, activity.text]))
    expect([...shown.values()]).to.deep.equal(['conversationUpdate', 'in time', '1: in time'])
  })

  it('goes on after a restart of the server as if nothing had been', async () => {
    const chat = client({ url: server.url, token: await newToken(server), timeout: 200 })
    await chat.heard()
    await chat.say('before')
    await chat.until((activity) => activity.text === '1: before')
    server = await server.restart()
    await chat.say('after')
    await chat.until((activity) => activity.text === '2: after')
    expect(texts(chat)).to.deep.equal(['conversationUpdate', 'before', '1: before', 'after', '2: after'])
  })

  it('refuses files with a clear word', async () => {
    const token = await newToken(server)
    const { conversationId } = await call(server, '/v3/directline/conversations', { bearer: token, body: {} })
    const answer = await call(server, `/v3/directline/conversations/${conversationId}/upload?userId=x`, {
      bearer: token,
      body: {},
    })
    expect(answer).to.deep.include({ status: 400 })
    expect(answer.error.code).to.equal('AttachmentsNotSupported')
  })

  it('says 503 and acknowledges nothing while the store cannot write', async () => {
    await server.close()
    let isBroken = false
    const broken = () => Promise.reject(new Error('disk I/O error'))
    server = await startEcho({
      spoil: (store) =>
        new Proxy(store, {
          get: (real, name) =>
            isBroken && ['accept', 'commit'].includes(String(name))
              ? broken
              : Reflect.get(real, name).bind(real),
        }),
    })
    const start = await call(server, '/v3/directline/conversations', { bearer: server.secret, body: {} })
    const path = `/v3/directline/conversations/${start.conversationId}/activities`
    const body = { type: 'message', text: 'x', channelData: { clientActivityID: 'same' } }
    isBroken = true
    const refused = await call(server, path, { bearer: start.token, body })
    expect(refused.status).to.equal(503)
    expect(refused.headers.get('retry-after')).to.equal('2')
    isBroken = false
    expect((await call(server, path, { bearer: start.token, body })).status).to.equal(200)
  })
})

/** Reads a few frames of a stream and cuts it; adds the ids to `read`, gives the watermark it got to. */
function readSome(
  url: string,
  until: { frames: number; last: number; watermark: string },
  read: string[],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new RawSocket(url)
    let reached = until.watermark
    let left = Number(reached) >= until.last ? 0 : until.frames
    socket.on('error', reject)
    socket.on('close', () => resolve(reached))
    socket.on('open', () => left === 0 && socket.terminate())
    socket.on('message', (data) => {
      if (String(data) === '' || left === 0) return
      const set = JSON.parse(String(data))
      for (const activity of set.activities) read.push(activity.id)
      reached = set.watermark
      left = Number(reached) >= until.last ? 0 : left - 1
      if (left === 0) socket.terminate()
    })
  })
}

function idOf(conversation: string, seq: number): string {
  return `${conversation}|${String(seq).padStart(7, '0')}`
}

function payload(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
