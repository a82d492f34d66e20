import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Authority, makeKey, openAuthority } from '../../../unlock/sandbox/authority.ts'
import { type Certified, type Name, writeCertificate } from '../../../unlock/sandbox/certificateWriter.ts'
import { openCounter } from '../../../unlock/sandbox/counter.ts'
import { openDatabase } from '../../../unlock/sandbox/database.ts'
import { checkPeer, type PeerRefusal } from '../../../unlock/sandbox/peer.ts'
import { openWords } from '../../../unlock/sandbox/words.ts'
import { bank, demo, forms, type Practice, practise } from '../practice.ts'
import { atPin, formToken, importCertificate, logOn, type Visitor, visit } from '../visitor.ts'
import { cases, type Odd, right } from './oddCertificates.ts'
import { ask, dial, handshake } from './tlsCall.ts'

const day = 24 * 60 * 60 * 1000
const say = openWords('ja', {
  'bank.service': bank.service,
  'bank.code': bank.code,
  ...Object.fromEntries(Object.entries(forms).map(([key, value]) => [`forms.${key}`, value])),
})

describe('the client certificates of the sandbox', () => {
  let practice: Practice
  let authority: Authority
  let other: Authority
  let elsewhere: string
  before(async () => {
    practice = await practise()
    elsewhere = mkdtempSync(join(tmpdir(), 'kaijo-other-'))
    authority = await openAuthority({ dataDir: practice.dataDir, signing: 'clients', now: new Date() })
    other = await openAuthority({ dataDir: elsewhere, signing: 'clients', now: new Date() })
  })
  after(async () => {
    await practice.end()
    rmSync(elsewhere, { recursive: true })
  })

  /** A certificate as good as the bank's own but for what is asked; it stands in the register, so that nothing else refuses it. */
  async function make({ signer, registered = {}, ...odd }: Odd, key: KeyObject = makeKey()) {
    const certified: Certified = {
      subject: [['CN', right]],
      publicKey: createPublicKey(key),
      from: new Date(Date.now() - day),
      to: new Date(Date.now() + day),
      use: 'client',
      ...odd,
    }
    const name: Name = [['CN', authority.certificate.toLegacyObject().subject.CN as string]]
    const sign = {
      bank: () => authority.sign(certified),
      other: () => other.sign(certified),
      namesake: () => writeCertificate(certified, { name, key: makeKey() }),
      self: () => writeCertificate(certified, { name: certified.subject, key }),
    }
    const certificate = await sign[signer ?? 'bank']()
    if (registered !== 'no') register(certificate, registered)
    return { certificate, shown: { cert: certificate.toString(), key: pem(key) } }
  }

  function register(certificate: X509Certificate, { contract = demo.contract, isRevoked = false }): void {
    const db = openDatabase(practice.dataDir)
    db.prepare(
      `INSERT INTO certificates (fingerprint, contract, valid_from, valid_to, issued_at, revoked_at, p12)
       VALUES (?, ?, '', '', '', ?, x'')`,
    ).run(certificate.fingerprint256, contract, isRevoked ? new Date().toISOString() : null)
    db.close()
  }

  function attempts(): number {
    const db = openDatabase(practice.dataDir)
    const row = db
      .prepare(`SELECT attempts FROM secrets WHERE contract = ? AND kind = 'pin'`)
      .get(demo.contract)
    db.close()
    return Number(row?.attempts)
  }

  /** Somebody who may enter a PIN, with the right certificate; one wrong PIN is counted already. */
  async function beforePin(): Promise<Visitor> {
    const page = await atPin(visit(practice.url))
    await page.send({ pin: demo.pin })
    await atPin(page)
    await page.send({ pin: '000000' })
    expect(attempts()).to.equal(1)
    return page
  }

  async function isRefused(page: Visitor, why: PeerRefusal, headers: Record<string, string> = {}) {
    const token = formToken(page)
    for (const path of ['/bank/pin', '/bank/confirm', '/bank/menu', '/bank/users', '/bank/nowhere']) {
      await page.open(path, headers)
      expect(page.status, `${path}: ${page.text}`).to.equal(403)
      expect(page.text).to.include(say(`certificate.${why}`))
      expect(page.html).not.to.include('<form')
    }
    // Whoever knows the page without seeing it, and the PIN, is no better off.
    await page.send({ pin: demo.pin }, { action: '/bank/pin', token, headers })
    expect(page.status).to.equal(403)
    expect(attempts()).to.equal(1)
  }

  for (const [name, why, odd] of cases) {
    it(`refuses one ${name} with its own page, before the PIN`, async () => {
      const page = await beforePin()
      const { shown } = await make(odd)
      page.certificate = shown
      await isRefused(page, why)
    })
  }

  it('refuses who has none, whatever the headers claim', async () => {
    const page = await beforePin()
    const good = new X509Certificate((await make({})).shown.cert)
    page.certificate = {}
    await isRefused(page, 'none')
    await isRefused(page, 'none', {
      'x-client-cn': right,
      'x-ssl-client-cn': right,
      'x-ssl-client-verify': 'SUCCESS',
      'x-ssl-client-s-dn': `CN=${right}`,
      ssl_client_s_dn_cn: right,
      'x-forwarded-client-cert': `Hash=${good.fingerprint256.replaceAll(':', '')};Subject="CN=${right}"`,
      'x-client-cert': encodeURIComponent(good.toString()),
      'client-cert': `:${good.raw.toString('base64')}:`,
      'x-arr-clientcert': good.raw.toString('base64'),
      'x-forwarded-proto': 'https',
    })
  })

  it('lets the right one in', async () => {
    const page = await beforePin()
    page.certificate = (await make({})).shown
    await page.open('/bank/pin')
    expect(page.text).to.include(right)
    await page.send({ pin: demo.pin })
    expect(page.path).to.equal('/bank/confirm')
  })

  it('knows keys that are too weak', async () => {
    const keys: [string, KeyObject, boolean][] = [
      ['RSA 1024', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey, false],
      ['RSA 2048', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, true],
      ['a curve of 192 bits', generateKeyPairSync('ec', { namedCurve: 'secp192k1' }).privateKey, false],
      ['P-224', generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).privateKey, false],
      ['P-384', generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey, true],
      ['a kind that is not asked for', generateKeyPairSync('ed25519').privateKey, false],
    ]
    for (const [name, key, isStrong] of keys) {
      const { certificate } = await make({}, key)
      const rules = { authority: authority.certificate, code: '1635', now: new Date() }
      const find = () => ({ contract: demo.contract, isRevoked: false })
      const verdict = checkPeer({ certificate, isAuthorized: true }, { ...rules, find })
      expect(verdict === 'weak', name).to.equal(!isStrong)
    }
  })

  it('believes nothing that TLS itself does not', async () => {
    const { certificate } = await make({})
    const find = () => ({ contract: demo.contract, isRevoked: false })
    const rules = { authority: authority.certificate, code: '1635', now: new Date(), find }
    expect(checkPeer({ certificate, isAuthorized: true }, rules)).to.include({ contract: demo.contract })
    expect(checkPeer({ certificate, isAuthorized: false }, rules)).to.equal('foreign')
  })

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`looks the certificate up again for every request, also on kept and resumed connections (${version})`, async () => {
      const { shown, certificate } = await make({})
      const first = await dial(practice, version, { ...shown })
      expect(first.getProtocol()).to.equal(version)
      expect(await ask(first)).to.match(/^HTTP\/1.1 303 /)
      const session = first.getSession() as Buffer
      const db = openDatabase(practice.dataDir)
      db.prepare('UPDATE certificates SET revoked_at = ? WHERE fingerprint = ?').run(
        new Date().toISOString(),
        certificate.fingerprint256,
      )
      db.close()
      const revoked = say('certificate.revoked')
      expect(await ask(first))
        .to.match(/^HTTP\/1.1 403 /)
        .and.include(revoked)
      const second = await dial(practice, version, { ...shown, session })
      expect(second.isSessionReused()).to.equal(false)
      expect(await ask(second))
        .to.match(/^HTTP\/1.1 403 /)
        .and.include(revoked)
      // Nothing but the session this time: the certificate of then is worth nothing now.
      const bare = await dial(practice, version, { session })
      expect(await ask(bare)).to.match(/^HTTP\/1.1 403 /)
      for (const socket of [first, second, bare]) socket.destroy()
    })
  }

  it('speaks nothing older than TLS 1.2', async () => {
    let error: unknown
    await dial(practice, 'TLSv1.1', {}).catch((caught) => {
      error = caught
    })
    expect(String(error)).to.match(/protocol|alert/i)
  })

  it('bind a visit: with the certificate of another contract it is nobody’s', async () => {
    const page = await logOn(visit(practice.url))
    const mine = page.certificate
    await importCertificate(page, '0005678901')
    await page.open('/bank/users')
    expect([page.origin, page.path]).to.deep.equal([practice.url, '/bank'])
    page.certificate = (await make({})).shown
    await page.open('/bank/users')
    expect(page.path, 'another certificate of the same contract').to.equal('/bank')
    page.certificate = mine
    await page.open('/bank/users')
    expect(page.path).to.equal('/bank/users')
  })

  it('end in the middle of a visit when they are revoked at the counter, and are issued anew', async () => {
    const page = await logOn(visit(practice.url))
    const counter = await openCounter({
      dataDir: practice.dataDir,
      code: bank.code,
      clock: () => practice.now,
    })
    expect(counter.revoke(demo.contract)).to.be.greaterThan(0)
    expect(counter.revoke(demo.contract)).to.equal(0)
    await page.open('/bank/users')
    expect(page.text).to.include(say('certificate.revoked'))
    expect(counter.list()[0]?.troubles).to.deep.equal(['revoked'])
    expect(await counter.handIn('certificateReissue', demo.contract)).to.equal(true)
    expect(await counter.handIn('certificateReissue', '0009999999')).to.equal(false)
    expect(counter.list()[0]?.troubles).to.deep.equal([])
    counter.close()
    page.certificate = undefined
    await logOn(page)
    expect(page.path).to.equal('/bank/menu')
  })

  it('are made by an authority of each installation, whose key only its owner may read', () => {
    expect(other.certificate.fingerprint256).not.to.equal(authority.certificate.fingerprint256)
    expect(other.certificate.subject).not.to.equal(authority.certificate.subject)
    for (const file of ['clients.ca.json', 'server.ca.json', 'sandbox.keys.json']) {
      expect(statSync(join(practice.dataDir, file)).mode & 0o777, file).to.equal(0o600)
    }
  })

  it('are not of the authority that browsers are asked to trust, which can speak for the sandbox only', async () => {
    const now = new Date()
    const hosts = ['localhost', '127.0.0.1', '::1']
    const trusted = await openAuthority({ dataDir: practice.dataDir, signing: 'server', now, hosts })
    expect(trusted.certificate.toString()).to.equal(practice.authority)
    const key = makeKey()
    const [from, to] = [new Date(now.getTime() - day), new Date(now.getTime() + day)]
    const certified = { publicKey: createPublicKey(key), from, to } as const
    const client = await trusted.sign({ ...certified, subject: [['CN', right]], use: 'client' })
    register(client, {})
    const page = await beforePin()
    page.certificate = { cert: client.toString(), key: pem(key) }
    await isRefused(page, 'foreign')

    for (const [host, isFine] of [
      ['localhost', true],
      ['127.0.0.1', true],
      ['::1', true],
      ['www.bank.example', false],
      ['127.0.0.2', false],
    ] as const) {
      const server = await trusted.sign({
        ...certified,
        subject: [['CN', 'test']],
        use: 'server',
        hosts: [host],
      })
      const error = await handshake(practice, { cert: server.toString(), key: pem(key) }, host)
      expect(error, host).to.match(isFine ? /^none$/ : /PERMITTED_VIOLATION|permitted subtree violation/i)
    }
  })

  it('come as a .p12 that opens with its own password only', async () => {
    const page = await importCertificate(visit(practice.url))
    expect(page.headers.get('content-type')).to.equal('application/x-pkcs12')
    expect(page.headers.get('content-disposition')).to.equal(`attachment; filename="${right}.p12"`)
    const { pfx } = page.certificate as { pfx: Buffer }
    page.certificate = { pfx, passphrase: 'another' }
    let error: unknown
    await page.open(`${practice.logonUrl}/bank/pin`).catch((caught) => {
      error = caught
    })
    expect(String((error as Error)?.cause ?? error)).to.match(/mac verify|password|pkcs12/i)
  })
})

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string
}
