import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { Administrator } from '../support/administrator.ts'
import { startBrowser } from '../support/browser.ts'
import { type Site, startSite } from './site.ts'
import { Visitor } from './visitor.ts'

/** How long the waiting customer may wait for the news, in milliseconds: the promise of the unlock journey. */
const PROMISED = 2000

describe("a person's journey, from the first message to the cleared lock", function () {
  this.timeout(300_000)
  let browser: Browser
  let site: Site

  before(async () => {
    browser = await startBrowser()
  })
  after(() => browser.close())
  beforeEach(async () => {
    site = await startSite()
  })
  afterEach(() => site.close())

  /** Chooses an answer as those do who use no mouse. */
  const choose = async (customer: Visitor, name: string) => {
    await customer.choice(name).waitFor()
    await customer.answered(async () => {
      const wanted = await customer.choice(name).elementHandle()
      for (let n = 0; n < 60; n++) {
        if (await wanted?.evaluate((button) => button.ownerDocument.activeElement === button)) break
        await customer.page.keyboard.press(n % 30 === 29 ? 'Shift+Tab' : 'Tab')
      }
      await customer.page.keyboard.press('Enter')
    })
  }
  const step = (customer: Visitor, number: number) =>
    customer
      .chat('.card.step')
      .filter({ hasText: `手順 ${number} / 6` })
      .last()
      .waitFor()
  const linkIn = async (customer: Visitor) => {
    const card = customer.chat('.card.step').last()
    const link = (await card.locator('a').first().getAttribute('href')) ?? ''
    return { link, code: /確認コード\s*(\d{4})/.exec(await card.innerText())?.[1] ?? '' }
  }
  const startsByKeyboard = async () => {
    const customer = await Visitor.arrive(browser, site.url)
    await customer.openByKeyboard()
    await customer.page.keyboard.type('サービスがご利用できなくなりましたと出てログオンできません')
    await customer.answered(() => customer.page.keyboard.press('Enter'))
    return customer
  }

  it('is made by keyboard alone, over a reload, with the bank in another browser; and the news comes in time', async () => {
    const customer = await startsByKeyboard()
    await choose(customer, '利用者')
    await customer.page.reload()
    await customer.chat('.message.bot').first().waitFor()
    await choose(customer, '3つともあります')
    await choose(customer, 'わかります')
    await step(customer, 1)
    const { link, code } = await linkIn(customer)
    const admin = await Administrator.arrive(browser, site.kaijo.sandbox!)

    await admin.follow(link, code)
    await admin.logOn()
    for (const next of [2, 3, 4]) {
      await choose(customer, 'できた・次へ')
      await step(customer, next)
    }
    await admin.confirm()
    await choose(customer, 'できた・次へ')
    await step(customer, 5)
    expect((await customer.messages()).join('\n')).not.to.include('解除を確認しました')

    await admin.release()
    await customer
      .chat('.message.bot')
      .filter({ hasText: '解除を確認しました' })
      .waitFor({ timeout: PROMISED })
    expect(await admin.column()).to.deep.equal(['—', '—'])
    expect(customer.complaints).to.deep.equal([])
    await admin.context.close()
    await customer.context.close()
  })

  it('is made from a phone by a guide number that is typed in at the PC, and both are told', async () => {
    const phone = await Visitor.arrive(browser, site.url, {
      viewport: { width: 360, height: 740 },
      screen: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    })
    await phone.open()
    await phone.say('ログオンできない')
    for (const answer of ['利用者', '3つともあります', 'わかります']) await phone.press(answer)
    const number = /(\d{4} \d{4})/.exec((await phone.messages()).at(-1) ?? '')?.[1] ?? ''

    const admin = await Administrator.arrive(browser, site.kaijo.sandbox!)
    await admin.page.goto(`${site.url}/help`)
    await admin.page.getByLabel('ご案内番号').fill(number)
    await admin.page.keyboard.press('Enter')
    const card = admin.page.locator('.card.step').last()
    await card.waitFor()
    const link = (await card.locator('a').getAttribute('href')) ?? ''
    const code = /確認コード\s*(\d{4})/.exec(await card.innerText())?.[1] ?? ''
    const chat = admin.page
    const bank = await Administrator.arrive(browser, site.kaijo.sandbox!)
    await bank.follow(link, code)
    await bank.logOn()
    await chat.getByRole('button', { name: 'できた・次へ', exact: true }).last().click()
    await step(phone, 2)
    await bank.confirm()
    await bank.release()
    const news = { hasText: '解除を確認しました' }
    await phone.chat('.message.bot').filter(news).waitFor({ timeout: PROMISED })
    await chat.locator('.message.bot').filter(news).waitFor({ timeout: PROMISED })
    expect(await bank.column()).to.deep.equal(['—', '—'])
    for (const one of [bank.context, admin.context, phone.context]) await one.close()
  })
})
