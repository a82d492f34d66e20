import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { linkId, linkKey, signLink } from '../../bot/link.ts'
import { unlockRoutes } from '../../bot/unlockRoutes.ts'
import { createUnlockClient, requestNumber } from '../../unlock/index.ts'
import { visit } from '../unlock/visitor.ts'
import { call, key, openDoors, type UnlockDoors, words } from './unlockDoors.ts'

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

describe('the link to the bank', () => {
  let doors: UnlockDoors

  before(async () => {
    doors = await openDoors()
  })
  after(() => doors.end())
  beforeEach(() => {
    doors.accepted.length = 0
    doors.practice.now = new Date()
  })

  /** The path of a link to the request, as the bot would have made and stored it. */
  async function path(request: string, expiresAt = Date.now() + 600_000, conversation = `c-${request}`) {
    const { version } = await doors.store.open(conversation, 'directline')
    const eventId = linkId()
    await doors.store.accept({
      channel: 'test',
      eventId,
      conversation,
      activity: { type: 'event' },
      logged: false,
    })
    const pass = { id: linkId(), flow: 'f', step: 's', request, expiresAt }
    const turn = { conversation, channel: 'directline', version, state: {}, said: [], requests: [request] }
    await doors.store.commit({ ...turn, eventChannel: 'test', eventId, passes: [pass] })
    return `/go/${signLink(pass.id, key)}`
  }
  const get = (link: string, init: RequestInit = {}) =>
    fetch(doors.server.url + link, { redirect: 'manual', ...init })
  /** Opens the page and presses its button, as a person does. */
  async function follow(link: string): Promise<Response> {
    const nonce = /name="nonce" value="([^"]+)"/.exec(await (await get(link)).text())?.[1] ?? ''
    return get(link, { method: 'POST', body: new URLSearchParams({ nonce }) })
  }

  for (const locale of ['ja', 'en'] as const) {
    it(`shows where it leads, the request, its code and its end (${locale})`, async () => {
      doors.practice.now = new Date('2026-04-01T00:30:00Z')
      const request = await doors.practice.request()
      const page = await visit(doors.server.url, locale).open(await path(request.id))
      expect(page.status).to.equal(200)
      expect(page.html).to.include(`<html lang="${locale}">`)
      const end = locale === 'ja' ? '2026年4月1日 10:00' : '1 April 2026 at 10:00'
      for (const part of [
        new URL(doors.practice.url).host,
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
    const request = await doors.practice.request()
    const page = await visit(doors.server.url, 'en').open(`${await path(request.id)}?lang=ja`)
    expect(page.html).to.include('<html lang="ja">')
  })

  it('changes nothing by being looked at', async () => {
    const request = await doors.practice.request()
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
    expect(await doors.practice.state(request.id)).to.equal('created')
    expect((await follow(link)).status).to.equal(303)
  })

  it('leads to the very page of the request by its button', async () => {
    const request = await doors.practice.request()
    const answer = await follow(await path(request.id))
    expect(answer.status).to.equal(303)
    expect(answer.headers.get('location')).to.equal(request.link)
    expect(await doors.practice.state(request.id)).to.equal('created')
  })

  it('works once, and tells the conversation that it was followed', async () => {
    const request = await doors.practice.request()
    const link = await path(request.id)
    expect((await follow(link)).status).to.equal(303)
    expect((await doors.store.pending(`c-${request.id}`))?.activity).to.deep.equal({
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
    const request = await doors.practice.request()
    const link = await path(request.id)
    const nonce = /name="nonce" value="([^"]+)"/.exec(await (await get(link)).text())?.[1] ?? ''
    const press = () => get(link, { method: 'POST', body: new URLSearchParams({ nonce }) })
    const statuses = (await Promise.all(Array.from({ length: 20 }, press))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 303)).to.have.length(1)
    expect(statuses.filter((status) => status === 410)).to.have.length(19)
  })

  it('shows the page to whoever posts without having opened it, and is not spent by that', async () => {
    const request = await doors.practice.request()
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
    const request = await doors.practice.request()
    const answer = await get(await path(request.id, doors.practice.now.getTime() - 1))
    expect(answer.status).to.equal(410)
    expect(await answer.text()).to.include(words.t('ja', 'go:sorry.expired.title'))
  })

  it('has no script, and lets its form lead to the bank and nowhere else', async () => {
    const request = await doors.practice.request()
    const answer = await get(await path(request.id))
    expect(answer.headers.get('content-security-policy')).to.equal(
      `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' ${doors.practice.url}; frame-ancestors 'none'; base-uri 'none'`,
    )
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    expect(answer.headers.get('referrer-policy')).to.equal('no-referrer')
    expect(await answer.text()).not.to.match(/<script|javascript:|style=/)
  })

  it('answers 404 kindly to a link that is not ours, and asks the API nothing', async () => {
    let asked = 0
    const client = { ...doors.parts.client, read: async () => Promise.reject(new Error(`asked ${++asked}`)) }
    const route = unlockRoutes({ ...doors.parts, client }).find(
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
    const declined = await doors.practice.request()
    await (await visit(doors.practice.url).open(declined.link)).send({ decline: 'yes' })
    const late = await doors.practice.request()
    doors.practice.now = new Date(Date.now() + 31 * 60 * 1000)
    const until = doors.practice.now.getTime() + 60_000
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
    const { token } = doors.practice
    const client = createUnlockClient({
      url: 'http://127.0.0.1:9',
      token,
      callbackUrl: 'http://127.0.0.1:9/',
    })
    const route = unlockRoutes({ ...doors.parts, client }).find(
      (one) => one.path === '/go/:id' && one.method === 'GET',
    )
    const link = (await path('0123456789ABCDEFGHJKMNPQRS')).slice('/go/'.length)
    const answer = await call(route, link)
    expect(answer.status).to.equal(503)
    expect(String(answer.body)).to.include('いつもの方法で')
  })
})
