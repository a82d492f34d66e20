import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import {
  createUnlockClient,
  requestNumber,
  UnlockNotFound,
  UnlockRefused,
  UnlockUnavailable,
} from '../../unlock/index.ts'
import { conforms, conformsRequest } from './contract.ts'

const asked = {
  purpose: 'clear-user-suspension',
  locale: 'ja',
  channel: 'line',
  customer: 'customer-000000001',
} as const
const callbackUrl = 'https://bot.bank.example/unlock/callback'
const id = '0123456789ABCDEFGHJKMNPQRS'

describe('the unlock client', () => {
  let server: Server
  let url: string
  let answer: RequestListener

  before(async () => {
    server = createServer((request, response) => answer(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const client = (deadline = 2500) => createUnlockClient({ url, token: 'bot-token', callbackUrl, deadline })
  const good = () => ({
    id,
    purpose: 'clear-user-suspension',
    state: 'created',
    bindingCode: '4821',
    link: `${url}/requests/${id}`,
    createdAt: '2026-04-01T09:00:00.000Z',
    updatedAt: '2026-04-01T09:00:00.000Z',
    expiresAt: '2026-04-01T09:30:00.000Z',
  })
  const say =
    (status: number, body: unknown): RequestListener =>
    (_, response) => {
      // Not chained: restify, when it is in the same process, has made writeHead return nothing.
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
    }

  it('asks as the contract says', async () => {
    answer = async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      conformsRequest('POST', '/v1/requests', JSON.parse(body))
      expect(JSON.parse(body)).to.deep.equal({ ...asked, callbackUrl })
      expect(request.headers).to.include({
        authorization: 'Bearer bot-token',
        'idempotency-key': 'turn:1',
        'content-type': 'application/json',
      })
      say(201, good())(request, response)
    }
    const request = await client().create(asked, 'turn:1')
    expect(request).to.include({ id, state: 'created', bindingCode: '4821' })
    expect(requestNumber(request.id)).to.equal('0123-4567')
  })

  it('reads a request, and passes over what it does not know', async () => {
    conforms('/components/schemas/Request', good())
    answer = say(200, { ...good(), state: 'rejected', reason: 'declined', color: 'blue' })
    const request = await client().read(id)
    expect(request).to.include({ state: 'rejected', reason: 'declined' }).and.not.have.property('color')
  })

  it('passes over a reason that it does not know', async () => {
    answer = say(200, { ...good(), state: 'rejected', reason: 'full-moon' })
    expect((await client().read(id)).reason).to.equal(undefined)
  })

  it('sends a key that the contract allows, whatever a channel calls its events', async () => {
    const keys: unknown[] = []
    answer = (request, response) => {
      keys.push(request.headers['idempotency-key'])
      say(201, good())(request, response)
    }
    for (const key of ['turn 1', 'turn\n1', '一', 'k'.repeat(201), '', 'turn 1'])
      await client().create(asked, key)
    for (const key of keys) expect(key).to.match(/^[0-9a-f]{64}$/)
    expect(new Set(keys).size).to.equal(5)
  })

  it('says which limit is reached, and when it is worth trying again', async () => {
    const problem = { type: '/problems/too-many-open', title: '…', status: 429, code: 'too-many-open' }
    conforms('/components/schemas/Problem', problem)
    answer = (_, response) => {
      response.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '1200' })
      response.end(JSON.stringify(problem))
    }
    const error = await failure(client().create(asked, 'turn:1'))
    expect(error).to.be.instanceOf(UnlockRefused).and.include({ code: 'too-many-open', retryAfter: 1200 })
  })

  it('takes limits that are none of the customer for not available', async () => {
    for (const body of [{ code: 'rate-limited' }, { code: 7 }, {}]) {
      answer = say(429, body)
      expect(await failure(client().create(asked, 'k'))).not.to.be.instanceOf(UnlockRefused)
    }
  })

  it('reads events that nobody has taken, page by page, and passes over kinds that it does not know', async () => {
    const update = { id, state: 'cleared', at: '2026-04-01T09:00:00.000Z' } as const
    const event = {
      type: 'unlock.updated',
      timestamp: update.at,
      data: { id, state: 'cleared' },
    }
    let asked: string | undefined
    answer = (request, response) => {
      asked = request.url
      const other = { ...event, type: 'unlock.archived' }
      const events = [
        { id: 'msg_2', event, delivered: false },
        { id: 'msg_3', event: other, delivered: false },
      ]
      say(200, { events, more: true })(request, response)
    }
    expect(await client().undelivered('msg_1')).to.deep.equal({
      events: [
        { id: 'msg_2', update },
        { id: 'msg_3', update: undefined },
      ],
      more: true,
    })
    expect(asked).to.equal('/v1/events?undelivered=true&after=msg_1')
    for (const body of [{ events: [{ id: '<b>', event }], more: false }, { events: [event], more: 1 }, []]) {
      answer = say(200, body)
      expect(await failure(client().undelivered())).to.be.instanceOf(UnlockUnavailable)
    }
  })

  it('reads the list of keys', async () => {
    answer = say(200, { keys: [{ algorithm: 'ed25519', publicKey: 'whpk_1' }] })
    expect(await client().keys()).to.deep.equal(['whpk_1'])
    answer = say(200, { keys: [] })
    expect(await failure(client().keys())).to.be.instanceOf(UnlockUnavailable)
  })

  it('leaves a dead API alone after five failures, whatever is asked, and tries it again after ten seconds', async () => {
    let now = 0
    let calls = 0
    const patient = createUnlockClient({ url, token: 't', callbackUrl, now: () => now })
    answer = (request, response) => {
      calls += 1
      say(500, {})(request, response)
    }
    for (let n = 0; n < 5; n += 1) await failure(patient.read(id))
    expect(await failure(patient.create(asked, 'k'))).to.be.instanceOf(UnlockUnavailable)
    expect(await failure(patient.undelivered())).to.be.instanceOf(UnlockUnavailable)
    expect(calls).to.equal(5)
    now += 10_000
    answer = say(200, good())
    expect(await patient.read(id)).to.include({ id })
  })

  it('goes on asking an API that knows no such request, or has its reasons', async () => {
    answer = say(404, {})
    const patient = client()
    for (let n = 0; n < 10; n += 1) expect(await failure(patient.read(id))).to.be.instanceOf(UnlockNotFound)
    answer = say(429, { code: 'too-many-open' })
    for (let n = 0; n < 10; n += 1)
      expect(await failure(patient.create(asked, 'k'))).to.be.instanceOf(UnlockRefused)
  })

  it('says so when there is no such request', async () => {
    answer = say(404, { type: '/problems/not-found', title: 'There is no such request', status: 404 })
    expect(await failure(client().read(id))).to.be.instanceOf(UnlockNotFound)
  })

  const without = (key: string) => Object.fromEntries(Object.entries(good()).filter(([name]) => name !== key))
  const faults: [string, () => RequestListener][] = [
    ['500', () => say(500, {})],
    ['503', () => say(503, {})],
    ['429', () => say(429, {})],
    ['401', () => say(401, {})],
    ['201 where 200 is due', () => say(201, good())],
    ['204', () => say(204, '')],
    ['an empty body', () => say(200, '')],
    ['a page', () => say(200, '<!doctype html><title>Sorry</title>')],
    ['half an answer', () => say(200, JSON.stringify(good()).slice(0, 40))],
    ['bytes that are no UTF-8', () => say(200, Buffer.from([0x22, 0xff, 0xfe, 0x22]))],
    ['null', () => say(200, null)],
    ['a list', () => say(200, [good()])],
    ['another request', () => say(200, { ...good(), id: `${id.slice(0, -1)}Z` })],
    ['a state that there is not', () => say(200, { ...good(), state: 'unlocked' })],
    ['a code that is none', () => say(200, { ...good(), bindingCode: '<b>48' })],
    ['a link to elsewhere', () => say(200, { ...good(), link: `https://evil.example/requests/${id}` })],
    ['a link to another port', () => say(200, { ...good(), link: `http://127.0.0.1:1/requests/${id}` })],
    ['a link that runs', () => say(200, { ...good(), link: 'javascript:alert(1)' })],
    ['a time that is none', () => say(200, { ...good(), expiresAt: 'tomorrow' })],
    ...['id', 'state', 'bindingCode', 'link', 'expiresAt'].map((key): [string, () => RequestListener] => [
      `no ${key}`,
      () => say(200, without(key)),
    ]),
    [
      'a redirect, even to a good answer',
      () => (request, response) => {
        if (request.url === '/elsewhere') return say(200, good())(request, response)
        response.writeHead(302, { location: '/elsewhere' })
        response.end()
      },
    ],
    ['10 MB', () => say(200, JSON.stringify({ ...good(), filler: 'x'.repeat(10_000_000) }))],
    ['a connection cut at once', () => (request) => request.socket.destroy()],
    [
      'a connection cut in the middle',
      () => (request, response) => {
        response.writeHead(200, { 'content-length': 1000 })
        response.write('{')
        setImmediate(() => request.socket.destroy())
      },
    ],
  ]
  for (const [name, listener] of faults) {
    it(`takes ${name} for not available`, async () => {
      answer = listener()
      const error = await failure(client().read(id))
      expect(error).to.be.instanceOf(UnlockUnavailable).and.not.instanceOf(UnlockNotFound)
      expect(error.message).not.to.include('bot-token')
    })
  }

  for (const [name, listener] of [
    ['no answer', () => {}],
    ['an answer that never ends', (_, response) => void response.write('{')],
  ] as [string, RequestListener][]) {
    it(`gives up at its deadline with ${name}`, async () => {
      answer = listener
      expect(await failure(client(50).read(id))).to.be.instanceOf(UnlockUnavailable)
    })
  }

  it('takes nobody there for not available', async () => {
    const nobody = createUnlockClient({ url: 'http://127.0.0.1:9', token: 't', callbackUrl })
    expect(await failure(nobody.create(asked, 'key'))).to.be.instanceOf(UnlockUnavailable)
  })

  it('allows links to the pages of another origin only when told so', async () => {
    answer = say(200, { ...good(), link: `https://pages.bank.example/requests/${id}` })
    expect(await failure(client().read(id))).to.be.instanceOf(UnlockUnavailable)
    const linkOrigin = 'https://pages.bank.example'
    const told = createUnlockClient({ url, token: 't', callbackUrl, linkOrigin })
    expect((await told.read(id)).link).to.equal(`${linkOrigin}/requests/${id}`)
  })
})

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('It should have failed')
}
