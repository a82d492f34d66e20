import axe, { type AxeResults } from 'axe-core'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import decodeQR from 'qr/decode.js'
import { startBrowser } from '../support/browser.ts'
import { LineCustomer, type LineStandIn, standInForLine, until } from '../support/lineStandIn.ts'
import { type Site, startSite } from './site.ts'
import { Visitor } from './visitor.ts'

const account = 'https://line.me/R/ti/p/%40kaijo'

describe('the way back from the PC to LINE', function () {
  this.timeout(300_000)
  let browser: Browser
  let line: LineStandIn
  let site: Site

  before(async () => {
    line = await standInForLine()
    ;[browser, site] = await Promise.all([
      startBrowser(),
      startSite({ ...line.env, LIMIT_GUIDES_PER_ADDRESS: '60' }),
    ])
    await until(async () => (await fetch(`${site.url}/line/back`)).ok)
  })
  after(async () => {
    await browser.close()
    await site.close()
    await line.end()
  })

  async function open(path: string, options: object = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    context.setDefaultTimeout(60_000)
    const page = await context.newPage()
    await page.goto(site.url + path)
    return page
  }

  /** A customer in LINE at the step that shows a guide number, and that number. */
  async function inLine(): Promise<{ customer: LineCustomer; number: string }> {
    const customer = new LineCustomer(line, site.url)
    await customer.says('ログオンできない')
    for (const words of ['利用者', '3つともあります', 'わかります']) await customer.taps(words)
    return { customer, number: /(\d{4} \d{4})/.exec(customer.reads)?.[1] ?? '' }
  }

  async function goOn(page: Page, number: string): Promise<void> {
    await page.locator('#number').fill(number)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/widget\//)
    await page.locator('.card.step').last().waitFor()
  }

  /** What a phone's camera reads off the page. */
  async function scanned(page: Page): Promise<string> {
    const code = page.locator('#way-back-code')
    await code.waitFor()
    const seen = await page.evaluate<string>(`(async () => {
      const image = document.getElementById('way-back-code')
      await image.decode()
      const canvas = Object.assign(document.createElement('canvas'), { width: 164, height: 164 })
      const pen = canvas.getContext('2d')
      pen.drawImage(image, 0, 0, 164, 164)
      return pen.getImageData(0, 0, 164, 164).data.join(' ')
    })()`)
    return decodeQR({ width: 164, height: 164, data: Uint8ClampedArray.from(seen.split(' ').map(Number)) })
  }

  it('is a code in the chat that a number of LINE has opened; its message brings the current step in LINE', async () => {
    const { customer, number } = await inLine()
    const page = await open('/help')
    expect(await page.locator('#way-back').isVisible()).to.equal(false)
    await goOn(page, number)
    await page.getByText('LINEに戻る').click()
    const address = new URL(await scanned(page))
    expect(address.href).to.match(/^https:\/\/line\.me\/R\/oaMessage\/%40kaijo\/\?/)
    expect(await page.locator('#way-back-address').getAttribute('href')).to.equal(account)
    expect(await page.locator('#way-back-address').innerText()).to.equal('https://line.me/R/ti/p/@kaijo')
    expect(await page.locator('#way-back-code').getAttribute('alt')).to.equal('LINEのトークを開くQRコード')

    await page.getByRole('button', { name: 'できた・次へ', exact: true }).last().click()
    await until(() => customer.reads.includes('手順 2 / 6'))
    const pushes = customer.got.filter(({ by }) => by === 'push').length
    await customer.says(decodeURIComponent(address.search.slice(1)))
    expect(customer.reads).to.include('手順 2 / 6')
    expect(customer.got.at(-1)?.by).to.equal('reply')
    expect(customer.got.filter(({ by }) => by === 'push')).to.have.length(pushes)
    await page.context().close()
  })

  it('speaks the language of the page, and changes with it', async () => {
    const { number } = await inLine()
    const page = await open('/help?lang=en')
    await goOn(page, number)
    await page.getByText('Back to LINE').click()
    expect(await scanned(page)).to.match(/\?Continue$/)
    await page.locator('#menu-button').click()
    await page.locator('#language').click()
    await page.getByText('LINEに戻る').waitFor()
    expect(decodeURIComponent(await scanned(page))).to.match(/\?続き$/)
    await page.context().close()
  })

  it('is on the page for the number when the link in LINE has led there', async () => {
    const page = await open('/help?from=line')
    expect(await scanned(page)).to.match(/^https:\/\/line\.me\/R\/oaMessage\/%40kaijo\//)
    await page.locator('#other').click()
    await page.getByRole('heading', { name: 'Back to LINE' }).waitFor()
    expect(await scanned(page)).to.match(/\?Continue$/)
    await page.context().close()
  })

  it('is not shown to whom has come from elsewhere', async () => {
    const customer = await Visitor.arrive(browser, site.url, {})
    await customer.open()
    await customer.say('ログオンできない')
    for (const answer of ['利用者', '3つともあります', 'わかります']) await customer.press(answer)
    const number = /(\d{4} \d{4})/.exec((await customer.messages()).at(-1) ?? '')?.[1] ?? ''
    const page = await open('/help?from=elsewhere')
    expect(await page.locator('#way-back').isVisible()).to.equal(false)
    await goOn(page, number)
    expect(await page.locator('#way-back').isVisible()).to.equal(false)
    await page.context().close()
    await customer.context.close()
  })

  it('has nothing that axe-core finds wrong, light and dark, wide and narrow', async () => {
    for (const [lang, colorScheme, width] of [
      ['ja', 'light', 360],
      ['en', 'dark', 1280],
    ] as const) {
      const { number } = await inLine()
      const page = await open(`/help?lang=${lang}&from=line`, {
        colorScheme,
        viewport: { width, height: 740 },
      })
      await scanned(page)
      for (const place of ['help', 'chat']) {
        if (place === 'chat') await goOn(page, number)
        if (place === 'chat') await page.locator('#way-back summary').click()
        await page.evaluate(axe.source)
        const { violations } = await page.evaluate<AxeResults>('axe.run()')
        expect(
          violations.map(({ id }) => id),
          `${place}, ${lang}`,
        ).to.deep.equal([])
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true)
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${place}-${lang}.png` })
      }
      await page.context().close()
    }
  })
})
