import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { type UnlockParts, unlockRoutes } from '../../bot/unlockRoutes.ts'
import { signWebhook } from '../../unlock/index.ts'
import { listenForWebhooks, type Received } from '../unlock/practice.ts'
import { visit } from '../unlock/visitor.ts'
import { call, openDoors, type UnlockDoors } from './unlockDoors.ts'

describe('the callback of the unlock API', () => {
  let doors: UnlockDoors

  before(async () => {
    doors = await openDoors()
  })
  after(() => doors.end())
  beforeEach(() => {
    doors.accepted.length = 0
    doors.practice.now = new Date()
  })

  /** A request that a conversation waits for, and the bank's own webhook of its first step. */
  async function waiting(): Promise<{ id: string; conversation: string; webhook: Received }> {
    const bankSays = await listenForWebhooks()
    const { id, link, bindingCode } = await doors.practice.request(bankSays.url)
    const conversation = `conversation-${id}`
    const { version } = await doors.store.open(conversation, 'directline')
    const eventId = `begin-${id}`
    const activity = { type: 'event' }
    await doors.store.accept({ channel: 'test', eventId, conversation, activity, logged: false })
    const turn = { conversation, channel: 'directline', version, state: {}, said: [] }
    await doors.store.commit({ ...turn, eventChannel: 'test', eventId, requests: [id] })
    await (await visit(doors.practice.url).open(link)).send({ code: bindingCode })
    const [webhook] = await bankSays.count(1)
    await bankSays.close()
    return { id, conversation, webhook: webhook as Received }
  }
  const post = ({ headers, body }: Pick<Received, 'headers' | 'body'>) =>
    fetch(`${doors.server.url}/unlock/callback`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: Object.fromEntries(
        Object.entries(headers).filter(([name]) => name.startsWith('webhook-') || name === 'content-type'),
      ) as Record<string, string>,
    })

  it('hands the news to the conversation that waits, as the API confirms them', async () => {
    const { id, conversation, webhook } = await waiting()
    expect((await post(webhook)).status).to.equal(204)
    expect(doors.accepted).to.deep.equal([
      {
        channel: 'unlock',
        eventId: `${webhook.headers['webhook-id']}/${conversation}`,
        conversation,
        activity: { type: 'event', name: 'unlock.updated', value: { id, state: 'opened' } },
        logged: false,
      },
    ])
  })

  it('takes a hundred copies at once for one', async () => {
    const { webhook } = await waiting()
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(webhook)))
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([204]))
    expect(doors.accepted).to.have.length(1)
  })

  it('refuses what the bank has not signed, and tells nobody', async () => {
    const { webhook } = await waiting()
    const stranger = generateKeyPairSync('ed25519').privateKey
    const forged = signWebhook({ id: 'msg_1', body: webhook.body, keys: [stranger], now: doors.practice.now })
    for (const change of [
      { headers: forged, body: webhook.body },
      { headers: { ...webhook.headers, 'webhook-id': 'msg_1' }, body: webhook.body },
      { headers: webhook.headers, body: Buffer.from(String(webhook.body).replace('opened', 'cleared')) },
      { headers: webhook.headers, body: Buffer.from(` ${webhook.body}`) },
      { headers: {}, body: webhook.body },
    ]) {
      const answer = await post(change)
      expect(answer.status).to.equal(401)
      expect(await answer.text()).not.to.include(webhook.json.data.id)
    }
    expect(doors.accepted).to.deep.equal([])
  })

  it('refuses a webhook that is more than five minutes old', async () => {
    const { webhook } = await waiting()
    doors.practice.now = new Date(Date.now() + 306_000)
    expect((await post(webhook)).status).to.equal(401)
  })

  it('answers 202 when nobody waits, and to kinds of news that it does not know', async () => {
    const bankSays = await listenForWebhooks()
    const { link } = await doors.practice.request(bankSays.url)
    await (await visit(doors.practice.url).open(link)).send({ decline: 'yes' })
    const [webhook] = await bankSays.count(1)
    await bankSays.close()
    expect((await post(webhook as Received)).status).to.equal(202)

    const pair = generateKeyPairSync('ed25519')
    const body = Buffer.from(JSON.stringify({ type: 'unlock.archived', data: {} }))
    const headers = signWebhook({ id: 'msg_2', body, keys: [pair.privateKey], now: doors.practice.now })
    const route = callback({ ...doors.parts, keys: () => [pair.publicKey] })
    expect((await call(route, '', { headers, body })).status).to.equal(202)
    expect(doors.accepted).to.deep.equal([])
  })

  it('answers 503 when the store or the API is away, so that the bank sends it again', async () => {
    const { webhook } = await waiting()
    const away = () => Promise.reject(new Error('away'))
    for (const broken of [
      { store: { ...doors.parts.store, requesters: away } },
      { turns: { ...doors.parts.turns, accept: away } },
      { client: { ...doors.parts.client, read: away } },
    ]) {
      let status = 0
      await call(callback({ ...doors.parts, ...broken }), '', webhook).catch((error) => {
        status = error.status
      })
      expect(status).to.equal(503)
    }
    expect((await post(webhook)).status).to.equal(204)
  })

  it('reads 20 KB at most', async () => {
    const answer = await post({ headers: {}, body: Buffer.alloc(20 * 1024 + 1) })
    expect(answer.status).to.equal(413)
  })

  const callback = (changed: UnlockParts) =>
    unlockRoutes(changed).find((one) => one.path === '/unlock/callback')
})
