import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createUnlockClient, type UnlockClient, UnlockUnavailable } from '../../unlock/index.ts'
import { type Name, writeCertificate } from '../../unlock/sandbox/certificateWriter.ts'
import { trustingFetch } from '../../unlock/sandbox/trust.ts'

const id = '0123456789ABCDEFGHJKMNPQRS'
const day = 24 * 60 * 60 * 1000
const name: Name = [['CN', 'An authority of this test']]
const leaf: Name = [['CN', 'An unlock API of this test']]
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

describe('the unlock client over TLS', () => {
  const authority = pair()
  const stranger = pair()
  const servers: Server[] = []
  let asked: number
  let trusting: ReturnType<typeof trustingFetch>

  before(async () => {
    const from = new Date(Date.now() - day)
    const to = new Date(Date.now() + day)
    const what = { subject: name, publicKey: authority.publicKey, from, to, use: 'authority' as const }
    const certificate = await writeCertificate(what, { name, key: authority.privateKey })
    trusting = trustingFetch(certificate.toString())
  })
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  })
  after(() => trusting.close())

  /** A client of an API whose certificate is valid on these days from now, for this host, and signed with this key. */
  async function clientOf(days: [from: number, to: number], host = '127.0.0.1', key = authority.privateKey) {
    const own = pair()
    const [from, to] = days.map((count) => new Date(Date.now() + count * day)) as [Date, Date]
    const what = { subject: leaf, publicKey: own.publicKey, from, to, use: 'server' as const, hosts: [host] }
    const certificate = await writeCertificate(what, { name, key })
    const secrets = {
      key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      cert: certificate.toString(),
    }
    const server = createServer(secrets, (_, response) => {
      asked += 1
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          id,
          state: 'created',
          bindingCode: '4821',
          link: url,
          createdAt: at,
          expiresAt: at,
        }),
      )
    })
    asked = 0
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const at = new Date().toISOString()
    return createUnlockClient({ url, token: 't', callbackUrl: 'https://bot.example/', fetch: trusting.fetch })
  }

  it('reads from an API whose certificate is good', async () => {
    expect(await (await clientOf([-1, 1])).read(id)).to.include({ id })
  })

  const bad: [string, () => Promise<UnlockClient>][] = [
    ['has expired', () => clientOf([-2, -1])],
    ['is not valid yet', () => clientOf([1, 2])],
    ['is of another host', () => clientOf([-1, 1], 'bank.example')],
    ['was signed by somebody else', () => clientOf([-1, 1], '127.0.0.1', stranger.privateKey)],
  ]
  for (const [what, make] of bad) {
    it(`takes an API for not available whose certificate ${what}, and tells it nothing`, async () => {
      const client = await make()
      const error = await client.read(id).then(
        () => undefined,
        (caught) => caught,
      )
      expect(error).to.be.instanceOf(UnlockUnavailable)
      // It is the certificate that ends it, not our patience.
      expect(error.cause).to.have.property('name').that.is.not.equal('TimeoutError')
      expect(asked).to.equal(0)
    })
  }
})
