import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { flatten } from '../../../unlock/sandbox/words.ts'
import { demo, type Practice, practise } from '../practice.ts'
import { atPin, cardPassword, type FormChange, formToken, logOn, type Visitor, visit } from '../visitor.ts'

/** A form with the fields of all, sent to any address. */
const action = (path: string, page: Visitor): FormChange => ({
  action: path === '/bank/menu' || path === '/bank/contract' ? '/bank/users' : path,
  token: formToken(page),
})

describe('the pages of the sandbox', () => {
  let practice: Practice
  before(async () => {
    practice = await practise()
  })
  after(() => practice.end())

  it('change nothing when a link is only looked at, however often and by whoever', async () => {
    const request = await practice.request()
    const agents = [
      'Slackbot-LinkExpanding 1.0',
      'TelegramBot (like TwitterBot)',
      'facebookexternalhit/1.1',
      'Line/1.0',
    ]
    for (let n = 0; n < 100; n += 1) {
      const method = n % 2 ? 'HEAD' : 'GET'
      const response = await fetch(request.link, { method, headers: { 'user-agent': agents[n % 4] ?? '' } })
      expect(response.status).to.equal(200)
      await response.text()
    }
    expect(await practice.state(request.id)).to.equal('created')
    const page = await visit(practice.url).open(request.link)
    await page.send({ code: request.bindingCode })
    expect(await practice.state(request.id)).to.equal('opened')
  })

  it('say which request it is, who asks for what, when, and until when', async () => {
    practice.now = new Date('2026-04-01T00:30:00Z')
    const request = await practice.request()
    const page = await visit(practice.url).open(request.link)
    for (const part of [
      'ウェブのチャット',
      '利用者の利用中止の解除',
      '2026年4月1日 9:30',
      '2026年4月1日 10:00',
    ]) {
      expect(page.text).to.include(part)
    }
    practice.now = new Date()
  })

  it('let a person decline, and then answer that the request is closed', async () => {
    const request = await practice.request()
    const page = await visit(practice.url).open(request.link)
    await page.send({ decline: 'yes' })
    expect(page.status).to.equal(410)
    expect((await practice.api('GET', `/v1/requests/${request.id}`)).body.reason).to.equal('declined')
    await page.open(request.link)
    expect(page.status).to.equal(410)
  })

  it('refuse a wrong binding code, and close the request after five', async () => {
    const request = await practice.request()
    const page = await visit(practice.url).open(request.link)
    const code = request.bindingCode === '0000' ? '0001' : '0000'
    for (let n = 0; n < 4; n += 1) {
      await page.send({ code })
      expect(page.status).to.equal(422)
    }
    await page.send({ code })
    expect(page.status).to.equal(410)
    expect(await practice.state(request.id)).to.equal('rejected')
  })

  it('answer an expired request with what to do', async () => {
    const request = await practice.request()
    practice.now = new Date(Date.now() + 31 * 60 * 1000)
    const page = await visit(practice.url).open(request.link)
    practice.now = new Date()
    expect(page.status).to.equal(410)
    expect(page.text).to.include('チャットからもう一度')
  })

  it('do not take the clearing for a request that has expired meanwhile', async () => {
    const request = await practice.request()
    const page = await visit(practice.url).open(request.link)
    await page.send({ code: request.bindingCode })
    await logOn(page)
    await page.open('/bank/users')
    practice.now = new Date(Date.now() + 31 * 60 * 1000)
    expect(await practice.state(request.id)).to.equal('expired')
    practice.now = new Date()
    await page.send({ user: demo.user, confirmPin: demo.confirmPin })
    expect(await practice.state(request.id)).to.equal('expired')
    expect(page.text).to.include('チャットには知らせが届きません')
    await page.open('/')
    await page.send({}, { action: '/reset', token: formToken(page) })
  })

  it('lead who comes too early to where they are', async () => {
    const page = await atPin(visit(practice.url))
    page.cookies.delete('kaijo_sandbox')
    for (const path of ['/bank/pin', '/bank/confirm', '/bank/menu', '/bank/contract', '/bank/users']) {
      await page.open(path)
      expect([page.origin, page.path], path).to.deep.equal([practice.url, '/bank'])
    }
    await page.send({})
    expect(page.path).to.equal('/bank/pin')
    for (const path of ['/bank/confirm', '/bank/menu', '/bank/contract', '/bank/users']) {
      await page.open(path)
      expect(page.path, path).to.equal('/bank/pin')
      await page.send({ pin: demo.pin, user: demo.user, cardPassword: '00000000' }, action(path, page))
      expect(page.path, `POST ${path}`).to.equal('/bank/pin')
    }
  })

  it('ask for a user who is suspended', async () => {
    const page = await logOn(visit(practice.url))
    await page.open('/bank/users')
    await page.send({ confirmPin: demo.confirmPin })
    expect(page.text).to.include('利用者を選んでください')
    await page.send({ user: demo.other, confirmPin: demo.confirmPin })
    expect(page.text).to.include('「利用中止」ではありません')
    await page.send({ user: 'nobody', confirmPin: demo.confirmPin })
    expect(page.text).to.include('暗証番号が違うか、ロックされています')
  })

  it('give a logged-on visit a new cookie, and end the old one', async () => {
    const page = await atPin(visit(practice.url))
    await page.send({ pin: demo.pin })
    const before = page.cookies.get('kaijo_sandbox') ?? ''
    await page.send({ cardPassword: await cardPassword(page) })
    const after = page.cookies.get('kaijo_sandbox') ?? ''
    expect(after).not.to.equal(before)
    const thief = visit(practice.url)
    thief.certificate = page.certificate
    thief.cookies.set('kaijo_sandbox', before)
    await thief.open(`${practice.logonUrl}/bank/users`)
    expect(thief.path).to.equal('/bank')
    page.cookies.set('kaijo_sandbox', after)
    await page.open('/bank/users')
    await page.send({}, { action: '/bank/logout', token: formToken(page) })
    thief.cookies.set('kaijo_sandbox', after)
    await thief.open(`${practice.logonUrl}/bank/users`)
    expect(thief.path).to.equal('/bank')
  })

  it('end a visit that has been idle for fifteen minutes', async () => {
    const page = await logOn(visit(practice.url))
    practice.now = new Date(Date.now() + 16 * 60 * 1000)
    await page.open('/bank/users')
    expect(page.path).to.equal('/bank')
    practice.now = new Date()
  })

  it('refuse forms without their token, with the token of another visit, and from another site', async () => {
    const request = await practice.request()
    const page = await visit(practice.url).open(request.link)
    const code = request.bindingCode
    const stranger = await visit(practice.url).open(request.link)
    const changes: FormChange[] = [
      { token: '' },
      { token: formToken(stranger) },
      { headers: { 'sec-fetch-site': 'cross-site' } },
      { headers: { 'sec-fetch-site': 'same-site' } },
      { headers: { cookie: '' } },
    ]
    for (const change of changes) {
      await (await page.open(request.link)).send({ code }, change)
      expect(page.status).to.equal(403)
    }
    const asBot = { headers: { authorization: `Bearer ${practice.token}`, cookie: '' }, token: '' }
    await (await page.open(request.link)).send({ code }, asBot)
    expect(page.status).to.equal(403)
    expect(await practice.state(request.id)).to.equal('created')
  })

  it('carry strict headers, and a cookie that no script and no other site sees', async () => {
    for (const path of ['/', '/bank', '/nowhere', (await practice.request()).link]) {
      const { headers } = await fetch(new URL(path, practice.url))
      expect(headers.get('content-security-policy')).to.equal(
        `default-src 'none'; style-src 'self'; form-action 'self' ${practice.logonUrl}; img-src 'self'; frame-ancestors 'none'; base-uri 'none'`,
      )
      expect(headers.get('cache-control')).to.equal('no-store')
      expect(headers.get('x-content-type-options')).to.equal('nosniff')
      for (const cookie of headers.getSetCookie())
        expect(cookie).to.match(/; HttpOnly; SameSite=Strict; Secure$/)
    }
  })

  it('say on each that this is practice and not the bank', async () => {
    const page = visit(practice.url)
    for (const path of ['/', '/bank', '/nowhere', (await practice.request()).link]) {
      expect((await page.open(path)).text).to.include(
        'ここは練習環境（サンドボックス）です。本物の銀行の画面ではありません。',
      )
    }
  })

  it('escape what they are sent', async () => {
    const page = await visit(practice.url).open('/')
    await page.send({ number: '"><script>alert(1)</script>' })
    expect(page.html).not.to.include('<script')
    await page.open('/requests/%3Cscript%3E?done=%3Cscript%3E')
    expect(page.status).to.equal(404)
    expect(page.html).not.to.include('<script')
  })

  it('survive forms that are none', async () => {
    const page = await visit(practice.url).open('/')
    const cookie = [...page.cookies].map((one) => one.join('=')).join('; ')
    const post = (init: RequestInit) =>
      fetch(`${practice.url}/bank`, { method: 'POST', ...init, headers: { cookie, ...init.headers } })
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post({ body: 'x'.repeat(9000), headers: type })).status).to.equal(413)
    expect((await post({ body: '{}', headers: { 'content-type': 'application/json' } })).status).to.equal(415)
    expect((await post({ body: 'a', headers: { ...type, 'content-encoding': 'gzip' } })).status).to.equal(415)
    expect((await post({ body: Buffer.from([0xff]), headers: type })).status).to.equal(400)
    expect((await fetch(`${practice.url}/bank`, { method: 'PUT' })).status).to.equal(405)
    expect((await visit(practice.url).open('/')).status).to.equal(200)
  })

  it('speak the language that was chosen, also on the pages after it', async () => {
    const page = await visit(practice.url).open('/?lang=en')
    expect(page.html).to.include('<html lang="en">').and.include('<span lang="ja">ご契約先暗証番号</span>')
    await page.open('/bank')
    expect(page.html).to.include('<html lang="en">')
    const request = await practice.request(undefined, 'en')
    const other = await visit(practice.url, 'ja').open(request.link)
    expect(other.html).to.include('<html lang="en">')
  })

  it('have every sentence in both languages, with the same names in it', () => {
    const [ja, en] = (['ja', 'en'] as const).map((locale) => {
      const file = new URL(`../../../unlock/sandbox/screens.${locale}.yaml`, import.meta.url)
      return flatten(parse(readFileSync(file, 'utf8')))
    })
    expect([...(en?.keys() ?? [])]).to.deep.equal([...(ja?.keys() ?? [])])
    const names = (text = '') => [...text.matchAll(/\{\{[\w.]+\}\}/g)].map(String).sort()
    for (const [key, sentence] of ja ?? []) expect(names(en?.get(key)), key).to.deep.equal(names(sentence))
  })
})
