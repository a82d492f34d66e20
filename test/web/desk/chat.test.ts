import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { startBrowser } from '../../support/browser.ts'
import { type DeskVisitor, firstAdmin } from '../../support/desk.ts'
import { type Site, startSite } from '../site.ts'
import { Visitor } from '../visitor.ts'
import { atTheDesk } from './agent.ts'

describe('the chats at the desk', function () {
  this.timeout(90_000)
  let browser: Browser
  let site: Site
  let admin: DeskVisitor

  before(async () => {
    ;[browser, site] = await Promise.all([startBrowser(), startSite()])
    admin = await firstAdmin(site.kaijo)
  })

  after(async () => {
    await browser.close()
    await site.close()
  })

  const atChats = async (options = {}) => {
    const agent = await atTheDesk(browser, site, admin, options)
    await agent.page.goto(`${site.url}/desk#/chats`)
    await agent.page.locator('.presence .button').waitFor()
    return agent
  }
  /** A customer who has said who is locked, and then asks for a person. */
  const whoAsks = async (lang: 'ja' | 'en' = 'ja') => {
    const customer = await Visitor.arrive(browser, `${site.url}/?lang=${lang}`, {
      locale: lang === 'en' ? 'en-US' : 'ja-JP',
    })
    await customer.open()
    const words = {
      ja: ['ログオンできない', '利用者', '担当者'],
      en: ['I cannot log on', 'A user', 'talk to a person'],
    }
    const [trouble = '', who = '', person = ''] = words[lang]
    await customer.say(trouble)
    await customer.press(new RegExp(who))
    await customer.say(person)
    return customer
  }
  const wording = ({ page }: Visitor) => page.locator('.wording:has([data-begin]) .say')
  const said = (customer: Visitor, text: string | RegExp) =>
    customer.chat('.message.bot').filter({ hasText: text }).last().waitFor()

  it('brings a waiting customer to an agent and back to the bot, by the keyboard alone', async () => {
    const agent = await atChats()
    const customer = await whoAsks('en')
    const { page } = agent
    await page.locator('.rows a').first().focus()
    await page.keyboard.press('Enter')
    await page.locator('#chat-title').waitFor()
    expect(await page.locator('.summary li').count()).to.equal(3)

    await page.keyboard.press('t')
    await said(customer, /佐藤花子/)
    // Three steps in the customer's language, while the desk stays Japanese.
    for (const [answer, words] of [
      ['1', /administrator can unlock/i],
      ['1', /./],
      ['1', /./],
    ] as const) {
      await page.locator('[data-begin]:focus').waitFor()
      const step = await wording(agent).innerText()
      expect(step)
        .to.match(words)
        .and.not.match(/^[ぁ-んァ-ヶ]/)
      await page.keyboard.press('Enter')
      expect(await page.locator('#draft').inputValue()).to.equal(step)
      await page.keyboard.press('Control+Enter')
      await said(customer, step.split('\n').at(-1) ?? '')
      await page.keyboard.press(answer)
      await wording(agent)
        .filter({ hasNotText: step.split('\n')[0] })
        .waitFor()
    }
    const next = await wording(agent).innerText()
    const count = await customer.chat('.message.bot').count()
    await page.getByRole('button', { name: '自動の案内に戻す' }).focus()
    await page.keyboard.press('Enter')
    await customer.chat('.message.bot').nth(count).waitFor()
    await said(customer, next.split('\n').at(-1) ?? '')
    expect([...agent.complaints, ...customer.complaints]).to.deep.equal([])
    await agent.context.close()
    await customer.context.close()
  })
})
