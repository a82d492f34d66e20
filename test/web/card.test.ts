import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { startBrowser } from '../support/browser.ts'
import { type Site, startSite } from './site.ts'
import { Visitor } from './visitor.ts'

const bold = (text: string) => ({ type: 'TextBlock', text, weight: 'Bolder', size: 'Medium' })

describe('a card in the chat', function () {
  this.timeout(300_000)
  let browser: Browser
  let site: Site

  before(async () => {
    ;[browser, site] = await Promise.all([startBrowser(), startSite()])
  })

  after(async () => {
    await browser.close()
    await site.close()
  })

  /** A visitor to whom the bot has sent this card, and nothing else. */
  async function shown(content: object): Promise<Visitor> {
    const visitor = await Visitor.arrive(browser, `${site.url}/?lang=ja`)
    const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content }]
    const activity = {
      id: 'c|0000001',
      type: 'message',
      from: { role: 'bot' },
      text: '言葉だけ',
      attachments,
    }
    await visitor.page.route('**/activities?watermark=*', (route) =>
      route.fulfill({ json: { activities: [activity], watermark: '1' } }),
    )
    await visitor.open()
    await visitor.chat('.bubble').waitFor()
    return visitor
  }

  async function leave(visitor: Visitor): Promise<void> {
    await visitor.context.close()
    expect(visitor.complaints).to.deep.equal([])
  }

  it('stands in the place of its words, with heading, facts, table and box', async () => {
    const cell = (text: string) => ({ items: [{ type: 'TextBlock', text }] })
    const visitor = await shown({
      body: [
        bold('見出し'),
        { type: 'FactSet', facts: [{ title: '受付番号', value: '12' }] },
        {
          type: 'Table',
          rows: [{ cells: [cell('欄'), cell('状態')] }, { cells: [cell('○'), cell('利用中止')] }],
        },
        { type: 'Container', style: 'emphasis', items: [bold('書類')] },
      ],
    })
    expect(await visitor.messages()).not.to.include('言葉だけ')
    expect(await visitor.chat('.card > h2').textContent()).to.equal('見出し')
    expect(await visitor.chat('.card dt').textContent()).to.equal('受付番号')
    expect(await visitor.chat('.card th[scope="col"]').allTextContents()).to.deep.equal(['欄', '状態'])
    expect(await visitor.chat('.card td').allTextContents()).to.deep.equal(['○', '利用中止'])
    expect(await visitor.chat('.card .emphasis h2').textContent()).to.equal('書類')
    await leave(visitor)
  })

  it('says its number once, in words, whether or not its first line does', async () => {
    for (const first of ['手順 3 / 6', 'カードを選ぶ']) {
      const visitor = await shown({ body: [bold(first)], kaijo: { kind: 'step', number: 3, total: 6 } })
      expect((await visitor.chat('.card').textContent())?.match(/3 \/ 6/g)).to.have.length(1)
      expect(await visitor.chat('progress').getAttribute('value')).to.equal('3')
      await leave(visitor)
    }
  })

  it('leads only to https, and shows every other address as text', async () => {
    const addresses = [
      'https://bank.example/a',
      'http://bank.example/',
      'javascript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'https://bank.example@evil.example/',
      '//evil.example',
      'vbscript:x',
      'blob:https://bank.example/1',
    ]
    const actions = addresses.map((url) => ({ type: 'Action.OpenUrl', title: '開く', url }))
    const visitor = await shown({ body: [], actions })
    const links = await visitor.chat('.card a').all()
    expect(await Promise.all(links.map((link) => link.getAttribute('href')))).to.deep.equal([addresses[0]])
    expect(await links[0]?.getAttribute('rel')).to.contain('noopener')
    const text = await visitor.chat('.card').textContent()
    for (const address of addresses.slice(1)) expect(text).to.contain(address)
    await leave(visitor)
  })

  it('fetches pictures from its own origin alone, and shows the words of every other', async () => {
    const urls = [
      'https://elsewhere.example/pictures/customer-card.svg',
      'https://evil.example/x.png',
      'data:image/svg+xml,<svg/>',
      'https://evil.example/pictures/../secret.svg',
    ]
    const body = urls.map((url, place) => ({ type: 'Image', url, altText: `絵${place}` }))
    const visitor = await shown({ body })
    expect(await visitor.chat('.card img').count()).to.equal(1)
    expect(await visitor.chat('.card img').getAttribute('src')).to.equal('/pictures/customer-card.svg')
    expect(await visitor.chat('.card').textContent())
      .to.contain('絵1')
      .and.to.contain('絵2')
      .and.to.contain('絵3')
    await leave(visitor)
  })

  it('shows the fallback text of what it does not know, and never fails', async () => {
    const body = [
      { type: 'Media', fallbackText: '代わりの文' },
      { type: 'ActionSet' },
      null,
      7,
      { type: 'Table', rows: 'x' },
      { type: 'TextBlock', text: ['x'] },
      { type: '__proto__' },
      bold('最後'),
    ]
    const visitor = await shown({ body, actions: [{ type: 'Action.Execute' }, 'x'], kaijo: 'x' })
    expect(await visitor.chat('.card').textContent())
      .to.contain('代わりの文')
      .and.to.contain('最後')
    await leave(visitor)
  })

  it('gives way to its words when there is nothing in it', async () => {
    const visitor = await shown({ body: [] })
    expect(await visitor.messages()).to.deep.equal(['言葉だけ'])
    await leave(visitor)
  })

  it('offers its own buttons beside the suggested ones, each once', async () => {
    const data = { msteams: { type: 'messageBack', text: 'はい' }, choice: 'yes' }
    const visitor = await shown({
      body: [],
      actions: [
        { type: 'Action.Submit', title: 'はい', data },
        { type: 'Action.Submit', title: 'いいえ', data: { choice: 'no' } },
      ],
    })
    expect(await visitor.chat('.choices button').allTextContents()).to.deep.equal(['はい', 'いいえ'])
    const posted = visitor.page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/activities'),
    )
    await visitor.choice('はい').click()
    const { text, value } = (await posted).postDataJSON()
    expect({ text, value }).to.deep.equal({ text: 'はい', value: { choice: 'yes' } })
    await leave(visitor)
  })
})
