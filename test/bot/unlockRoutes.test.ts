import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { linkId, linkKey, signLink } from '../../bot/link.ts'
import type { Route } from '../../bot/route.ts'
import type { Inbound, Store } from '../../bot/store/index.ts'
import { type UnlockParts, unlockRoutes } from '../../bot/unlockRoutes.ts'
import { createWords } from '../../locales/index.ts'
import { createUnlockClient, readPublicKey, requestNumber, signWebhook } from '../../unlock/index.ts'
import { type EchoServer, startEcho } from '../support/echoServer.ts'
import { bank, listenForWebhooks, type Practice, practise, type Received } from '../unlock/practice.ts'
import { visit } from '../unlock/visitor.ts'

const key = linkKey(randomBytes(32))
const unknown = 'AbCdEfGhIjKlMnOpQrStUv'
/** What fetches the links of a message before any person does. */
const previewers = [
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'TelegramBot (like TwitterBot)',
  'facebookexternalhit/1.1',
  'Facebot',
  'Twitterbot/1.0',
  'Discordbot/2.0',
  'WhatsApp/2.23.20.0',
  'LinkedInBot/1.0',
  'SkypeUriPreview Preview/0.5',
  'Microsoft Office/16.0 (Microsoft Outlook 16.0)',
  'Mozilla/5.0 (compatible; MSIE 10.0; SafeLinks)',
  'Linespider/1.1',
  'facebookcatalog/1.0',
  'Googlebot/2.1',
  'bingbot/2.0',
  'Applebot/0.1',
  'Iframely/1.3.1',
  'redditbot/1.0',
  'Viber/13.3',
  'kakaotalk-scrap/1.0',
]

const dir = new URL('../../locales', import.meta.url).pathname
const sentences = { flows: {}, faq: {} }
const words = createWords({ dir, sentences, bank: { ...bank, forms: {} } })

describe('the routes to the unlock API', () => {
  let practice: Practice
  let server: EchoServer
  let store: Store
  let parts: UnlockParts
  const accepted: Inbound[] = []

  before(async () => {
    practice = await practise()
    const { url, token, publicKeys } = practice
    parts = {
      client: createUnlockClient({ url, token, callbackUrl: 'http://127.0.0.1:9/unlock/callback' }),
      keys: () => publicKeys().map(readPublicKey),
      turns: {
        async accept(inbound) {
          const result = await store.accept(inbound)
          if (!result.seen) accepted.push(inbound)
          return result
        },
        wake: () => {},
      },
      store: {
        requesters: (id) => store.requesters(id),
        pass: (id) => store.pass(id),
        spend: (id, tells) => store.spend(id, tells),
      },
      words,
      linkKey: key,
      clock: () => practice.now,
    }
    server = await startEcho({ routes: unlockRoutes(parts), env: { LIMIT_REQUESTS_PER_ADDRESS: '1000000' } })
    store = server.store
  })
  after(async () => {
    await server.close()
    await practice.end()
  })
  beforeEach(() => {
    accepted.length = 0
    practice.now = new Date()
  })

  /** The path of a link to the request, as the bot would have made and stored it. */
  async function path(request: string, expiresAt = Date.now() + 600_000, conversation = `c-${request}`) {
    const { version } = await store.open(conversation, 'directline')
    const eventId = linkId()
    await store.accept({ channel: 'test', eventId, conversation, activity: { type: 'event' }, logged: false })
    const pass = { id: linkId(), flow: 'f', step: 's', request, expiresAt }
    const turn = { conversation, channel: 'directline', version, state: {}, said: [], requests: [request] }
    await store.commit({ ...turn, eventChannel: 'test', eventId, passes: [pass] })
    return `/go/${signLink(pass.id, key)}`
  }
  const get = (link: string, init: RequestInit = {}) =>
    fetch(server.url + link, { redirect: 'manual', ...init })
  /** Opens the page and presses its button, as a person does. */
  async function follow(link: string): Promise<Response> {
    const nonce = /name="nonce" value="([^"]+)"/.exec(await (await get(link)).text())?.[1] ?? ''
    return get(link, { method: 'POST', body: new URLSearchParams({ nonce }) })
  }

  describe('/go', () => {
    for (const locale of ['ja', 'en'] as const) {
      it(`shows where it leads, the request, its code and its end (${locale})`, async () => {
        practice.now = new Date('2026-04-01T00:30:00Z')
        const request = await practice.request()
        const page = await visit(server.url, locale).open(await path(request.id))
        expect(page.status).to.equal(200)
        expect(page.html).to.include(`<html lang="${locale}">`)
        const end = locale === 'ja' ? '2026年4月1日 10:00' : '1 April 2026 at 10:00'
        for (const part of [
          new URL(practice.url).host,
          requestNumber(request.id),
          request.bindingCode,
          end,
        ]) {
          expect(page.text).to.include(part)
        }
        expect(page.text).to.include(words.t(locale, 'go:safety'))
      })
    }

    it('speaks the language of its address before that of the browser', async () => {
      const request = await practice.request()
      const page = await visit(server.url, 'en').open(`${await path(request.id)}?lang=ja`)
      expect(page.html).to.include('<html lang="ja">')
    })

    it('changes nothing by being looked at', async () => {
      const request = await practice.request()
      const link = await path(request.id)
      for (const [n, agent] of [
        ...previewers,
        ...previewers,
        ...previewers,
        ...previewers,
        ...previewers,
      ].entries()) {
        const headers = { 'user-agent': agent }
        await (await get(link, { method: n % 2 ? 'HEAD' : 'GET', headers })).text()
      }
      expect(await practice.state(request.id)).to.equal('created')
      expect((await follow(link)).status).to.equal(303)
    })

    it('leads to the very page of the request by its button', async () => {
      const request = await practice.request()
      const answer = await follow(await path(request.id))
      expect(answer.status).to.equal(303)
      expect(answer.headers.get('location')).to.equal(request.link)
      expect(await practice.state(request.id)).to.equal('created')
    })

    it('works once, and tells the conversation that it was followed', async () => {
      const request = await practice.request()
      const link = await path(request.id)
      expect((await follow(link)).status).to.equal(303)
      expect((await store.pending(`c-${request.id}`))?.activity).to.deep.equal({
        type: 'event',
        name: 'link.followed',
        value: { request: request.id },
      })
      for (const method of ['GET', 'POST']) {
        const again = await get(link, { method })
        expect(again.status).to.equal(410)
        expect(await again.text()).to.include(words.t('ja', 'go:sorry.used.title'))
      }
    })

    it('is followed by one of many who press at the same instant', async () => {
      const request = await practice.request()
      const link = await path(request.id)
      const nonce = /name="nonce" value="([^"]+)"/.exec(await (await get(link)).text())?.[1] ?? ''
      const press = () => get(link, { method: 'POST', body: new URLSearchParams({ nonce }) })
      const statuses = (await Promise.all(Array.from({ length: 20 }, press))).map(({ status }) => status)
      expect(statuses.filter((status) => status === 303)).to.have.length(1)
      expect(statuses.filter((status) => status === 410)).to.have.length(19)
    })

    it('shows the page to whoever posts without having opened it, and is not spent by that', async () => {
      const request = await practice.request()
      const [link, other] = [await path(request.id), await path(request.id)]
      const strange = /name="nonce" value="([^"]+)"/.exec(await (await get(other)).text())?.[1] ?? ''
      for (const nonce of ['', 'x', '9'.repeat(15), strange]) {
        const answer = await get(link, { method: 'POST', body: new URLSearchParams({ nonce }) })
        expect(answer.status).to.equal(403)
        expect(await answer.text()).to.include(request.bindingCode)
      }
      expect((await follow(link)).status).to.equal(303)
    })

    it('is over ten minutes after it was shown, whatever the request says', async () => {
      const request = await practice.request()
      const answer = await get(await path(request.id, practice.now.getTime() - 1))
      expect(answer.status).to.equal(410)
      expect(await answer.text()).to.include(words.t('ja', 'go:sorry.expired.title'))
    })

    it('has no script, and lets its form lead to the bank and nowhere else', async () => {
      const request = await practice.request()
      const answer = await get(await path(request.id))
      expect(answer.headers.get('content-security-policy')).to.equal(
        `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' ${practice.url}; frame-ancestors 'none'; base-uri 'none'`,
      )
      expect(answer.headers.get('cache-control')).to.equal('no-store')
      expect(answer.headers.get('referrer-policy')).to.equal('no-referrer')
      expect(await answer.text()).not.to.match(/<script|javascript:|style=/)
    })

    it('answers 404 kindly to a link that is not ours, and asks the API nothing', async () => {
      let asked = 0
      const client = { ...parts.client, read: async () => Promise.reject(new Error(`asked ${++asked}`)) }
      const route = unlockRoutes({ ...parts, client }).find(
        (one) => one.path === '/go/:id' && one.method === 'GET',
      )
      for (const id of [
        '',
        'x',
        `${unknown}.`,
        signLink(unknown, linkKey(randomBytes(32))),
        signLink(unknown, key),
        '../../etc/passwd',
      ]) {
        const answer = await call(route, id)
        expect(answer.status).to.equal(404)
        expect(String(answer.body)).to.include('このリンクは使えません')
      }
      expect(asked).to.equal(0)
    })

    it('answers 404 to a request that the API does not know', async () => {
      expect((await get(await path('0123456789ABCDEFGHJKMNPQRS'))).status).to.equal(404)
    })

    it('answers 410 to a request that is over, each with its reason', async () => {
      const declined = await practice.request()
      await (await visit(practice.url).open(declined.link)).send({ decline: 'yes' })
      const late = await practice.request()
      practice.now = new Date(Date.now() + 31 * 60 * 1000)
      const until = practice.now.getTime() + 60_000
      for (const [id, sorry] of [
        [declined.id, 'rejected'],
        [late.id, 'expired'],
      ] as const) {
        for (const method of ['GET', 'POST']) {
          const answer = await get(await path(id, until), { method })
          expect(answer.status).to.equal(410)
          expect(answer.headers.get('location')).to.equal(null)
          expect(await answer.text()).to.include(words.t('ja', `go:sorry.${sorry}.title`))
        }
      }
    })

    it('answers 503 with the way by hand when the API is away', async () => {
      const { token } = practice
      const client = createUnlockClient({
        url: 'http://127.0.0.1:9',
        token,
        callbackUrl: 'http://127.0.0.1:9/',
      })
      const route = unlockRoutes({ ...parts, client }).find(
        (one) => one.path === '/go/:id' && one.method === 'GET',
      )
      const link = (await path('0123456789ABCDEFGHJKMNPQRS')).slice('/go/'.length)
      const answer = await call(route, link)
      expect(answer.status).to.equal(503)
      expect(String(answer.body)).to.include('いつもの方法で')
    })
  })

  describe('/unlock/callback', () => {
    /** A request that a conversation waits for, and the bank's own webhook of its first step. */
    async function waiting(): Promise<{ id: string; conversation: string; webhook: Received }> {
      const bankSays = await listenForWebhooks()
      const { id, link, bindingCode } = await practice.request(bankSays.url)
      const conversation = `conversation-${id}`
      const { version } = await store.open(conversation, 'directline')
      const eventId = `begin-${id}`
      const activity = { type: 'event' }
      await store.accept({ channel: 'test', eventId, conversation, activity, logged: false })
      const turn = { conversation, channel: 'directline', version, state: {}, said: [] }
      await store.commit({ ...turn, eventChannel: 'test', eventId, requests: [id] })
      await (await visit(practice.url).open(link)).send({ code: bindingCode })
      const [webhook] = await bankSays.count(1)
      await bankSays.close()
      return { id, conversation, webhook: webhook as Received }
    }
    const post = ({ headers, body }: Pick<Received, 'headers' | 'body'>) =>
      fetch(`${server.url}/unlock/callback`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: Object.fromEntries(
          Object.entries(headers).filter(([name]) => name.startsWith('webhook-') || name === 'content-type'),
        ) as Record<string, string>,
      })

    it('hands the news to the conversation that waits, as the API confirms them', async () => {
      const { id, conversation, webhook } = await waiting()
      expect((await post(webhook)).status).to.equal(204)
      expect(accepted).to.deep.equal([
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
      expect(accepted).to.have.length(1)
    })

    it('refuses what the bank has not signed, and tells nobody', async () => {
      const { webhook } = await waiting()
      const stranger = generateKeyPairSync('ed25519').privateKey
      const forged = signWebhook({ id: 'msg_1', body: webhook.body, keys: [stranger], now: practice.now })
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
      expect(accepted).to.deep.equal([])
    })

    it('refuses a webhook that is more than five minutes old', async () => {
      const { webhook } = await waiting()
      practice.now = new Date(Date.now() + 306_000)
      expect((await post(webhook)).status).to.equal(401)
    })

    it('answers 202 when nobody waits, and to kinds of news that it does not know', async () => {
      const bankSays = await listenForWebhooks()
      const { link } = await practice.request(bankSays.url)
      await (await visit(practice.url).open(link)).send({ decline: 'yes' })
      const [webhook] = await bankSays.count(1)
      await bankSays.close()
      expect((await post(webhook as Received)).status).to.equal(202)

      const pair = generateKeyPairSync('ed25519')
      const body = Buffer.from(JSON.stringify({ type: 'unlock.archived', data: {} }))
      const headers = signWebhook({ id: 'msg_2', body, keys: [pair.privateKey], now: practice.now })
      const route = callback({ ...parts, keys: () => [pair.publicKey] })
      expect((await call(route, '', { headers, body })).status).to.equal(202)
      expect(accepted).to.deep.equal([])
    })

    it('answers 503 when the store or the API is away, so that the bank sends it again', async () => {
      const { webhook } = await waiting()
      const away = () => Promise.reject(new Error('away'))
      for (const broken of [
        { store: { ...parts.store, requesters: away } },
        { turns: { ...parts.turns, accept: away } },
        { client: { ...parts.client, read: away } },
      ]) {
        let status = 0
        await call(callback({ ...parts, ...broken }), '', webhook).catch((error) => {
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
})

/** Calls a route as the server would. */
async function call(
  route: Route | undefined,
  id: string,
  sent: Partial<Pick<Received, 'headers' | 'body'>> = {},
) {
  if (!route) throw new Error('There is no such route')
  const url = new URL('http://bot/')
  const body = sent.body ?? Buffer.alloc(0)
  const request = {
    id: 'r',
    method: route.method,
    url,
    params: { id },
    headers: sent.headers ?? {},
    body,
    ip: '',
  }
  return route.handle(request)
}
