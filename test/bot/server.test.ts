import { connect as openSocket } from 'node:net'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { HttpError, type Route } from '../../bot/route.ts'
import { call, type EchoServer, startEcho } from '../support/echoServer.ts'

const secretWords = 'secret-detail'

/** One route for each way to fail. */
const broken: Record<string, Route['handle']> = {
  sync: () => {
    throw new Error(secretWords)
  },
  async: async () => {
    throw new Error(secretWords)
  },
  late: () => new Promise((_, reject) => setImmediate(reject, new Error(secretWords))),
  text: () => {
    throw secretWords
  },
  nothing: () => undefined as never,
  cycle: () => {
    const body: Record<string, unknown> = {}
    body.self = body
    return { status: 200, body }
  },
  header: () => ({ status: 200, headers: { 'X-Bad': 'a\r\nb' } }),
  status: () => ({ status: 42 }),
}

describe('the server', () => {
  let server: EchoServer
  let release: () => void = () => {}
  let entered: () => void = () => {}

  const routes: Route[] = [
    ...Object.entries(broken).map(
      ([name, handle]): Route => ({ method: 'GET', path: `/broken/${name}`, handle }),
    ),
    {
      method: 'GET',
      path: '/things/:id',
      handle: ({ params, url }) => ({ status: 200, body: { params, q: url.search } }),
    },
    { method: 'GET', path: '/ip', handle: ({ ip }) => ({ status: 200, body: { ip } }) },
    {
      method: 'GET',
      path: '/page',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<p>' }),
    },
    {
      method: 'GET',
      path: '/refusing',
      handle: () => {
        throw new HttpError(418, 'Teapot', 'No coffee', { 'Retry-After': '3' })
      },
    },
    {
      method: 'GET',
      path: '/slow',
      handle: async () => {
        const released = new Promise<void>((resolve) => {
          release = resolve
        })
        entered()
        await released
        return { status: 200, body: { done: true } }
      },
    },
  ]

  beforeEach(async () => {
    server = await startEcho({ routes })
  })

  afterEach(() => server.close())

  const alive = async () => expect((await call(server, '/healthz')).status).to.equal(200)

  for (const name of Object.keys(broken))
    it(`answers a fixed 500 to a route that fails (${name}) and lives on`, async () => {
      const answer = await fetch(`${server.url}/broken/${name}`)
      expect(answer.status).to.equal(500)
      expect(await answer.json()).to.deep.equal({
        error: { code: 'InternalError', message: 'Something went wrong on our side' },
      })
      expect(server.lines.join('')).to.include(`/broken/${name}`)
      await alive()
    })

  it('survives a throw in every single route', async () => {
    const seen: Route[] = []
    const each = (route: Route): Route => {
      seen.push(route)
      return { ...route, handle: broken.sync as Route['handle'] }
    }
    const bad = await startEcho({ routes, each })
    for (const { method, path } of seen) {
      const answer = await fetch(bad.url + path.replaceAll(/:\w+/g, 'x'), { method })
      expect(answer.status, `${method} ${path}`).to.equal(500)
      expect(await answer.text()).not.to.include(secretWords)
    }
    expect(seen).to.have.length.above(15)
    expect((await call(bad, '/healthz')).status).to.equal(200)
    await bad.close()
  })

  it('guards every answer with its headers, and tells nothing of what it runs on', async () => {
    for (const path of [
      '/things/1',
      '/nowhere',
      '/broken/sync',
      '/healthz',
      '/metrics',
      '/v3/directline/tokens/refresh',
    ]) {
      const { headers } = await fetch(server.url + path)
      expect(headers.get('cache-control'), path).to.equal('no-store')
      expect(headers.get('content-security-policy')).to.include("default-src 'none'")
      expect(headers.get('x-content-type-options')).to.equal('nosniff')
      expect(headers.get('referrer-policy')).to.equal('no-referrer')
      expect(headers.get('cross-origin-opener-policy')).to.equal('same-origin')
      expect(headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/)
      expect(headers.has('server') || headers.has('x-powered-by')).to.equal(false)
      expect(headers.has('strict-transport-security')).to.equal(false)
    }
  })

  it('asks browsers to stay with https where customers reach it by https', async () => {
    const secure = await startEcho({ env: { PUBLIC_URL: 'https://chat.bank.example' } })
    const { headers } = await fetch(`${secure.url}/healthz`)
    await secure.close()
    expect(headers.get('strict-transport-security')).to.equal('max-age=31536000')
  })

  it('lets a route say its own headers, in any spelling', async () => {
    const { headers } = await fetch(`${server.url}/page`)
    expect(headers.get('content-type')).to.equal('text/html')
    const refused = await call(server, '/refusing')
    expect(refused).to.deep.include({ status: 418, error: { code: 'Teapot', message: 'No coffee' } })
    expect(refused.headers.get('retry-after')).to.equal('3')
    expect(server.lines.join('')).not.to.include('http.failed')
  })

  it('knows its routes, and says 404 and 405 in words of its own', async () => {
    expect(await call(server, '/things/a%20b?x=1')).to.deep.include({ params: { id: 'a b' }, q: '?x=1' })
    const none = await call(server, '/<script>nowhere')
    expect(none).to.deep.include({
      status: 404,
      error: { code: 'NotFound', message: 'There is nothing at this address' },
    })
    expect((await call(server, `/things/${'x'.repeat(5000)}`)).error.code).to.equal('NotFound')
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND']) {
      const wrong = await call(server, '/things/1', { method })
      expect(wrong.status, method).to.equal(405)
      expect(wrong.headers.get('allow')).to.include('GET')
    }
  })

  it('answers HEAD like GET without the body', async () => {
    const [head, get] = await Promise.all(
      ['HEAD', 'GET'].map((method) => fetch(`${server.url}/things/1`, { method })),
    )
    expect(head?.status).to.equal(200)
    expect(head?.headers.get('content-length')).to.equal(get?.headers.get('content-length'))
    expect(await head?.text()).to.equal('')
  })

  it('works at one request of a connection at a time, however many it has sent', async () => {
    let isEntered = Promise.withResolvers<void>()
    entered = () => isEntered.resolve()
    let begun = 0
    const socket = openSocket(server.port, '127.0.0.1')
    let heard = ''
    socket.on('data', (data) => {
      heard += data
    })
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3))
    for (; begun < 3; begun++) {
      await isEntered.promise
      await alive()
      const letGo = release
      await alive()
      expect(release, 'no other one is worked at').to.equal(letGo)
      isEntered = Promise.withResolvers<void>()
      letGo()
    }
    while (heard.split('"done":true').length < 4) await new Promise((resolve) => setImmediate(resolve))
    socket.destroy()
  })

  it('believes X-Forwarded-For only from the proxies it was told to trust', async () => {
    const forwarded = { 'X-Forwarded-For': '203.0.113.9, 198.51.100.7' }
    expect((await call(server, '/ip', { headers: forwarded })).ip).to.equal('127.0.0.1')
    const behind = await startEcho({ routes, env: { TRUSTED_PROXIES: '127.0.0.1, 198.51.100.0/24' } })
    const seen = [
      (await call(behind, '/ip', { headers: forwarded })).ip,
      (await call(behind, '/ip', { headers: { 'X-Forwarded-For': 'nonsense' } })).ip,
      (await call(behind, '/ip')).ip,
    ]
    await behind.close()
    expect(seen).to.deep.equal(['203.0.113.9', '127.0.0.1', '127.0.0.1'])
  })

  it('asks a caller who wants too much to come back later, but never a probe', async () => {
    const strict = await startEcho({ routes, env: { LIMIT_REQUESTS_PER_ADDRESS: '3' } })
    const get = (path: string, headers = {}) => call(strict, path, { headers })
    for (let count = 0; count < 3; count++) expect((await get('/ip')).status).to.equal(200)
    const refused = await get('/ip', { 'X-Forwarded-For': '203.0.113.9' })
    expect(refused.status).to.equal(429)
    expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 60)
    expect((await get('/readyz')).status).to.equal(200)
    await strict.close()
  })

  it('limits messages by conversation and conversations by address', async () => {
    const strict = await startEcho({
      env: { LIMIT_MESSAGES_PER_CONVERSATION: '2', LIMIT_CONVERSATIONS_PER_ADDRESS: '2' },
    })
    const begin = () => call(strict, '/v3/directline/conversations', { bearer: strict.secret, body: {} })
    const first = await begin()
    const second = await begin()
    expect((await begin()).status).to.equal(429)
    const say = ({ conversationId, token }: typeof first) =>
      call(strict, `/v3/directline/conversations/${conversationId}/activities`, {
        bearer: token,
        body: { type: 'message', text: 'x' },
      })
    expect([(await say(first)).status, (await say(first)).status, (await say(first)).status]).to.deep.equal([
      200, 200, 429,
    ])
    expect((await say(second)).status).to.equal(200)
    await strict.close()
  })

  it('tells a monitor whether it is alive and ready', async () => {
    expect(await call(server, '/healthz')).to.include({ status: 200, alive: true })
    expect(await call(server, '/readyz')).to.deep.include({
      status: 200,
      ready: true,
      checks: { store: true },
    })
    const ill = await startEcho({
      spoil: (store) =>
        new Proxy(store, {
          get: (real, name) =>
            name === 'check'
              ? () => Promise.reject(new Error(secretWords))
              : Reflect.get(real, name).bind(real),
        }),
    })
    const answer = await call(ill, '/readyz')
    await ill.close()
    expect(answer).to.deep.include({ status: 503, ready: false, checks: { store: false } })
  })

  it('counts requests by route, never by address', async () => {
    await call(server, '/things/12345')
    const text = await (await fetch(`${server.url}/metrics`)).text()
    expect(text).to.match(/kaijo_http_requests_total\{method="GET",route="\/things\/:id",status="200"\} 1/)
    expect(text).not.to.include('12345')
  })

  it('finishes what it has begun when it stops, and sends streams away to come back', async () => {
    const begun = await call(server, '/v3/directline/conversations', { bearer: server.secret, body: {} })
    const socket = new WebSocket(begun.streamUrl)
    await new Promise((resolve) => socket.once('open', resolve))
    const gone = new Promise((resolve) => socket.once('close', resolve))
    const inside = new Promise<void>((resolve) => {
      entered = resolve
    })
    const slow = call(server, '/slow')
    await inside
    const restarting = server.restart()
    expect(await gone).to.equal(1012)
    const refused = await fetch(`${server.url}/healthz`).then(
      (answer) => answer.status,
      () => 'refused',
    )
    expect(refused).to.equal('refused')
    release()
    expect(await slow).to.include({ status: 200, done: true })
    server = await restarting
    await alive()
  })

  it('waits no longer than its patience for a request that never ends', async () => {
    const hasty = await startEcho({ routes, patience: 50 })
    const inside = new Promise<void>((resolve) => {
      entered = resolve
    })
    const slow = call(hasty, '/slow').catch(() => 'cut')
    await inside
    await hasty.close()
    expect(await slow).to.equal('cut')
  })
})
