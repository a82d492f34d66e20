import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { findOmissions } from '../../unlock/contractRules.ts'
import {
  createUnlockClient,
  readUpdate,
  signWebhook,
  UnlockNotFound,
  UnlockRefused,
  UnlockUnavailable,
  writePublicKey,
} from '../../unlock/index.ts'
import { unlockStates } from '../../unlock/requestState.ts'
import { createApi } from '../../unlock/sandbox/api.ts'
import type { Requests } from '../../unlock/sandbox/requests.ts'
import { writeUpdate } from '../../unlock/update.ts'
import { conforms, conformsRequest, contract } from './contract.ts'

const { schemas } = contract.components
const origin = 'https://unlock.bank.example'
const id = '0123456789ABCDEFGHJKMNPQRS'

/** Any value that a schema of the contract allows. */
// biome-ignore lint/suspicious/noExplicitAny: a schema is whatever the contract has
function allowedBy(schema: any): fc.Arbitrary<unknown> {
  if (schema.$ref) return allowedBy(schemas[schema.$ref.split('/').at(-1)])
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'integer') return fc.integer({ min: schema.minimum, max: schema.maximum })
  if (schema.type === 'array')
    return fc.array(allowedBy(schema.items), { minLength: schema.minItems ?? 0, maxLength: 3 })
  if (schema.type === 'object') {
    const properties = Object.entries(schema.properties).map(([name, one]) => [name, allowedBy(one)])
    return fc.record(Object.fromEntries(properties), { requiredKeys: schema.required })
  }
  if (schema.format === 'date-time') {
    const max = new Date('9999-12-31T23:59:59.999Z')
    return fc.date({ min: new Date(0), max, noInvalidDate: true }).map((date) => date.toISOString())
  }
  if (schema.format?.startsWith('uri')) return fc.constantFrom(`${origin}/requests/${id}`, `${origin}/?x=1`)
  return schema.pattern ? fc.stringMatching(new RegExp(schema.pattern)) : fc.string()
}

/** A client whose API answers what the test says; the calls it makes are kept. */
function talking(status: number, body: unknown, headers: Record<string, string> = {}) {
  const calls: { method: string; url: URL; headers: Headers; body: unknown }[] = []
  const client = createUnlockClient({
    url: origin,
    token: 'bot',
    callbackUrl: 'https://bot.bank.example/unlock/callback',
    fetch: (async (url: URL, init: RequestInit) => {
      const sent = init.body ? JSON.parse(String(init.body)) : undefined
      calls.push({ method: init.method ?? 'GET', url, headers: new Headers(init.headers), body: sent })
      return new Response(JSON.stringify(body), { status, headers })
    }) as typeof fetch,
  })
  return { client, calls }
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error) => error,
  )
const asked = {
  purpose: 'clear-user-suspension',
  locale: 'ja',
  channel: 'line',
  customer: 'customer-of-the-bot',
} as const

describe('the contract of the unlock API and the two who keep it', function () {
  // Thousands of drawn answers take their time on a busy machine.
  this.timeout(300_000)
  it('says what OpenAPI leaves to good manners', () => {
    expect(findOmissions(contract)).to.deep.equal([])
  })

  it('is found wanting when it does not', () => {
    const broken = structuredClone(contract)
    delete broken.paths['/v1/events'].get.operationId
    delete broken.paths['/v1/keys'].get.responses['503']
    delete broken.paths['/v1/requests'].post.responses['429']
    broken.webhooks['unlock.updated'].post.operationId = 'createRequest'
    delete broken.webhooks['unlock.updated'].post.summary
    broken.components.schemas.Nobody = { type: 'object' }
    expect(findOmissions(broken)).to.deep.equal([
      'GET /v1/events has no operationId; give it one',
      'POST unlock.updated has the operationId of POST /v1/requests; give it its own',
      'POST unlock.updated has no summary; say in a line what it does',
      'POST /v1/requests has no 429 among its responses; say what is answered then',
      'GET /v1/keys has no 503 among its responses; say what is answered then',
      'components.schemas.Nobody is used by nobody; take it out',
      'components.schemas.Nobody allows any property; set additionalProperties: false',
    ])
  })

  describe('the sandbox', () => {
    it('answers the operations of the contract, and no others', () => {
      const api = createApi({ requests: {} as Requests, token: '', publicKeys: () => [], origin: () => '' })
      const named = Object.entries<object>(contract.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
      )
      expect([...api.keys()].sort()).to.deep.equal(named.sort())
    })

    it('has no code for a problem that the contract does not have', () => {
      const files = ['api', 'body', 'rate'].map((name) =>
        readFileSync(new URL(`../../unlock/sandbox/${name}.ts`, import.meta.url), 'utf8'),
      )
      const text = files.join('\n')
      const codes = [...text.matchAll(/new Refusal\(\s*\d+,\s*'([\w-]+)'/g)].map(([, code]) => code)
      const limits = [...text.matchAll(/^ {2}'?([\w-]+)'?: \[4\d\d|^ {2}'?([\w-]+)'?: \[5\d\d/gm)].map(
        ([, a, b]) => a ?? b,
      )
      expect(codes.length).to.be.greaterThan(8)
      expect(limits).to.include.members(['key-reused', 'too-many-open', 'busy'])
      for (const code of [...codes, ...limits]) expect(schemas.Code.enum).to.include(code)
    })

    it('signs webhooks as the contract has them', () => {
      const webhook = contract.webhooks['unlock.updated'].post
      const { privateKey } = generateKeyPairSync('ed25519')
      for (const count of [1, 2, 3]) {
        const keys = Array.from({ length: count }, () => privateKey)
        const headers = signWebhook({ id: 'msg_1', body: Buffer.from('{}'), keys, now: new Date() })
        expect(Object.keys(headers).sort()).to.deep.equal(
          webhook.parameters.map(({ name }: { name: string }) => name).sort(),
        )
        webhook.parameters.forEach(({ name }: { name: keyof typeof headers }, n: number) => {
          conforms(`/webhooks/unlock.updated/post/parameters/${n}/schema`, headers[name])
        })
      }
      conforms('/components/schemas/Key/properties/publicKey', writePublicKey(privateKey))
      for (const state of unlockStates)
        conforms(
          '/components/schemas/Update',
          JSON.parse(writeUpdate({ id, state, at: new Date().toISOString() })),
        )
    })
  })

  describe('the client', () => {
    it('asks for what the contract offers, as the contract wants it asked', async () => {
      const { client, calls } = talking(500, {})
      await failure(client.create(asked, 'turn:1'))
      await failure(client.create(asked, 'ターン 1'))
      await failure(client.read(id))
      await failure(client.undelivered('msg_1'))
      expect(calls).to.have.length(4)
      const other = talking(500, {})
      await failure(other.client.keys())
      for (const { method, url, headers, body } of [...calls, ...other.calls]) {
        const path = url.pathname.replace(id, '{id}')
        const operation = contract.paths[path]?.[method.toLowerCase()]
        expect(operation, `${method} ${path}`).to.be.an('object')
        const parameters: { name: string; in: string; required?: boolean }[] = operation.parameters ?? []
        const known = parameters.filter((one) => one.in === 'query').map(({ name }) => name)
        expect(known).to.include.members([...url.searchParams.keys()])
        parameters.forEach((one, n) => {
          const value = one.in === 'query' ? url.searchParams.get(one.name) : headers.get(one.name)
          const at = `/paths/${path.replaceAll('/', '~1')}/${method.toLowerCase()}/parameters/${n}/schema`
          if (one.in === 'header') conforms(at, value)
          if (one.in === 'query' && value !== null && one.name === 'after') conforms(at, value)
        })
        if (body !== undefined) conformsRequest(method, path, body)
        expect(headers.get('authorization')).to.equal('Bearer bot')
      }
    })

    it('takes every request that the contract allows', async () => {
      await fc.assert(
        fc.asyncProperty(allowedBy(schemas.Request), async (request) => {
          conforms('/components/schemas/Request', request)
          const shown = { ...(request as object), id }
          expect(await talking(200, shown).client.read(id)).to.include(
            Object.fromEntries(
              ['state', 'bindingCode', 'link', 'expiresAt', 'createdAt'].map((name) => [
                name,
                (shown as Record<string, unknown>)[name],
              ]),
            ),
          )
        }),
        { numRuns: 300 },
      )
    })

    it('knows every reason, every state and every limit that the contract has', async () => {
      const request = fc.sample(allowedBy(schemas.Request), { numRuns: 1, seed: 1 })[0] as object
      for (const reason of schemas.Reason.enum) {
        const { client } = talking(200, { ...request, id, state: 'rejected', reason })
        expect((await client.read(id)).reason).to.equal(reason)
      }
      expect(schemas.State.enum).to.deep.equal([...unlockStates])
      const limits = schemas.Code.enum.filter((code: string) => code.startsWith('too-many-'))
      expect(limits).to.have.length(2)
      for (const code of limits) {
        const problem = { type: `/problems/${code}`, title: '…', status: 429, code }
        conforms('/components/schemas/Problem', problem)
        const { client } = talking(429, problem, { 'retry-after': '60' })
        expect(await failure(client.create(asked, 'k')))
          .to.be.instanceOf(UnlockRefused)
          .and.include({ code })
      }
      const { client } = talking(404, { type: '/', title: '…', status: 404, code: 'not-found' })
      expect(await failure(client.read(id))).to.be.instanceOf(UnlockNotFound)
    })

    it('takes no request in which what it relies on breaks the contract', async () => {
      const relied = ['id', 'state', 'bindingCode', 'link', 'expiresAt', 'createdAt']
      await fc.assert(
        fc.asyncProperty(
          allowedBy(schemas.Request),
          fc.constantFrom(...relied),
          fc.oneof(fc.constant(undefined), fc.jsonValue()),
          async (request, name, value) => {
            const changed = { ...(request as object), id, [name]: value }
            fc.pre(!isAllowed(changed))
            expect(await failure(talking(200, changed).client.read(id))).to.be.instanceOf(UnlockUnavailable)
          },
        ),
        { numRuns: 500 },
      )
    })

    it('reads every page of events and every list of keys that the contract allows', async () => {
      await fc.assert(
        fc.asyncProperty(allowedBy(schemas.Events), allowedBy(schemas.Keys), async (events, keys) => {
          const page = events as { events: { id: string; event: object }[]; more: boolean }
          const read = await talking(200, page).client.undelivered()
          expect(read.more).to.equal(page.more)
          expect(read.events).to.deep.equal(
            page.events.map((one) => ({
              id: one.id,
              update: readUpdate(Buffer.from(JSON.stringify(one.event))),
            })),
          )
          expect(read.events.every(({ update }) => update)).to.equal(true)
          const listed = (keys as { keys: { publicKey: string }[] }).keys.map(({ publicKey }) => publicKey)
          expect(await talking(200, keys).client.keys()).to.deep.equal(listed)
        }),
        { numRuns: 200 },
      )
    })
  })
})

function isAllowed(value: unknown): boolean {
  try {
    conforms('/components/schemas/Request', value)
    return true
  } catch {
    return false
  }
}
