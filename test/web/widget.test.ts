import { expect } from 'chai'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { startBrowser } from '../support/browser.ts'
import { type Site, startSite } from './site.ts'
import { Visitor } from './visitor.ts'

const trouble = 'サービスがご利用できなくなりましたと出てログオンできません'

describe('the widget in a browser', function () {
  this.timeout(300_000)
  let browser: Browser
  let site: Site
  let visitors: Visitor[] = []

  before(async () => {
    ;[browser, site] = await Promise.all([startBrowser(), startSite()])
  })

  after(async () => {
    await browser.close()
    await site.close()
  })

  afterEach(async () => {
    const complaints = visitors.flatMap((visitor) => visitor.complaints)
    for (const visitor of visitors) await visitor.context.close()
    visitors = []
    expect(complaints).to.deep.equal([])
  })

  async function visit(options: BrowserContextOptions = {}, path = '/?lang=ja'): Promise<Visitor> {
    const visitor = await Visitor.arrive(browser, site.url + path, options)
    visitors.push(visitor)
    return visitor
  }

  it('opens with the focus in the chat, and closes with Escape with the focus back on the launcher', async () => {
    const visitor = await visit()
    await visitor.openByKeyboard()
    await visitor.page.keyboard.press('Escape')
    await visitor.panel.waitFor({ state: 'hidden' })
    await visitor.page.locator('#kaijo .launcher:focus').waitFor()
  })

  it('leads to an outcome by keyboard alone, and the focus is never lost', async () => {
    const visitor = await visit()
    const { keyboard } = visitor.page
    await visitor.openByKeyboard()
    await visitor.answered(async () => {
      await keyboard.type(trouble)
      await keyboard.press('Enter')
    })
    await visitor.choice('利用者').focus()
    for (const next of ['利用者', '3つともあります', 'わかります', 'うまくいかない']) {
      await reach(visitor, next)
      await visitor.answered(() => keyboard.press('Enter'))
      expect(await visitor.chat('button:focus').count(), next).to.equal(1)
    }
    expect(await visitor.choice(/./).count()).to.be.greaterThan(1)
  })

  /** Tab from the button just pressed leads to the new choices. */
  async function reach(visitor: Visitor, name: string): Promise<void> {
    for (let tabs = 0; tabs < 12; tabs++) {
      const focused = await visitor.chat(':focus:not([aria-disabled="true"])').allTextContents()
      if (focused[0] === name) return
      await visitor.page.keyboard.press('Tab')
    }
    throw new Error(`"${name}" cannot be reached with Tab`)
  }

  it('lets only the last question be answered, and leaves the old buttons to be seen', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.say(trouble)
    await visitor.press('利用者')
    const old = visitor.chat('.choices.answered button')
    expect(await old.count()).to.be.greaterThan(2)
    for (const button of await old.all()) expect(await button.isDisabled()).to.equal(true)
    expect(await visitor.choice('3つともあります').isEnabled()).to.equal(true)
  })

  it('does not send with the Enter that chooses a kanji, and sends with the next one', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.chat('#text').focus()
    const session = await visitor.context.newCDPSession(visitor.page)
    await session.send('Input.imeSetComposition', { text: '解除', selectionStart: 2, selectionEnd: 2 })
    await session.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key: 'Enter',
      windowsVirtualKeyCode: 229,
    })
    await session.send('Input.insertText', { text: '解除' })
    expect(await visitor.chat('.message.user').count()).to.equal(0)
    expect(await visitor.chat('#text').inputValue()).to.equal('解除')
    await visitor.page.keyboard.press('Enter')
    await visitor.chat('.message.user').waitFor()
  })

  it('keeps a text that is too long in the box, and says so', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.chat('#text').fill('あ'.repeat(4001))
    await visitor.chat('#text').press('Enter')
    expect(await visitor.chat('#text').inputValue()).to.have.length(4001)
    const said = "document.getElementById('text').validationMessage"
    expect(await (await visitor.frame()).evaluate(said)).to.include('4,000文字')
    expect(await visitor.chat('.message.user').count()).to.equal(0)
    await visitor.say('あ'.repeat(4000))
    expect(await visitor.chat('[data-delivery="refused"]').count()).to.equal(0)
  })

  it('has its own letters on the launcher, whatever the page’s are', async () => {
    const visitor = await visit()
    const launcher = "document.getElementById('kaijo').shadowRoot.querySelector('.launcher')"
    const letters = await visitor.page.evaluate<string>(`getComputedStyle(${launcher}).fontFamily`)
    expect(letters).to.include('Yu Gothic UI')
  })

  it('breaks the line with Shift+Enter', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.chat('#text').focus()
    await visitor.page.keyboard.type('一')
    await visitor.page.keyboard.press('Shift+Enter')
    await visitor.page.keyboard.type('二')
    expect(await visitor.chat('#text').inputValue()).to.equal('一\n二')
    expect(await visitor.chat('.message.user').count()).to.equal(0)
  })

  it('goes on after a reload: the same messages, the panel open, the same step', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.say(trouble)
    await visitor.press('利用者')
    const before = await visitor.messages()
    await visitor.page.reload()
    await visitor.choice('3つともあります').waitFor()
    expect(await visitor.messages()).to.deep.equal(before)
    await visitor.press('3つともあります')
  })

  it('reads new messages out once, and old ones after a reload not at all', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.page.reload()
    await visitor.chat('.message.bot').first().waitFor()
    await visitor.chat('#log[aria-live="polite"]').waitFor()
    const frame = await visitor.frame()
    await frame.evaluate(`
      globalThis.added = []
      new MutationObserver((changes) => {
        for (const change of changes) for (const node of change.addedNodes) added.push(node.textContent)
      }).observe(document.getElementById('log'), { childList: true, subtree: true })
    `)
    await visitor.say(trouble)
    await visitor.press('利用者')
    const added = await frame.evaluate<string[]>('added')
    const bubbles = await visitor.chat('.message').allTextContents()
    expect(bubbles).to.have.length.greaterThan(4)
    for (const text of bubbles.slice(1)) {
      expect(
        added.filter((one) => one.startsWith(text)),
        text,
      ).to.have.length(1)
    }
  })

  it('shows the same conversation in a second tab, each message once in both', async () => {
    const first = await visit()
    await first.open()
    const second = await first.secondTab(`${site.url}/?lang=ja`)
    visitors.push(second)
    await second.open()
    await first.say(trouble)
    await second.choice('利用者').waitFor()
    await second.press('利用者')
    await first.choice('3つともあります').waitFor()
    expect(await first.messages()).to.deep.equal(await second.messages())
    expect((await first.messages()).filter((text) => text.includes(trouble))).to.have.length(1)
  })

  it('keeps what is written offline, says so, and sends it once when the network is back', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.context.setOffline(true)
    await visitor.chat('#notice p').waitFor()
    await visitor.chat('#text').fill(trouble)
    await visitor.chat('#text').press('Enter')
    await visitor.chat('.delivery[data-delivery="pending"]').waitFor()
    await visitor.context.setOffline(false)
    await visitor.choice('利用者').waitFor()
    await visitor.chat('#notice p').waitFor({ state: 'detached' })
    expect((await visitor.messages()).filter((text) => text.includes(trouble))).to.have.length(1)
  })

  it('goes on by itself when the server has been restarted, with nothing lost or doubled', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.say(trouble)
    await site.stop()
    await visitor.choice('利用者').click()
    await visitor.chat('#notice p').waitFor()
    await site.start()
    await visitor.choice('3つともあります').waitFor({ timeout: 30_000 })
    const messages = await visitor.messages()
    expect(messages.filter((text) => text === '利用者')).to.have.length(1)
    await visitor.page.reload()
    await visitor.choice('3つともあります').waitFor()
    expect(await visitor.messages()).to.deep.equal(messages)
  })

  it('counts what comes while it is closed on the launcher', async () => {
    const first = await visit()
    await first.open()
    const second = await first.secondTab(`${site.url}/?lang=ja`)
    visitors.push(second)
    await second.open()
    await second.page.keyboard.press('Escape')
    await second.panel.waitFor({ state: 'hidden' })
    await first.say(trouble)
    await second.page.locator('#kaijo .badge').waitFor()
    expect(await second.launcher.getAttribute('aria-label')).to.match(/未読 \d 件/)
    await second.launcher.click()
    await second.page.locator('#kaijo .badge').waitFor({ state: 'hidden' })
  })

  it('changes the language of chrome and bot in the middle of a step', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.say(trouble)
    await visitor.chat('#menu-button').click()
    await visitor.answered(() => visitor.chat('[data-command="language"]').click())
    await visitor.choice('A user').waitFor()
    expect(await visitor.chat('#title').textContent()).to.equal('Customer support')
    expect(await visitor.chat('html').getAttribute('lang')).to.equal('en')
  })

  it('forgets the conversation on this device when the customer ends it', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.say(trouble)
    await visitor.chat('#menu-button').click()
    await visitor.chat('[data-command="end"]').click()
    await visitor.chat('#ask-end button[value="yes"]').click()
    await visitor.chat('#again:focus').waitFor()
    await visitor.chat('footer').waitFor({ state: 'hidden' })
    expect(await visitor.chat('.message').count()).to.equal(0)
    expect(await (await visitor.frame()).evaluate("localStorage.getItem('kaijo.resume')")).to.equal(null)
    await visitor.chat('#again').click()
    await visitor.chat('.message.bot').waitFor()
    expect((await visitor.messages()).join()).not.to.contain(trouble)
  })

  it('prints an outcome alone', async () => {
    const visitor = await visit()
    await visitor.open()
    await visitor.say(trouble)
    for (const choice of ['利用者', '1つずつ確認します', '紛失しました', '2つともわかります', '使えます']) {
      await visitor.press(choice)
    }
    const frame = await visitor.frame()
    await frame.evaluate(`
      window.print = () => {
        globalThis.printed = document.getElementById('sheet').textContent
        dispatchEvent(new Event('afterprint'))
      }
    `)
    await visitor.chat('.print').click()
    const printed = await frame.evaluate<string>('printed')
    expect(printed).to.contain('シティ信金ビジネスダイレクトお客様カード再発行依頼書')
    expect(printed).not.to.contain(trouble)
    expect(await visitor.chat('#sheet').textContent()).to.equal('')
  })

  it('shows markup as text, whoever wrote it', async () => {
    const visitor = await visit()
    await visitor.open()
    const vectors = [
      '<img src=x onerror=alert(1)>',
      '"><script>alert(1)</script>',
      '<svg/onload=alert(1)>',
      'javascript:alert(1)',
    ]
    for (const vector of vectors) await visitor.say(vector)
    const shown = await visitor.messages()
    for (const vector of vectors) expect(shown).to.include(vector)
    expect(await visitor.chat('#log script, #log img, #log svg, #log a').count()).to.equal(0)
  })
})
