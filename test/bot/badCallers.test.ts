import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { readJson } from '../../bot/body.ts'
import type { Route } from '../../bot/route.ts'
import { call, type EchoServer, startEcho } from '../support/echoServer.ts'
import { raw } from '../support/rawCall.ts'

describe('callers who mean no good', () => {
  let server: EchoServer
  const received: unknown[] = []
  const routes: Route[] = [
    {
      method: 'POST',
      path: '/json',
      maxBody: 2000,
      handle: (request) => {
        received.push(readJson(request))
        return { status: 200, body: { read: true } }
      },
    },
    { method: 'GET', path: '/things/:id', handle: ({ params }) => ({ status: 200, body: { params } }) },
  ]

  beforeEach(async () => {
    received.length = 0
    server = await startEcho({ routes })
  })
  afterEach(() => server.close())

  const alive = async () => expect((await call(server, '/healthz')).status).to.equal(200)

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
    expect(answers(await raw(server.port, ask.repeat(7) + last, { open: true }))).to.equal(8)
    expect(answers(await raw(server.port, ask.repeat(500), { open: true }))).to.be.below(16)
    await alive()
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
})

function json(body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } }
}
