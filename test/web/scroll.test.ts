import { expect } from 'chai'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { startBrowser } from '../support/browser.ts'
import { type Site, startSite } from './site.ts'
import { Visitor } from './visitor.ts'

const phone: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
}
const pcsAnswers = ['利用者', '3つともあります', 'わかります']

describe('where the conversation stands on the screen', function () {
  this.timeout(300_000)
  let browser: Browser
  let site: Site
  let visitor: Visitor

  before(async () => {
    ;[browser, site] = await Promise.all([startBrowser(), startSite()])
  })
  after(async () => {
    await browser.close()
    await site.close()
  })
  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, `${site.url}/?lang=ja`, phone)
    await visitor.open()
  })
  afterEach(async () => {
    const { complaints } = visitor
    await visitor.context.close()
    expect(complaints).to.deep.equal([])
  })

  /** Waits until an element is wholly, or with its beginning, between the head and the foot. */
  const sees = (selector: string, text: string, part: 'all' | 'beginning' = 'all') =>
    visitor
      .chat('#log')
      .page()
      .waitForFunction(
        ([wanted, said, share]) => {
          const { document } = globalThis as unknown as { document: ChatDocument }
          const chat = document.querySelector('#kaijo').shadowRoot.querySelector('iframe').contentDocument
          const log = chat.getElementById('log').getBoundingClientRect()
          const found = [...chat.querySelectorAll(wanted ?? '')].findLast((one) =>
            one.textContent.includes(said ?? ''),
          )
          const box = found?.getBoundingClientRect()
          if (!box) return false
          return box.top >= log.top && (share === 'all' ? box.bottom : box.top + 20) <= log.bottom
        },
        [selector, text, part],
      )

  it('shows a picture’s question with all its answers, although the picture came late', async () => {
    await visitor.say('ログオンできない')
    await visitor.press('利用者')
    await visitor.press('1つずつ確認します')
    await sees('.card', '確認 1 / 3')
    await sees('.choices', '紛失しました')
  })

  it('begins a step that is longer than the screen at its top, with its buttons in reach', async () => {
    await visitor.say('ログオンできない')
    for (const answer of pcsAnswers) await visitor.press(answer)
    await sees('.card', '手順 1 / 6', 'beginning')
    await sees('.primary', 'できた・次へ')
  })

  it('shows the hint that was asked for, not only the step that is said again below it', async () => {
    await visitor.say('ログオンできない')
    for (const answer of [...pcsAnswers, 'できた・次へ', 'うまくいかない', '証明書が2つ出る'])
      await visitor.press(answer)
    await sees('.bubble', '次のことをお試しください')
    await sees('.card', '手順 2 / 6', 'beginning')
  })

  it('shows the step in the other language as soon as it was asked for', async () => {
    await visitor.say('ログオンできない')
    for (const answer of [...pcsAnswers, 'できた・次へ']) await visitor.press(answer)
    await visitor.chat('#menu-button').click()
    await visitor.chat('[data-command="language"]').click()
    await sees('.card', 'Step 2 of 6', 'beginning')
  })

  it('leaves those in peace who have scrolled away, and leads them to the news when they want', async () => {
    await visitor.say('ログオンできない')
    for (const answer of [...pcsAnswers, 'できた・次へ']) await visitor.press(answer)
    const frame = await visitor.frame()
    await frame.evaluate("document.getElementById('log').scrollTop -= 400")
    const other = await visitor.secondTab(`${site.url}/?lang=ja`)
    await other.open()
    await other.press('できた・次へ')
    await visitor.chat('#news').click()
    await sees('.card', '手順 3 / 6', 'beginning')
    expect(await visitor.chat('#news').isHidden()).to.equal(true)
  })

  it('brings up no keyboard over the choices when a finger opens the chat', async () => {
    expect(await visitor.chat('#text:focus').count()).to.equal(0)
    expect(await visitor.chat('#log:focus').count()).to.equal(1)
  })

  it('draws no ring around what a finger did not choose, and one for a key', async () => {
    const frame = await visitor.frame()
    const ring = () => frame.evaluate<string>("getComputedStyle(document.getElementById('log')).outlineStyle")
    expect(await ring()).to.equal('none')
    await visitor.page.keyboard.press('Tab')
    await visitor.page.keyboard.press('Shift+Tab')
    expect(await visitor.chat('#log:focus').count()).to.equal(1)
    expect(await ring()).to.equal('solid')
  })
})

/** What this test touches of a page, since the tests know no DOM. */
interface ChatDocument {
  querySelector(selector: string): {
    shadowRoot: { querySelector(selector: string): { contentDocument: ChatPage } }
  }
}
interface ChatPage {
  getElementById(id: string): ChatElement
  querySelectorAll(selector: string): ChatElement[]
}
interface ChatElement {
  textContent: string
  getBoundingClientRect(): { top: number; bottom: number }
}
