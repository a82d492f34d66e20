import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createUnlockClient, requestNumber, UnlockNotFound, UnlockUnavailable } from '../../unlock/index.ts'
import { conforms, conformsRequest } from './contract.ts'

const asked = { purpose: 'clear-user-suspension', locale: 'ja', channel: 'line' } as const
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
