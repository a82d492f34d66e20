import { expect } from 'chai'
import { SignJWT } from 'jose'
import { openKeys } from '../../../bot/keys.ts'
import { call, type EchoServer, newToken, startEcho } from '../../support/echoServer.ts'
import { handshake } from './handshake.ts'

const root = '/v3/directline'
const allowed = 'https://www.bank.example'

describe('who may do what on Direct Line', () => {
  let server: EchoServer
  let now: number

  before(async () => {
    server = await startEcho({
      clock: () => now,
      env: { WIDGET_ORIGINS: `${allowed}, https://other.bank.example:8443` },
    })
  })

  beforeEach(() => {
    now = Date.now()
  })

  after(() => server.close())

  const start = (more: object = {}) =>
    call(server, `${root}/conversations`, { bearer: server.secret, body: {}, ...more })
  const activities = (id: string) => `${root}/conversations/${id}/activities`

  const refusals: [string, string | undefined, number, string][] = [
    ['a call without a token', undefined, 401, 'MissingToken'],
    ['words that are no token', 'abc', 403, 'BadToken'],
    ['a token of another conversation', 'other', 403, 'BadToken'],
    ['a ticket', 'ticket', 403, 'BadToken'],
    ['an expired token', 'expired', 403, 'TokenExpired'],
  ]
  for (const [what, kind, status, code] of refusals)
    it(`refuses ${what}`, async () => {
      const begun = await start()
      const ticket = new URL(begun.streamUrl).searchParams.get('t') ?? ''
      const bearers: Record<string, string> = { ticket, expired: begun.token }
      bearers.other = (await start()).token
      if (kind === 'expired') now += 31 * 60_000
      const answer = await call(server, activities(begun.conversationId), {
        ...(kind ? { bearer: bearers[kind] ?? kind } : {}),
      })
      expect(answer.status).to.equal(status)
      expect(answer.error.code).to.equal(code)
    })

  it('takes no token whose claims, kind or key are not its own', async () => {
    const { conversationId } = await start()
    const key = openKeys(server.config.linkKeyFile).derive('direct-line')
    const claims = { conv: conversationId, user: 'dl_x' }
    const good = (typ = 'kaijo-token+jwt', alg = 'HS256') =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, typ })
        .setIssuer('kaijo')
        .setAudience('token')
        .setExpirationTime('30m')
        .setIssuedAt()
        .setJti('1')
    const none = `${part({ alg: 'none', typ: 'kaijo-token+jwt' })}.${part({ ...claims, jti: '1', iss: 'kaijo', aud: 'token', exp: 9e9 })}.`
    const bad = [
      none,
      await good('kaijo-resume+jwt').sign(key),
      await good('JWT').sign(key),
      await good('kaijo-token+jwt', 'HS512').sign(Buffer.concat([key, key])),
      await good().setIssuer('someone').sign(key),
      await good().setAudience('resume').sign(key),
      await good().setNotBefore('1h').sign(key),
      await good().sign(openKeys(server.config.linkKeyFile).derive('resume')),
      await new SignJWT({}).setProtectedHeader({ alg: 'HS256', typ: 'kaijo-token+jwt' }).sign(key),
      otherwise(await good().sign(key)),
    ]
    for (const bearer of bad) {
      const answer = await call(server, activities(conversationId), { bearer })
      expect(answer.error?.code, bearer).to.equal('BadToken')
    }
    const fine = await call(server, activities(conversationId), { bearer: await good().sign(key) })
    expect(fine.status).to.equal(200)
  })

  it('writes who, where and when itself, whatever the client says', async () => {
    const token = await newToken(server, { User: { Id: 'dl_customer' } })
    const { conversationId } = await start({ bearer: token })
    const lies = { id: 'evil', role: 'bot' }
    const body = {
      type: 'message',
      text: 'hello',
      id: 'mine',
      from: lies,
      recipient: lies,
      conversation: lies,
      timestamp: '2000-01-01T00:00:00Z',
      channelId: 'emulator',
      serviceUrl: 'https://evil.example',
      entities: [{ type: 'x' }],
      channelData: { clientActivityID: 'c', admin: true },
    }
    const { id } = await call(server, activities(conversationId), { bearer: token, body })
    const logged = await server.store.activities(conversationId, 0, 10)
    const said = logged.find(({ activity }) => activity.id === id)?.activity
    expect(said).to.deep.include({
      text: 'hello',
      from: { id: 'dl_customer', role: 'user' },
      recipient: { id: 'kaijo', role: 'bot' },
      conversation: { id: conversationId },
      channelId: 'directline',
      channelData: { clientActivityID: 'c' },
    })
    expect(said).not.to.have.any.keys('serviceUrl', 'entities')
    expect(String(said?.timestamp)).not.to.match(/^2000/)
  })

  const tricks = [
    'null',
    'http://www.bank.example',
    'https://www.bank.example.evil.example',
    'https://evilwww.bank.example',
    'https://bank.example',
    'https://WWW.bank.example',
    'https://www.bank.example:443',
    'https://www.bank.example:8443',
    'https://www.bank.example/',
    'https://www.bank.example.',
    'https://www.bank.example@evil.example',
    'https://other.bank.example',
    'https://sub.www.bank.example',
    'file://',
    '*',
    'http://127.0.0.1',
    'http://localhost:3978',
    'https://127.0.0.1:3978',
  ]
  for (const origin of tricks)
    it(`turns a page of ${origin} away, on REST and stream`, async () => {
      const headers = { Origin: origin }
      for (const path of [`${root}/conversations`, '/widget/session']) {
        const answer = await call(server, path, { bearer: server.secret, body: {}, headers })
        expect(answer.error?.code).to.equal('OriginNotAllowed')
        expect(answer.headers.has('access-control-allow-origin')).to.equal(false)
        const preflight = await call(server, path, { method: 'OPTIONS', headers })
        expect(preflight.status).to.equal(403)
      }
      expect(await handshake((await start()).streamUrl, [], origin)).to.equal(403)
    })

  it('lets pages of ours and of the named origins in', async () => {
    for (const origin of [server.url, allowed, 'https://other.bank.example:8443']) {
      const { status, headers, streamUrl } = await start({ headers: { Origin: origin } })
      expect(status).to.equal(201)
      expect(headers.get('access-control-allow-origin')).to.equal(origin)
      expect(await handshake(streamUrl, [], origin)).to.equal(101)
    }
  })

  it('answers the preflight that Direct Line clients send', async () => {
    const answer = await call(server, `${root}/conversations/abc/activities`, {
      method: 'OPTIONS',
      headers: { Origin: allowed, 'Access-Control-Request-Method': 'POST' },
    })
    expect(answer.status).to.equal(204)
    expect(answer.headers.get('access-control-allow-headers')).to.equal(
      'authorization, content-type, x-ms-bot-agent, x-requested-with',
    )
    expect(answer.headers.get('access-control-allow-methods')).to.include('POST')
  })

  it('binds a token to the page it was made for', async () => {
    const session = await call(server, '/widget/session', { body: {}, headers: { Origin: allowed } })
    const elsewhere = { Origin: 'https://other.bank.example:8443' }
    const bearer = session.token
    const stolen = await call(server, `${root}/conversations`, { bearer, body: {}, headers: elsewhere })
    expect(stolen.error.code).to.equal('OriginNotAllowed')
    const own = await call(server, `${root}/conversations`, {
      bearer,
      body: {},
      headers: { Origin: allowed },
    })
    expect(own.status).to.equal(201)
    expect(await handshake(own.streamUrl, [], elsewhere.Origin)).to.equal(403)
  })

  it('binds a token to the origins an operator trusts with it', async () => {
    const generate = (trustedOrigins: string[]) =>
      call(server, `${root}/tokens/generate`, { bearer: server.secret, body: { trustedOrigins } })
    expect((await generate(['https://evil.example'])).error.code).to.equal('OriginNotAllowed')
    const { token } = await generate([allowed])
    const headers = { Origin: 'https://other.bank.example:8443' }
    expect((await start({ bearer: token, headers })).status).to.equal(403)
    expect((await start({ bearer: token, headers: { Origin: allowed } })).status).to.equal(201)
  })

  it('keeps tickets, tokens and texts out of the log', async () => {
    const { token, streamUrl, conversationId } = await start()
    await handshake(streamUrl)
    const body = { type: 'message', text: 'canary-text' }
    await call(server, activities(conversationId), { bearer: token, body })
    const log = server.lines.join('')
    const ticket = new URL(streamUrl).searchParams.get('t') ?? 'none'
    for (const canary of [token, ticket, server.secret, 'canary-text']) expect(log).not.to.include(canary)
  })

  it('makes no tokens when the operator has set no secret', async () => {
    const open = await startEcho({ env: { DIRECT_LINE_SECRET: '' } })
    const answer = await call(open, `${root}/tokens/generate`, { bearer: 'undefined', body: {} })
    await open.close()
    expect(answer).to.deep.include({ status: 403 })
  })

  it('gives the same conversation back for a resume, days later, and a new one for any other', async () => {
    const first = await call(server, '/widget/session', { body: {} })
    now += 6 * 24 * 3600_000
    const second = await call(server, '/widget/session', { body: { resume: first.resume } })
    expect(second).to.include({ conversationId: first.conversationId, userId: first.userId })
    now += 6 * 24 * 3600_000
    const third = await call(server, '/widget/session', { body: { resume: second.resume } })
    expect(third.conversationId).to.equal(first.conversationId)
    for (const resume of [first.resume, first.token, 'forged', null]) {
      const other = await call(server, '/widget/session', { body: { resume } })
      expect(other.status).to.equal(200)
      expect(other.conversationId).not.to.equal(first.conversationId)
    }
  })
})

/** The same token with another letter in its signature; its very last letter has bits that say nothing. */
function otherwise(token: string): string {
  const changed = token.at(-2) === 'A' ? 'B' : 'A'
  return `${token.slice(0, -2)}${changed}${token.at(-1)}`
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
