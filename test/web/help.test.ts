import axe, { type AxeResults } from 'axe-core'
import { expect } from 'chai'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startBrowser } from '../support/browser.ts'
import { type Site, startSite } from './site.ts'
import { Visitor } from './visitor.ts'

const phone: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  screen: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
}

const toTheLink = ['利用者', '3つともあります', 'わかります']

describe('a guide number, from a phone to the PC', function () {
  this.timeout(300_000)
  let browser: Browser
  let site: Site

  before(async () => {
    ;[browser, site] = await Promise.all([startBrowser(), startSite({ LIMIT_GUIDES_PER_ADDRESS: '6' })])
  })
  after(async () => {
    await browser.close()
    await site.close()
  })

  const atTheLink = async (options: BrowserContextOptions = phone) => {
    const customer = await Visitor.arrive(browser, site.url, options)
    await customer.open()
    await customer.say('ログオンできない')
    for (const answer of toTheLink) await customer.press(answer)
    return customer
  }
  const numberOf = async (customer: Visitor) => {
    const text = (await customer.messages()).at(-1) ?? ''
    return /(\d{4} \d{4})/.exec(text)?.[1] ?? ''
  }
  const open = async (path: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'ja-JP',
      ...options,
    })
    context.setDefaultTimeout(60_000)
    const page = await context.newPage()
    await page.goto(site.url + path)
    return page
  }
  const wide = (text: string) =>
    text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))

  it('is shown on a phone in place of a link, and opens the same step on the PC, where both go on together', async () => {
    const customer = await atTheLink()
    expect(await customer.chat('.card.step a').count()).to.equal(0)
    const number = await numberOf(customer)

    const page = await open('/help')
    await page.getByLabel('ご案内番号').fill(wide(number))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/widget\//)
    const card = page.locator('.card.step').last()
    await card.waitFor()
    expect(await card.innerText()).to.match(/手順 1 \/ 6/)
    expect(await card.locator('a').getAttribute('href')).to.match(/\/go\/[\w.-]+$/)
    expect(page.url()).not.to.include(number.replace(' ', ''))

    await customer.chat('.message.bot').filter({ hasText: 'つながりました' }).waitFor()
    await page.getByRole('button', { name: 'できた・次へ', exact: true }).last().click()
    await customer.chat('.card.step').filter({ hasText: '手順 2 / 6' }).waitFor()
    expect(customer.complaints).to.deep.equal([])
    await customer.context.close()
    await page.context().close()
  })

  it('is refused when it is wrong, with a sentence, and the field keeps it for mending', async () => {
    const page = await open('/help')
    await page.getByLabel('ご案内番号').fill('00000000')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('この番号は使えません').waitFor()
    expect(await page.getByLabel('ご案内番号').inputValue()).to.equal('00000000')
    expect(await page.evaluate('document.activeElement.id')).to.equal('number')
    await page.context().close()
  })

  it('is shown beside the link on a PC, for another PC', async () => {
    const customer = await atTheLink({})
    expect(await customer.chat('.card.step a').count()).to.equal(1)
    expect(await numberOf(customer)).to.match(/^\d{4} \d{4}$/)
    await customer.context.close()
  })

  it('has a page that axe-core finds nothing wrong with, in both languages, light and dark, wide and narrow', async () => {
    for (const [lang, colorScheme, width] of [
      ['ja', 'light', 360],
      ['en', 'dark', 1280],
    ] as const) {
      const page = await open(`/help?lang=${lang}`, { colorScheme, viewport: { width, height: 740 } })
      await page.evaluate("document.getElementById('wrong').hidden = false")
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate<AxeResults>('axe.run()')
      expect(violations.map(({ id }) => id)).to.deep.equal([])
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true)
      await page.context().close()
    }
  })

  it('can be tried a few times a minute only', async () => {
    const page = await open('/help')
    for (let tries = 0; tries < 8; tries++) {
      await page.getByLabel('ご案内番号').fill('11111111')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').locator('p:visible').waitFor()
    }
    await page.getByText('しばらく受け付けられません').waitFor()
    await page.context().close()
  })
})
