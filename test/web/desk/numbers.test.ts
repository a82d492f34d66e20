import { expect } from 'chai'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import type { Store } from '../../../bot/store/index.ts'
import { startBrowser } from '../../support/browser.ts'
import { type DeskVisitor, firstAdmin } from '../../support/desk.ts'
import { type Site, startSite } from '../site.ts'
import type { Visitor } from '../visitor.ts'
import { atTheDesk } from './agent.ts'

/** Counts as many turns would have left them. */
async function counted(store: Store): Promise<void> {
  const day = new Date(Date.now() + 9 * 3600 * 1000).toISOString().slice(0, 10)
  const count = (times: number, step: string, what: string, detail = '', flow = 'service-suspended') =>
    Array.from({ length: times }, () => ({ flow, step, what, detail }))
  const of = [
    ...count(10, 'role', 'reached'),
    ...count(8, 'role', 'done'),
    ...count(8, 'at-hand', 'reached'),
    ...count(5, 'unlock/open', 'reached'),
    ...count(3, 'unlock/open', 'trouble', 'no-button'),
    ...count(4, 'forms', 'reached'),
    ...count(2, 'admin-forms', 'reached'),
    ...count(6, 'how-long', 'answered', '', ''),
    ...count(4, 'how-long', 'helped', '', ''),
    ...count(3, 'handoff', 'asked', '', ''),
    ...count(2, 'handoff', 'rated', '5', ''),
  ]
  await store.open('counted', 'line')
  const turn = { conversation: 'counted', channel: 'line', version: 0, state: null, said: [], requests: [] }
  const handoff = { begins: 'h', summary: {} }
  await store.commit({
    ...turn,
    eventId: 'e',
    eventChannel: 'test',
    isNew: true,
    handoff,
    counts: { day, of },
  })
}

describe('the numbers at the desk', function () {
  this.timeout(300_000)
  let browser: Browser
  let site: Site
  let admin: DeskVisitor

  before(async () => {
    ;[browser, site] = await Promise.all([startBrowser(), startSite()])
    admin = await firstAdmin(site.kaijo)
    await counted(site.kaijo.store)
  })
  after(async () => {
    await browser.close()
    await site.close()
  })

  const atNumbers = async (
    options: BrowserContextOptions & { lang?: 'ja' | 'en' } = {},
  ): Promise<Visitor> => {
    const visitor = await atTheDesk(browser, site, admin, { role: 'supervisor', ...options })
    await visitor.page.goto(`${site.url}/desk#/numbers`)
    await visitor.page.locator('.plot').first().waitFor()
    return visitor
  }

  it('shows how far customers came, as bars and as the table behind them, by the keyboard alone', async () => {
    const { page, complaints } = await atNumbers()
    const first = page.locator('.plot li').first()
    expect(await first.innerText()).to.match(/ロックされたのはどなたですか？\s*8 \/ 10/)
    const widths = await first
      .locator('rect')
      .evaluateAll((all) => all.map((one) => one.getAttribute('width')))
    expect(widths).to.deep.equal(['100%', '100%', '80%'])
    await page.locator('.behind summary').first().focus()
    await page.keyboard.press('Enter')
    const row = page.locator('.behind[open] tbody tr').first()
    expect((await row.locator('td').allInnerTexts()).slice(0, 2)).to.deep.equal(['10', '8'])
    expect(complaints).to.deep.equal([])
  })

  it('counts ends together that read the same, and draws all bars of a plot to one scale', async () => {
    const { page } = await atNumbers()
    const same = page.locator('.plot li').filter({ hasText: 'お取引店でのお手続きが必要です' })
    expect(await same.innerText()).to.match(/\b6（100%）/)
    const plots = await page
      .locator('.plot')
      .evaluateAll((all) => all.map((one) => [...one.querySelectorAll('svg')].map((bar) => bar.clientWidth)))
    for (const widths of plots) expect(new Set(widths).size, widths.join()).to.equal(1)
  })

  it('asks for other days, says when there is nothing, and names a period that cannot be', async () => {
    const { page } = await atNumbers()
    const period = async (from: string, to: string) => {
      await page.locator('input[type=date]').first().fill(from)
      await page.locator('input[type=date]').last().fill(to)
      await page.keyboard.press('Enter')
    }
    const status = page.locator('main [role=status]')
    await period('2020-01-01', '2020-01-31')
    await status.filter({ hasText: 'この期間の記録はありません。' }).waitFor()
    expect(await page.locator('.plot').count()).to.equal(0)
    await period('2020-02-01', '2020-01-31')
    await status.filter({ hasText: '366 日以内' }).waitFor()
  })

  it('gives both tables as files', async () => {
    const { page } = await atNumbers()
    for (const [words, name] of [
      ['手順ごとの CSV', /^numbers-.*\.csv$/],
      ['会話ごとの CSV', /^conversations-.*\.csv$/],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: words }).click(),
      ])
      expect(download.suggestedFilename()).to.match(name)
    }
  })

  it('is not in the way of agents, who have no numbers', async () => {
    const { page } = await atTheDesk(browser, site, admin)
    expect(await page.locator('nav a').allInnerTexts()).not.to.include('集計')
  })

  const looks = [
    { lang: 'ja', colorScheme: 'light', width: 1280 },
    { lang: 'en', colorScheme: 'dark', width: 1280 },
    { lang: 'ja', colorScheme: 'dark', width: 768 },
    { lang: 'en', colorScheme: 'light', width: 768 },
  ] as const
  for (const { lang, colorScheme, width } of looks)
    it(`has nothing that axe-core finds wrong and no sideways scrolling, ${lang} ${colorScheme} ${width}`, async () => {
      const visitor = await atNumbers({ lang, colorScheme, viewport: { width, height: 900 } })
      for (const summary of await visitor.page.locator('.behind summary').all()) await summary.click()
      expect(await visitor.axe()).to.deep.equal([])
      const overflow = await visitor.page.evaluate('document.documentElement.scrollWidth - innerWidth')
      expect(overflow).to.be.at.most(0)
      const cards = await visitor.page
        .locator('.plots .card')
        .evaluateAll((all) => all.map((card) => card.scrollWidth - card.clientWidth))
      expect(Math.max(...cards)).to.be.at.most(0)
      expect(visitor.complaints).to.deep.equal([])
    })
})
