import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { readPublicKey, verifyWebhook } from '../../../unlock/index.ts'
import { listenForWebhooks, type Practice, practise } from '../practice.ts'
import { visit } from '../visitor.ts'

describe('the webhooks of the sandbox', () => {
  let practice: Practice
  beforeEach(async () => {
    practice = await practise({ clock: () => new Date() })
  })
  afterEach(() => practice.end())

  async function decline(callbackUrl: string) {
    const request = await practice.request(callbackUrl)
    await (await visit(practice.url).open(request.link)).send({ decline: 'yes' })
    return request
  }
  const undelivered = async () => (await practice.api('GET', '/v1/events?undelivered=true')).body.events

  it('are sent again until they are taken, with the same id and a new signature', async () => {
    const answers = [500, 302, 404, 204]
    const callback = await listenForWebhooks((count) => answers[count - 1] ?? 204)
    const { id } = await decline(callback.url)
    const received = await callback.count(4)
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).to.equal(1)
    for (const { headers, body, json } of received) {
      expect(json.data).to.deep.equal({ id, state: 'rejected' })
      const keys = [...practice.publicKeys().map(readPublicKey)]
      expect(verifyWebhook({ headers, body, keys, now: new Date() }).valid).to.equal(true)
    }
    await callback.close()
    while ((await undelivered()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    expect((await practice.api('GET', '/v1/events')).body.events).to.have.length(1)
    expect(received).to.have.length(4)
  })

  it('follow no redirect: only the address that was given is told', async () => {
    const other = await listenForWebhooks()
    const callback = await listenForWebhooks((count) => (count === 1 ? 307 : 204), other.url)
    await decline(callback.url)
    await callback.count(2)
    expect(other.received).to.deep.equal([])
    await callback.close()
    await other.close()
  })

  it('wait for a bot that was away, also over a restart, and are listed meanwhile', async () => {
    const gone = await listenForWebhooks()
    await gone.close()
    const { id } = await decline(gone.url)
    expect((await undelivered()).map((one: { event: { data: object } }) => one.event.data)).to.deep.equal([
      { id, state: 'rejected' },
    ])
    await practice.restart()
    expect(await undelivered()).to.have.length(1)
  })

  it('end when the bot says that it is gone for good', async () => {
    const callback = await listenForWebhooks(() => 410)
    await decline(callback.url)
    await callback.count(1)
    const other = await listenForWebhooks()
    await decline(other.url)
    await other.count(1)
    expect(callback.received).to.have.length(1)
    expect(await undelivered()).to.have.length(1)
    await callback.close()
    await other.close()
  })

  it('do not wait for each other: one receiver that hangs stops nobody', async () => {
    const hangs = Promise.withResolvers<ServerResponse>()
    const hanging = createServer((_, response) => hangs.resolve(response))
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
    const { port } = hanging.address() as AddressInfo
    const callback = await listenForWebhooks()
    await decline(`http://127.0.0.1:${port}/`)
    const held = await hangs.promise
    await decline(callback.url)
    await callback.count(1)
    expect(held.writableEnded, 'the one that hangs was answered').to.equal(false)
    held.end()
    hanging.closeAllConnections()
    hanging.close()
    await callback.close()
  })
})
