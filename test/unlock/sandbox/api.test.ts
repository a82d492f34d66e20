import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import { parse } from 'yaml'
import { createUnlockClient, UnlockNotFound } from '../../../unlock/index.ts'
import { contract } from '../contract.ts'
import { type Extra, type Practice, practise } from '../practice.ts'

const good = {
  customer: 'customer-of-this-test',
  purpose: 'clear-user-suspension',
  locale: 'ja',
  channel: 'directline',
  callbackUrl: 'http://127.0.0.1:9/unlock/callback',
}

describe('the contract of the unlock API', () => {
  it('is OpenAPI 3.1', async () => {
    const text = readFileSync(new URL('../../../unlock/openapi.yaml', import.meta.url), 'utf8')
    const validator = new Validator()
    const result = await validator.validate(parse(text))
    expect(result.errors).to.equal(undefined)
    expect(result.valid).to.equal(true)
    expect(validator.version).to.equal('3.1')
  })

  it('gives the bot nothing to approve with', () => {
    const operations = Object.values<object>(contract.paths).flatMap((path) => Object.keys(path))
    expect(operations.filter((method) => method !== 'get')).to.deep.equal(['post'])
  })
})

describe('the sandbox as the unlock API', () => {
  let practice: Practice
  let keys = 0
  before(async () => {
    practice = await practise()
  })
  after(() => practice.end())

  /** Somebody new each time: one customer may have three open requests. */
  const somebody = () => ({ ...good, customer: `customer-of-key-${keys}` })
  const json = (key = `api-${++keys}`) => ({ 'content-type': 'application/json', 'idempotency-key': key })
  const create = (extra: Extra = {}) =>
    practice.api('POST', '/v1/requests', {
      body: somebody(),
      ...extra,
      headers: { ...json(), ...extra.headers },
    })

  it('makes a request that the bot can read', async () => {
    const made = await create()
    expect(made.status).to.equal(201)
    expect(made.body.state).to.equal('created')
    const read = await practice.api('GET', made.headers.get('location') ?? '')
    expect(read.body).to.deep.equal(made.body)
  })

  it('gives the same request for the same key, and refuses the key with another body', async () => {
    const [first, second] = await Promise.all([
      create({ headers: json('k'), body: good }),
      create({ headers: json('k'), body: good }),
    ])
    expect(second.body).to.deep.equal(first.body)
    const other = await create({ headers: json('k'), body: { ...good, locale: 'en' } })
    expect(other.status).to.equal(422)
    expect(other.body).to.include({ type: '/problems/key-reused', code: 'key-reused' })
  })

  it('understands the client', async () => {
    const { url, token } = practice
    const client = createUnlockClient({ url, token, callbackUrl: good.callbackUrl })
    const made = await client.create(
      { purpose: 'clear-user-suspension', locale: 'en', channel: 'line', customer: 'customer-of-the-client' },
      'turn|1',
    )
    expect(await client.read(made.id)).to.deep.equal(made)
    let error: unknown
    await client.read('0123456789ABCDEFGHJKMNPQRS').catch((caught) => {
      error = caught
    })
    expect(error).to.be.instanceOf(UnlockNotFound)
  })

  it('lists its public key to anyone', async () => {
    const { body } = await practice.api('GET', '/v1/keys', { token: 'nobody' })
    expect(body.keys).to.deep.equal([{ algorithm: 'ed25519', publicKey: practice.publicKeys()[0] }])
  })

  it('makes no two requests with the same id, and binding codes of four digits', async () => {
    const made = await Promise.all(Array.from({ length: 50 }, () => create()))
    expect(new Set(made.map(({ body }) => body.id)).size).to.equal(50)
  })

  it('says why when a customer has too many requests', async () => {
    const body = { ...good, customer: 'a-customer-of-the-bot' }
    for (let n = 0; n < 3; n += 1) expect((await create({ body })).status).to.equal(201)
    const refused = await create({ body })
    expect(refused.status).to.equal(429)
    expect(refused.body.code).to.equal('too-many-open')
    expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 30 * 60)
  })

  it('says with each answer how many calls are left', async () => {
    const left = async () => {
      const { headers } = await practice.api('GET', '/v1/events')
      expect(headers.get('ratelimit-policy')).to.equal('"bot";q=6000;w=60')
      return Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])
    }
    const before = await left()
    expect(await left()).to.be.oneOf([before - 1, 5999])
  })

  const refusals: [string, number, string, string, Extra][] = [
    ['no credential', 401, 'POST', '/v1/requests', { token: '', body: good, headers: json('x') }],
    ['a wrong credential', 401, 'GET', '/v1/requests/0123456789ABCDEFGHJKMNPQRS', { token: 'wrong' }],
    ['a wrong credential for events', 401, 'GET', '/v1/events', { token: 'wrong' }],
    ['an unknown id', 404, 'GET', '/v1/requests/0123456789ABCDEFGHJKMNPQRS', {}],
    ['an id that is none', 404, 'GET', '/v1/requests/%00', {}],
    ['events after what is no event', 400, 'GET', '/v1/events?after=%20', {}],
    ['a strange list of events', 400, 'GET', '/v1/events?undelivered=perhaps', {}],
    ['no key', 400, 'POST', '/v1/requests', { body: good, headers: { 'content-type': 'application/json' } }],
    ['a key of 201 characters', 400, 'POST', '/v1/requests', { body: good, headers: json('k'.repeat(201)) }],
    ['a key with a space', 400, 'POST', '/v1/requests', { body: good, headers: json('a b') }],
    ['no JSON', 400, 'POST', '/v1/requests', { raw: '{', headers: json('x') }],
    ['no UTF-8', 400, 'POST', '/v1/requests', { raw: Buffer.from([0x22, 0xff]), headers: json('x') }],
    [
      'a form',
      415,
      'POST',
      '/v1/requests',
      { raw: 'a=b', headers: { ...json('x'), 'content-type': 'text/plain' } },
    ],
    [
      'gzip',
      415,
      'POST',
      '/v1/requests',
      { raw: '{}', headers: { ...json('x'), 'content-encoding': 'gzip' } },
    ],
    ['9 KB', 413, 'POST', '/v1/requests', { raw: ' '.repeat(9000), headers: json('x') }],
    ['a list', 422, 'POST', '/v1/requests', { body: [], headers: json('x') }],
    [
      'deep JSON',
      422,
      'POST',
      '/v1/requests',
      { raw: '['.repeat(4000) + ']'.repeat(4000), headers: json('x') },
    ],
    ...(
      [
        ['no customer', { customer: undefined }],
        ['another purpose', { purpose: 'approve' }],
        ['another language', { locale: 'fr' }],
        ['markup as channel', { channel: '<b>' }],
        ['a callback that is a file', { callbackUrl: 'file:///etc/passwd' }],
        ['a callback with a password', { callbackUrl: 'http://a:b@127.0.0.1/' }],
        ['a customer by name', { customer: '山田太郎' }],
        ['a customer in a few letters', { customer: 'yamada' }],
        ['a user', { user: 'keiri01' }],
        ['a state', { state: 'cleared' }],
      ] as const
    ).map(([name, change]): [string, number, string, string, Extra] => [
      name,
      422,
      'POST',
      '/v1/requests',
      { body: { ...good, ...change }, headers: json('x') },
    ]),
  ]
  for (const [name, status, method, path, extra] of refusals) {
    it(`answers ${status} to ${name}`, async () => {
      const answer = await practice.api(method, path, extra)
      expect(answer.status).to.equal(status)
      expect(answer.body.status).to.equal(status)
    })
  }

  it('names its methods to who tries others', async () => {
    const response = await fetch(`${practice.url}/v1/requests`, { method: 'DELETE' })
    expect(response.status).to.equal(405)
    expect(response.headers.get('allow')).to.equal('POST')
  })

  it('does not run in production', async () => {
    const before = process.env.NODE_ENV
    process.env.NODE_ENV = 'production'
    let error: unknown
    try {
      await practise()
    } catch (caught) {
      error = caught
    } finally {
      if (before === undefined) delete process.env.NODE_ENV
      else process.env.NODE_ENV = before
    }
    expect(String(error)).to.include('NODE_ENV=production').and.include('UNLOCK_API_URL')
  })

  it('makes its own keys in each installation, for its owner only', async () => {
    const other = await practise()
    expect(other.token).not.to.equal(practice.token)
    expect(other.publicKeys()).not.to.have.members(practice.publicKeys())
    const { statSync } = await import('node:fs')
    expect(statSync(`${other.dataDir}/sandbox.keys.json`).mode & 0o777).to.equal(0o600)
    await other.end()
  })
})
