import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { ConfigError, readConfig } from '../../../bot/config.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'
import { TeamsCustomer } from '../../support/teamsCustomer.ts'
import { appId, type Forgery, TeamsStandIn } from '../../support/teamsStandIn.ts'

const now = () => Math.floor(Date.now() / 1000)
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('the tokens of Teams', function () {
  this.timeout(300_000)
  let standIn: TeamsStandIn
  let kaijo: Running

  before(async () => {
    standIn = await TeamsStandIn.start()
    kaijo = await runKaijo(standIn.env)
  })
  after(async () => {
    await kaijo.end()
    await standIn.close()
  })

  /** Tries one; whatever it is, nothing must have happened. */
  async function refused(authorization: string | undefined, more: object = {}): Promise<number> {
    const customer = new TeamsCustomer(kaijo, standIn)
    const before = standIn.posted.length
    const activity = customer.activity({ type: 'message', text: 'ログオンできない', ...more })
    const { status } = await customer.postWith(authorization, activity)
    await kaijo.turns.idle()
    expect(await kaijo.store.conversation(`teams:${customer.id}`), 'a turn').to.equal(undefined)
    expect(standIn.posted.length, 'something was sent').to.equal(before)
    return status
  }

  const forged: [name: string, forgery: () => Forgery][] = [
    ['signed by a stranger in the name of the key', () => ({ key: stranger.privateKey })],
    [
      'signed by a key that is not published',
      () => ({ key: stranger.privateKey, header: { kid: 'unknown' } }),
    ],
    ['that names no key', () => ({ header: { kid: undefined } })],
    [
      'signed by a key that is endorsed for another channel',
      () => ({ key: standIn.unendorsed, header: { kid: 'elsewhere' } }),
    ],
    ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
    [
      "of the emulator's issuer",
      () => ({
        claims: { iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/', appid: appId },
      }),
    ],
    ['for another bot', () => ({ claims: { aud: '99999999-2222-3333-4444-555555555555' } })],
    ['for no bot', () => ({ claims: { aud: undefined } })],
    ['that has expired', () => ({ claims: { exp: now() - 600, nbf: now() - 7200 } })],
    ['that never expires', () => ({ claims: { exp: undefined } })],
    ['that is not valid yet', () => ({ claims: { nbf: now() + 3600 } })],
    ['for another service URL', () => ({ claims: { serviceurl: 'https://smba.evil.example/' } })],
    ['for no service URL', () => ({ claims: { serviceurl: undefined } })],
  ]
  for (const [name, forgery] of forged)
    it(`refuse one ${name}`, async () => {
      expect(await refused(`Bearer ${await standIn.token(forgery())}`)).to.equal(401)
    })

  const broken: [name: string, authorization: (good: string) => string | undefined][] = [
    ['a request without any', () => undefined],
    ['another scheme', () => `Basic ${Buffer.from(`${appId}:x`).toString('base64')}`],
    ['what is no token', () => 'Bearer hunter2'],
    ['a token after its scheme was left out', (good) => good],
    [
      'one that says it needs no signature (alg none)',
      (good) => `Bearer ${encoded({ alg: 'none', kid: 'teams' })}.${good.split('.')[1]}.`,
    ],
    ['one whose signature was cut off', (good) => `Bearer ${good.split('.').slice(0, 2).join('.')}.`],
    [
      'one whose content was changed',
      (good) => {
        const [head, body = '', mark] = good.split('.')
        const claims = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), extra: 1 }
        return `Bearer ${head}.${encoded(claims)}.${mark}`
      },
    ],
    ['a content that is no JSON', (good) => `Bearer ${good.split('.')[0]}.bm8.${good.split('.')[2]}`],
  ]
  for (const [name, authorization] of broken)
    it(`refuse ${name}`, async () => {
      expect(await refused(authorization(await standIn.token()))).to.equal(401)
    })

  it('refuse one signed with the public key as if it were a secret (HS256)', async () => {
    const { keys } = (await (await fetch(`${standIn.url}/keys`)).json()) as { keys: { n: string }[] }
    const key = new TextEncoder().encode(keys[0]?.n.padEnd(64))
    expect(await refused(`Bearer ${await standIn.token({ key, header: { alg: 'HS256' } })}`)).to.equal(401)
  })

  it('lead nowhere else than where they say: an address that the token does not name is never called', async () => {
    const called: string[] = []
    const evil = createServer((request, response) => {
      called.push(request.url ?? '')
      response.end('{}')
    })
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
    const { port } = evil.address() as AddressInfo
    const good = `Bearer ${await standIn.token()}`
    const elsewhere: [url: string, status: number][] = [
      [`http://127.0.0.1:${port}/`, 401],
      [`http://localhost:${port}`, 401],
      [standIn.serviceUrl.replace(/\/$/, ''), 401],
      [`${standIn.serviceUrl}../`, 401],
      ['http://169.254.169.254/latest/', 400],
      [`https://user:secret@localhost:${port}/`, 400],
      ['file:///etc/passwd', 400],
      ['not an address', 400],
    ]
    for (const [serviceUrl, status] of elsewhere)
      expect(await refused(good, { serviceUrl }), serviceUrl).to.equal(status)
    await new Promise((resolve) => evil.close(resolve))
    expect(called).to.deep.equal([])
  })

  it('do not open the door to another channel', async () => {
    const good = `Bearer ${await standIn.token()}`
    for (const channelId of ['emulator', 'webchat', 'AseChannel', 'directline', '', undefined])
      expect(await refused(good, { channelId }), channelId).to.equal(400)
  })

  it('are answered with 503 when the keys cannot be fetched, and nothing runs', async () => {
    const ToBotFromChannelOpenIdMetadataUrl = `${standIn.url}/nothing-here`
    const alone = await runKaijo({ ...standIn.env, ToBotFromChannelOpenIdMetadataUrl })
    const customer = new TeamsCustomer(alone, standIn)
    const { status } = await customer.post(customer.activity({ type: 'message', text: 'x' }))
    expect(status).to.equal(503)
    expect(await alone.store.conversation(`teams:${customer.id}`)).to.equal(undefined)
    await alone.end()
  })
})

describe('Teams without its settings', function () {
  this.timeout(300_000)

  it('has no route', async () => {
    const kaijo = await runKaijo()
    const answer = await fetch(`${kaijo.url}/api/messages`, { method: 'POST', body: '{}' })
    expect(answer.status).to.equal(404)
    await kaijo.end()
  })

  const whole = {
    MicrosoftAppId: appId,
    MicrosoftAppPassword: 'a-secret',
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppTenantId: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  }
  const problemsOf = (environment: Record<string, string>) => {
    try {
      readConfig(environment)
      return []
    } catch (error) {
      return (error as ConfigError).problems.map((problem) => problem.split(' ')[0])
    }
  }

  for (const left of Object.keys(whole))
    it(`is not started with everything but ${left}`, () => {
      expect(problemsOf({ ...whole, [left]: '' })).to.deep.equal([left])
    })

  it('is not started with an id that lost its end when it was copied', () => {
    expect(problemsOf({ ...whole, MicrosoftAppId: appId.slice(0, -1) })).to.deep.equal(['MicrosoftAppId'])
    expect(problemsOf({ ...whole, MicrosoftAppTenantId: 'bank.onmicrosoft.com' })).to.deep.equal([])
  })

  it('is not started with a kind of registration that it cannot log on with, nor with addresses that anyone can read', () => {
    expect(problemsOf({ ...whole, MicrosoftAppType: 'UserAssignedMSI' })).to.deep.equal(['MicrosoftAppType'])
    expect(problemsOf({ ...whole, ToChannelFromBotLoginUrl: 'http://login.example/x' })).to.deep.equal([
      'ToChannelFromBotLoginUrl',
    ])
    expect(problemsOf(whole)).to.deep.equal([])
  })

  it('shows no secret when a setting is wrong', () => {
    try {
      readConfig({ ...whole, MicrosoftAppPassword: 'hunter2-hunter2', MicrosoftAppType: 'x' })
      expect.fail('The settings were taken.')
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError)
      expect(String(error)).not.to.include('hunter2')
    }
  })
})
