import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { startBrowser } from '../support/browser.ts'
import { type Site, startSite } from './site.ts'
import { Visitor } from './visitor.ts'

const looks = [
  { name: 'in Japanese, light, on a phone', lang: 'ja', colorScheme: 'light', width: 360, height: 740 },
  { name: 'in English, dark, on a desktop', lang: 'en', colorScheme: 'dark', width: 1280, height: 800 },
] as const

describe('the widget for everyone', function () {
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

  for (const { name, lang, colorScheme, width, height } of looks) {
    it(`has nothing that axe-core finds wrong, ${name}`, async () => {
      const viewport = { width, height }
      const visitor = await Visitor.arrive(browser, `${site.url}/?lang=${lang}`, { colorScheme, viewport })
      const found: Record<string, string[]> = { page: await visitor.axe() }
      await visitor.open()
      found.greeting = await visitor.axe()
      await visitor.chat('#menu-button').click()
      found.menu = await visitor.axe()
      await visitor.page.keyboard.press('Escape')
      await visitor.say(lang === 'ja' ? '利用者のロックを解除したい' : 'How do I unlock a user?')
      for (let step = 0; step < 3; step++) {
        await visitor.answered(() => visitor.choice(/./).first().click())
      }
      await visitor.chat('.card.step').last().waitFor()
      found.step = await visitor.axe()
      await visitor.chat('#menu-button').click()
      await visitor.chat('[data-command="end"]').click()
      found.question = await visitor.axe()
      await visitor.chat('#ask-end button[value="yes"]').click()
      found.ended = await visitor.axe()
      await visitor.context.close()
      expect(Object.entries(found).filter(([, wrong]) => wrong.length > 0)).to.deep.equal([])
    })
  }

  it('has targets of at least 44 pixels and no sideways scrolling, down to 320 pixels', async () => {
    const visitor = await Visitor.arrive(browser, `${site.url}/?lang=ja`, {
      viewport: { width: 320, height: 568 },
    })
    await visitor.open()
    await visitor.say('利用者のロックを解除したい')
    const targets = visitor.chat('button:enabled:visible, textarea:visible')
    for (const target of await targets.all()) {
      const box = await target.boundingBox()
      const html = await target.innerHTML()
      expect(Math.round(box?.height ?? 0), html).to.be.at.least(44)
    }
    for (const frame of visitor.page.frames()) {
      expect(
        await frame.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'),
        frame.url(),
      ).to.equal(true)
    }
    await visitor.context.close()
  })

  it('covers the whole screen of a phone', async () => {
    const viewport = { width: 360, height: 740 }
    const visitor = await Visitor.arrive(browser, `${site.url}/?lang=ja`, { viewport })
    await visitor.open()
    expect(await visitor.panel.boundingBox()).to.deep.equal({ x: 0, y: 0, ...viewport })
    await visitor.context.close()
  })

  it('leaves room to read at 200 % zoom', async () => {
    const visitor = await Visitor.arrive(browser, `${site.url}/?lang=ja`, {
      viewport: { width: 640, height: 400 },
    })
    await visitor.open()
    const log = await visitor.chat('#log').boundingBox()
    expect(log?.height).to.be.at.least(180)
    await visitor.context.close()
  })

  it('does not move for those who asked for reduced motion', async () => {
    const visitor = await Visitor.arrive(browser, `${site.url}/?lang=ja`, { reducedMotion: 'reduce' })
    await visitor.open()
    const names = "[...document.querySelectorAll('*')].map((one) => getComputedStyle(one).animationName)"
    const running = await (await visitor.frame()).evaluate<string[]>(names)
    expect(running.filter((animation) => animation !== 'none')).to.deep.equal([])
    await visitor.context.close()
  })
})
