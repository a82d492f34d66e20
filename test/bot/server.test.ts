import { connect as openSocket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { readJson } from '../../bot/body.ts'
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
  const received: unknown[] = []
  let release: () => void = () => {}
  let entered: () => void = () => {}

  const routes: Route[] = [
    ...Object.entries(broken).map(
      ([name, handle]): Route => ({ method: 'GET', path: `/broken/${name}`, handle }),
    ),
    {
      method: 'POST',
      path: '/json',
      maxBody: 2000,
      handle: (request) => {
        received.push(readJson(request))
        return { status: 200, body: { read: true } }
      },
    },
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
    received.length = 0
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

  const bodies: [string, RequestInit, number][] = [
    ['good JSON', json('{"a":[1,"[[["]}'), 200],
    ['JSON of 32 levels', json('['.repeat(32) + ']'.repeat(32)), 200],
    ['a repeated key', json('{"a":1,"a":2}'), 200],
    ['JSON of 33 levels', json('['.repeat(33) + ']'.repeat(33)), 400],
    ['a key __proto__', json('{"a":{"__proto__":{"polluted":1}}}'), 400],
    ['a key constructor', json('[{"constructor":{"prototype":{"polluted":1}}}]'), 400],
    ['no JSON', json('{"PIN 1234'), 400],
    ['nothing', json(''), 400],
    ['bad UTF-8', json(Buffer.from([0x22, 0xc3, 0x28, 0x22])), 400],
    ['another type', { method: 'POST', body: '{}', headers: { 'Content-Type': 'text/plain' } }, 415],
    ['a gzipped body', json(gzipSync('{}'), { 'Content-Encoding': 'gzip' }), 415],
    ['a body that says it is gzip', json('{}', { 'Content-Encoding': 'gzip' }), 415],
    ['a gzip bomb', json(gzipSync(Buffer.alloc(1e6)), { 'Content-Encoding': 'x-gzip' }), 415],
    ['too much', json(`"${'x'.repeat(2000)}"`), 413],
  ]
  for (const [what, request, status] of bodies)
    it(`answers ${status} to ${what}`, async () => {
      const answer = await fetch(`${server.url}/json`, request)
      expect(answer.status).to.equal(status)
      expect(await answer.text()).not.to.match(/PIN|1234|polluted/)
      expect(({} as { polluted?: unknown }).polluted).to.equal(undefined)
      expect(received).to.have.length(status === 200 ? 1 : 0)
      await alive()
    })

  it('refuses a body where none is expected', async () => {
    const answer = await fetch(`${server.url}/v3/directline/session/getsessionid`, {
      method: 'POST',
      body: 'x',
    })
    expect(answer.status).to.equal(405)
    expect(
      await raw(server.port, 'GET /things/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc'),
    ).to.match(/^HTTP\/1.1 413/)
  })

  it('stops an endless body at the limit and hangs up', async () => {
    const head =
      'POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`
    expect(await raw(server.port, head + chunk.repeat(4), { open: true })).to.match(/^HTTP\/1.1 413/)
  })

  const malformed: [string, string][] = [
    ['a Host that is none', 'GET /things/1 HTTP/1.1\r\nHost: [\r\n\r\n'],
    ['a Host with a path', 'GET /things/1 HTTP/1.1\r\nHost: x/y\r\n\r\n'],
    ['a Host with a port too many', 'GET /things/1 HTTP/1.1\r\nHost: x:99999\r\n\r\n'],
    ['no Host', 'GET /things/1 HTTP/1.1\r\n\r\n'],
    ['a target that is a URL', 'GET http://x/things/1 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a target that is a star', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a broken escape', 'GET /things/%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a length that is none', 'POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n'],
    ['two lengths', 'POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no HTTP', 'hello\r\n\r\n'],
    ['a method nobody knows', 'BREW /things/1 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a header too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ]
  for (const [what, text] of malformed)
    it(`refuses ${what} and lives on`, async () => {
      expect(await raw(server.port, text)).to.match(/^HTTP\/1.1 4\d\d /)
      await alive()
    })

  it('lives on when a caller is gone before its body is whole', async () => {
    const head =
      'POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'
    await Promise.all(Array.from({ length: 20 }, () => raw(server.port, head, { cut: true })))
    await alive()
  })

  it('answers requests that come together, and hangs up on a caller who sends many without waiting for answers', async () => {
    const ask = 'GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n'
    const answers = (text: string) => text.split('HTTP/1.1 200').length - 1
    const last = ask.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
    expect(answers(await raw(server.port, ask.repeat(7) + last))).to.equal(8)
    expect(answers(await raw(server.port, ask.repeat(500), { open: true }))).to.be.below(16)
    await alive()
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

  it('closes connections that take forever to say what they want', async () => {
    expect(await raw(server.port, 'GET /things/1 HTTP/1.1\r\nHost: x\r\nX-Slow: ', { open: true })).to.match(
      /^HTTP\/1.1 408/,
    )
  }).timeout(20_000)

  it('answers no generated request with a server error, and dies of none', async () => {
    const paths = [
      '/json',
      '/things/x',
      '/widget/session',
      '/healthz',
      '/readyz',
      '/metrics',
      '/v3/directline/conversations',
      '/v3/directline/tokens/generate',
      '/v3/directline/tokens/refresh',
      '/v3/directline/conversations/x/activities',
      '/v3/directline/conversations/x/upload',
      '/v3/directline/conversations/x/stream',
    ]
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('-1', '1e9', '../..', '%00', '%', '\0', '__proto__'),
    )
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'X'),
      path: fc.oneof(
        fc.constantFrom(...paths),
        word.map((w) => `/${w}`),
        fc.tuple(fc.constantFrom(...paths), word).map(([p, w]) => `${p}?watermark=${w}`),
      ),
      type: fc.constantFrom('application/json', 'text/plain', 'multipart/form-data', ''),
      bearer: fc.oneof(fc.constant(server.secret), word),
      encoding: fc.constantFrom('', 'gzip', 'identity', 'br'),
      length: fc.option(fc.integer({ min: 0, max: 200 })),
      body: fc.oneof(fc.json({ maxDepth: 6 }), word, fc.constant('['.repeat(5000))),
    })
    let answered = 0
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, type, bearer, encoding, length, body }) => {
        const bytes = Buffer.from(body)
        const head = [
          `${method} ${path.replace(/[ \r\n]/g, '')} HTTP/1.1`,
          'Host: 127.0.0.1',
          `Authorization: Bearer ${bearer.replace(/[\r\n]/g, '')}`,
          `Content-Type: ${type}`,
          ...(encoding ? [`Content-Encoding: ${encoding}`] : []),
          `Content-Length: ${length ?? bytes.length}`,
          'Connection: close',
          '',
          '',
        ]
        const text = await raw(server.port, Buffer.concat([Buffer.from(head.join('\r\n')), bytes]), {
          end: true,
        })
        if (text) answered++
        expect(text).not.to.match(/^HTTP\/1.1 5/)
        expect(text).not.to.match(/node_modules|\.ts:|at Object\.| {4}at /)
      }),
      { numRuns: 400 },
    )
    expect(answered).to.be.above(300)
    await alive()
  }).timeout(300_000)

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

function json(body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } }
}

/** Sends bytes on a connection of its own; resolves with what came back when the server hangs up or falls silent. */
function raw(
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
