import { expect } from 'chai'
import { readPublicKey, readUpdate, requestNumber, verifyWebhook } from '../../../unlock/index.ts'
import { demo, listenForWebhooks, type Practice, practise } from '../practice.ts'
import { cardPassword, formToken, importCertificate, logOn, type Visitor, visit } from '../visitor.ts'

describe('the walk through the six steps', () => {
  let practice: Practice
  before(async () => {
    practice = await practise()
  })
  after(() => practice.end())

  for (const language of ['ja', 'en'] as const) {
    it(`leads from the link to the cleared suspension, and tells the bot (${language})`, async () => {
      const callback = await listenForWebhooks()
      const request = await practice.request(callback.url, language)
      const page = await importCertificate(visit(practice.url, language))

      await page.open(request.link)
      expect(page.text).to.include(requestNumber(request.id))
      // Four digits may also be a year, or stand in the number.
      const known = [requestNumber(request.id), /\b20\d\d\b/g]
      const rest = known.reduce((text: string, one) => text.replaceAll(one, ''), page.text)
      expect(rest).not.to.include(request.bindingCode)
      expect(await practice.state(request.id)).to.equal('created')

      await page.send({ code: request.bindingCode })
      expect(await practice.state(request.id)).to.equal('opened')
      expect(page.text)
        .to.include('管理者ログオン')
        .and.include('電子証明書方式')
        .and.include(request.bindingCode)

      await page.send({})
      expect(page.origin).to.equal(practice.logonUrl)
      expect(page.text).to.include('00012345671635')
      expect(page.text).to.include('ご契約先暗証番号').and.include('ログオン')
      await page.send({ pin: demo.pin })
      expect(page.text).to.include('確認用パスワード').and.include('OK')
      await page.send({ cardPassword: await cardPassword(page) })
      expect(await practice.state(request.id)).to.equal('verified')

      expect(page.text).to.include('ご契約先管理情報変更')
      await page.open('/bank/contract')
      expect(page.text).to.include('利用者情報登録/変更')
      await page.open('/bank/users')
      expect(page.text)
        .to.include('利用者情報選択')
        .and.include('利用中止')
        .and.include('ご契約先確認暗証番号')
      expect(marks(page)).to.deep.equal(['○', '—'])
      expect(page.text).to.include(requestNumber(request.id)).and.include(request.bindingCode)

      await page.send({ user: demo.user, confirmPin: demo.confirmPin })
      expect(marks(page)).to.deep.equal(['—', '—'])
      expect(await practice.state(request.id)).to.equal('cleared')

      const webhooks = await callback.count(3)
      expect(webhooks.map(({ json }) => json.data.state)).to.have.members(['opened', 'verified', 'cleared'])
      for (const { headers, body } of webhooks) {
        const verdict = verifyWebhook({
          headers,
          body,
          keys: practice.publicKeys().map(readPublicKey),
          now: practice.now,
        })
        expect(verdict).to.deep.equal({ valid: true, id: headers['webhook-id'] })
        expect(readUpdate(body)?.id).to.equal(request.id)
      }
      await page.open('/')
      await page.send({}, { action: '/reset', token: formToken(page) })
      await callback.close()
    })
  }

  it('works by hand, and then tells no request', async () => {
    const request = await practice.request()
    const page = visit(practice.url)
    await logOn(page)
    await page.open('/bank/users')
    await page.send({ user: demo.user, confirmPin: demo.confirmPin })
    expect(marks(page)).to.deep.equal(['—', '—'])
    expect(page.text).to.include('チャットには知らせが届きません').and.include('この画面を閉じてください')
    expect(page.html, 'nothing is left to clear').not.to.include('confirmPin')
    expect(await practice.state(request.id)).to.equal('created')
  })

  it('suspends the user again on request', async () => {
    const page = await visit(practice.url).open('/')
    await page.send({}, { action: '/reset', token: formToken(page) })
    expect(page.text).to.include('最初の状態に戻しました')
    await logOn(page)
    await page.open('/bank/users')
    expect(marks(page)).to.deep.equal(['○', '—'])
  })

  it('finds a request by the number that is read out', async () => {
    const request = await practice.request()
    const page = await visit(practice.url).open('/')
    const number = requestNumber(request.id).toLowerCase().replace('-', ' ')
    await page.send({ number })
    expect(page.path).to.equal(`/requests/${request.id}`)
    await page.open('/')
    await page.send({ number: 'ZZZZ-ZZZZ' })
    expect(page.status).to.equal(422)
  })

  it('carries on after a restart', async () => {
    const request = await practice.request()
    const page = await visit(practice.url).open(request.link)
    await page.send({ code: request.bindingCode })
    const cookies = new Map(page.cookies)
    await practice.restart()
    const later = visit(practice.url)
    for (const [name, value] of cookies) later.cookies.set(name, value)
    await logOn(later)
    expect(await practice.state(request.id)).to.equal('verified')
  })
})

function marks(page: Visitor): string[] {
  return [...page.html.matchAll(/role="img"[^>]*>([^<]*)</g)].map(([, mark]) => mark ?? '')
}
