import { expect } from 'chai'
import { openCounter } from '../../../unlock/sandbox/counter.ts'
import { bank, demo, type Practice, practise } from '../practice.ts'
import { atPin, cardPassword, importCertificate, logOn, type Visitor, visit } from '../visitor.ts'

describe('the 確認用パスワード of the お客様カード', () => {
  let practice: Practice
  beforeEach(async () => {
    practice = await practise()
  })
  afterEach(() => practice.end())

  async function atConfirm(page = visit(practice.url)): Promise<Visitor> {
    await atPin(page)
    await page.send({ pin: demo.pin })
    expect(page.path).to.equal('/bank/confirm')
    return page
  }
  const handIn = async (contract: string) => {
    const counter = await openCounter({
      dataDir: practice.dataDir,
      code: bank.code,
      clock: () => practice.now,
    })
    await counter.handIn('cardReissue', contract)
    counter.close()
  }
  const other = (password: string) => (password === '00000000' ? '00000001' : '00000000')

  it('is eight digits at forty places, and other ones on every card', async () => {
    const page = await visit(practice.url).open('/')
    const all = [...page.html.matchAll(/<li><code>(\d+)<\/code>/g)].map(([, password]) => password)
    // Four contracts have a card; one has lost it.
    expect(all).to.have.length(160)
    expect(new Set(all).size).to.equal(160)
    expect(all.every((password) => /^\d{8}$/.test(password ?? ''))).to.equal(true)
  })

  it('is good for one log-on: the place is struck through, and never asked for again', async () => {
    const asked = new Set<string>()
    for (let n = 0; n < 40; n += 1) {
      const page = await atConfirm()
      const password = await cardPassword(page)
      expect(asked.has(password)).to.equal(false)
      asked.add(password)
      await page.send({ cardPassword: password })
      expect(page.path).to.equal('/bank/menu')
    }
    expect((await visit(practice.url).open('/')).html.match(/<li><s>/g)).to.have.length(40)
    const page = await atConfirm()
    await page.send({ cardPassword: await cardPassword(page) })
    expect(page.status, 'the card is used up').to.equal(422)
    await handIn(demo.contract)
    await logOn(page)
    expect(page.path).to.equal('/bank/menu')
  }).timeout(180_000)

  it('is bound to its log-on: what another log-on is asked for does not help', async () => {
    const [first, second] = [await atConfirm(), await atConfirm()]
    while (/カードの(\d+)/.exec(second.text)?.[1] === /カードの(\d+)/.exec(first.text)?.[1])
      await atConfirm(second)
    await second.send({ cardPassword: await cardPassword(first) })
    expect(second.status).to.equal(422)
    await first.send({ cardPassword: await cardPassword(first) })
    expect(first.path).to.equal('/bank/menu')
  })

  it('is spent once, however many send it at the same time', async () => {
    const page = await atConfirm()
    const cardOf = await cardPassword(page)
    const copies = Array.from({ length: 10 }, () => {
      const copy = visit(practice.url)
      copy.certificate = { ...page.certificate }
      for (const [name, value] of page.cookies) copy.cookies.set(name, value)
      return Object.assign(copy, { origin: page.origin, html: page.html })
    })
    await Promise.all(copies.map((copy) => copy.send({ cardPassword: cardOf })))
    expect(copies.filter(({ path }) => path === '/bank/menu')).to.have.length(1)
  })

  it('may be typed in full width', async () => {
    const page = await atConfirm()
    const wide = (await cardPassword(page)).replace(/\d/g, (digit) =>
      String.fromCharCode(digit.charCodeAt(0) + 0xfee0),
    )
    await page.send({ cardPassword: wide })
    expect(page.path).to.equal('/bank/menu')
  })

  it('stops the card after five wrong ones, also for the right one, until another card is there', async () => {
    const page = await atConfirm()
    const right = await cardPassword(page)
    for (let n = 0; n < 5; n += 1) await page.send({ cardPassword: other(right) })
    const wrong = page.text
    await page.send({ cardPassword: right })
    expect([page.status, page.text]).to.deep.equal([422, wrong])
    expect(wrong).to.include('シティ信金ビジネスダイレクトお客様カード再発行依頼書')
    await handIn(demo.contract)
    await logOn(page)
    expect(page.path).to.equal('/bank/menu')
  })

  it('counts no empty one', async () => {
    const page = await atConfirm()
    for (let n = 0; n < 6; n += 1) await page.send({ cardPassword: '' })
    await page.send({ cardPassword: await cardPassword(page) })
    expect(page.path).to.equal('/bank/menu')
  })

  it('of a lost card opens nothing', async () => {
    const lost = '0004567890'
    const page = await importCertificate(visit(practice.url), lost)
    await atPin(page)
    await page.send({ pin: '731590' })
    expect(page.path).to.equal('/bank/confirm')
    for (let place = 0; place < 5; place += 1) {
      await page.send({ cardPassword: '12345678' })
      expect(page.status).to.equal(422)
    }
    await handIn(lost)
    await atPin(page)
    await page.send({ pin: '731590' })
    await page.send({ cardPassword: await cardPassword(page, lost) })
    expect(page.path).to.equal('/bank/menu')
  })
})
