import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { startBrowser } from '../../support/browser.ts'
import { type DeskVisitor, firstAdmin } from '../../support/desk.ts'
import { LineCustomer, type LineStandIn, standInForLine, until } from '../../support/lineStandIn.ts'
import { type Site, startSite } from '../site.ts'
import { Visitor } from '../visitor.ts'
import { atTheDesk } from './agent.ts'

describe('the chats at the desk', function () {
  this.timeout(300_000)
  let browser: Browser
  let site: Site
  let line: LineStandIn
  let admin: DeskVisitor

  before(async () => {
    line = await standInForLine()
    ;[browser, site] = await Promise.all([startBrowser(), startSite(line.env)])
    admin = await firstAdmin(site.kaijo)
  })

  after(async () => {
    await browser.close()
    await site.close()
    await line.end()
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

  /** The newest in the queue: chats of the other tests go back to it when their agents have gone. */
  const waiting = async (page: Page) => {
    const [newest] = (await site.kaijo.store.conversations({ owner: 'queue', most: 200 })).slice(-1)
    return page.locator(`.rows a[href="#/chats/${encodeURIComponent(newest?.id ?? '')}"]`)
  }
  /** That one, by the keyboard alone: opened and taken. */
  const take = async ({ page }: Visitor) => {
    await (await waiting(page)).focus()
    await page.keyboard.press('Enter')
    await page.locator('.summary li').nth(2).waitFor()
    await page.keyboard.press('t')
    await page.locator('.line.agent').last().waitFor()
    await page.locator('[data-begin]:focus').waitFor()
  }
  /** Puts the step into the draft, sends it, and gives the first answer; gives what was sent. */
  const insertSendAnswer = async (agent: Visitor, sent: (text: string) => Promise<unknown>) => {
    const { page } = agent
    await page.locator('[data-begin]:focus').waitFor()
    const step = await wording(agent).innerText()
    await page.keyboard.press('Enter')
    expect(await page.locator('#draft').inputValue()).to.equal(step)
    await page.keyboard.press('Control+Enter')
    await sent(step)
    await page.keyboard.press('1')
    await wording(agent)
      .filter({ hasNotText: firstLine(step) })
      .waitFor()
    return step
  }
  const giveBack = async ({ page }: Visitor) => {
    await page.getByRole('button', { name: '自動の案内に戻す' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('自動の案内に戻しました。').waitFor()
  }
  const firstLine = (text: string) => text.split('\n')[0] ?? ''
  const lastLine = (text: string) => text.split('\n').at(-1) ?? ''

  it('brings a customer to an agent and back to the bot by the keyboard alone: the desk Japanese, the steps English', async () => {
    const agent = await atChats()
    const customer = await whoAsks('en')
    await take(agent)
    await said(customer, /佐藤花子/)
    // Whoever reads with the ear hears who speaks.
    const speaker = customer.chat('.message.bot .unseen').last()
    expect(await speaker.textContent()).to.equal('佐藤花子, our staff')
    await agent.page.keyboard.press('e')
    await agent.page.keyboard.type('One moment')
    await customer.chat('#typing:not([hidden])').waitFor()
    await agent.page.keyboard.press('Control+A')
    await agent.page.keyboard.press('Delete')
    await agent.page.keyboard.press('Escape')
    for (let n = 0; n < 3; n++) {
      const step = await insertSendAnswer(agent, (text) => said(customer, lastLine(text)))
      expect(step)
        .to.match(/[a-z]{3}/)
        .and.not.match(/^[ぁ-んァ-ヶ]/)
    }
    expect(await agent.page.locator('nav [aria-current]').innerText()).to.equal('チャット')
    const next = await wording(agent).innerText()
    const count = await customer.chat('.message.bot').count()
    await giveBack(agent)
    await customer
      .chat('.message.bot')
      .nth(count + 1)
      .waitFor()
    await said(customer, lastLine(next))
    await customer.press(/It doesn't work/)
    await customer.press(/It has expired/)
    await customer.chat('.card.outcome').last().waitFor()
    await said(customer, /You need a new certificate/)
    expect([...agent.complaints, ...customer.complaints]).to.deep.equal([])
    await agent.context.close()
    await customer.context.close()
  })

  it('does the same for a customer in LINE', async () => {
    const agent = await atChats()
    const customer = new LineCustomer(line, site.url)
    line.profiles.set(customer.user, 'en')
    await customer.says('I cannot log on')
    await customer.taps('A user')
    await customer.says('talk to a person')
    await take(agent)
    await until(() => customer.reads.includes('佐藤花子'))
    for (let n = 0; n < 3; n++)
      await insertSendAnswer(agent, (text) => until(() => customer.reads.includes(lastLine(text))))
    const next = await wording(agent).innerText()
    await giveBack(agent)
    await until(() => customer.reads.includes(lastLine(next)))
    await customer.taps("It doesn't work")
    await customer.taps('It has expired')
    expect(customer.reads).to.include('You need a new certificate')
    expect(line.invalid).to.deep.equal([])
    await agent.context.close()
  })

  it('takes an answer that is pressed while the words before it are still on their way', async () => {
    const agent = await atChats()
    const customer = await whoAsks()
    const { page } = agent
    await take(agent)
    const step = await wording(agent).innerText()
    const { promise: isPressed, resolve: press } = Promise.withResolvers<void>()
    await page.route('**/send', (route) => isPressed.then(() => route.continue()))
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+Enter')
    await page.keyboard.press('1')
    press()
    await wording(agent)
      .filter({ hasNotText: firstLine(step) })
      .waitFor()
    await said(customer, lastLine(step))
    await agent.context.close()
    await customer.context.close()
  })

  it('finds an approved text after a slash, asks for what it needs, and sends nothing before', async () => {
    const agent = await atChats()
    const customer = await whoAsks()
    const { page } = agent
    await take(agent)
    await page.keyboard.press('/')
    await page.keyboard.type('書類')
    await page.locator('#draft-found [aria-selected="true"]').filter({ hasText: '書類のご提出' }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.blanks input:focus').waitFor()
    const send = page.getByRole('button', { name: '送る' })
    expect(await send.getAttribute('aria-disabled')).to.equal('true')
    const why = page.locator(`#${await send.getAttribute('aria-describedby')}`)
    expect(await why.innerText()).to.include('書類の名前')
    await page.keyboard.press('Control+Enter')
    await page.keyboard.type('暗証番号閉塞解除依頼書')
    await page.keyboard.press('Enter')
    await page.locator('#draft:focus').waitFor()
    // Whoever knows the text is faster than the search.
    const { promise: isPressed, resolve: find } = Promise.withResolvers<void>()
    await page.route('**/desk/api/search?*', (route) => isPressed.then(() => route.continue()))
    await page.keyboard.type(' /少々')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+Enter')
    find()
    await page.locator('.draft-search').waitFor({ state: 'hidden' })
    const draft = await page.locator('#draft').inputValue()
    expect(draft).to.include('「暗証番号閉塞解除依頼書」を、お取引店にご提出ください。').and.not.include('/')
    expect(draft.split('\n').length).to.be.greaterThan(1)
    await page.keyboard.press('Control+Enter')
    await said(customer, '暗証番号閉塞解除依頼書')
    expect((await customer.messages()).join()).to.not.include('{{')
    expect(agent.complaints).to.deep.equal([])
    await agent.context.close()
    await customer.context.close()
  })

  it('copies the step by C, leaves Enter to the input method, and shows markup as the text that it is', async () => {
    const agent = await atChats()
    await agent.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const customer = await whoAsks()
    const markup = '<img src=x onerror="document.title=1"><b>太字</b>'
    await customer.chat('#text').fill(markup)
    await customer.chat('#text').press('Enter')
    const { page } = agent
    await take(agent)
    await page.locator('.line.customer').filter({ hasText: markup }).waitFor()
    expect(await page.locator('main img, main b').count()).to.equal(0)
    await page.keyboard.press('c')
    await page.getByText('コピーしました。').waitFor()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied).to.equal(await wording(agent).innerText())
    expect(copied, 'as the bot lists them').to.include('\n・お客様カード\n')

    await page.keyboard.press('/')
    const devtools = await agent.context.newCDPSession(page)
    await devtools.send('Input.imeSetComposition', { text: 'しょるい', selectionStart: 4, selectionEnd: 4 })
    await page.locator('#draft-found [role="option"]').first().waitFor()
    await devtools.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key: 'Process',
      windowsVirtualKeyCode: 229,
    })
    expect(await page.locator('#draft').inputValue()).to.equal('/しょるい')
    await devtools.send('Input.insertText', { text: '書類' })
    await page.locator('#draft-found [aria-selected="true"]').filter({ hasText: '書類のご提出' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.locator('[data-begin]:focus').waitFor()
    expect(agent.complaints).to.deep.equal([])
    await agent.context.close()
    await customer.context.close()
  })

  it('prints what a customer is told at the end and nothing else, and the conversation with the notes or without', async () => {
    const agent = await atChats()
    const customer = await whoAsks()
    const { page } = agent
    await take(agent)
    await page.getByLabel('メモを書く').fill('折り返し希望')
    await page.getByRole('button', { name: 'メモを残す' }).click()
    await page.locator('.note-text').waitFor()
    await page.locator('[data-begin]').focus()
    // Not all three at hand, then none of them: a form.
    for (let n = 0; n < 12 && (await page.getByRole('button', { name: 'ご案内を印刷' }).count()) === 0; n++) {
      const before = await wording(agent).innerText()
      await page.keyboard.press(
        (await page.locator('.answers').first().getByRole('button').count()) > 1 ? '2' : '1',
      )
      await wording(agent).filter({ hasNotText: before }).waitFor()
    }
    await page.evaluate('window.print = () => { document.body.dataset.printed = "yes" }')
    await page.keyboard.press('p')
    await page.locator('body[data-printed]').waitFor()
    await page.emulateMedia({ media: 'print' })
    const sheet = page.locator('.chat-script .sheet')
    expect(await sheet.isVisible()).to.equal(true)
    expect(await sheet.innerText()).to.include(
      firstLine((await page.locator('.wording .say').last().textContent()) ?? ''),
    )
    for (const other of ['.lines', '.chat-notes', '.chat-head', '.wording', 'header'])
      expect(await page.locator(other).first().isVisible(), other).to.equal(false)
    await page.evaluate('dispatchEvent(new Event("afterprint"))')
    expect(await sheet.isVisible()).to.equal(false)
    expect(await page.locator('.lines').isVisible()).to.equal(true)
    await page.emulateMedia({ media: 'screen' })
    for (const [name, has] of [
      ['会話を印刷', false],
      ['メモも入れて印刷', true],
    ] as const) {
      const [paper] = await Promise.all([
        agent.context.waitForEvent('page'),
        page.getByRole('link', { name }).click(),
      ])
      await paper.locator('li').first().waitFor()
      expect((await paper.innerText('main')).includes('折り返し希望'), name).to.equal(has)
      expect(await paper.innerText('main')).to.include('ログオンできない')
    }
    expect(agent.complaints).to.deep.equal([])
    await agent.context.close()
    await customer.context.close()
  })

  it('shows a customer also after a reload that they have rated the agent, and nobody at the desk', async () => {
    const agent = await atChats({ role: 'supervisor' })
    const customer = await whoAsks()
    const { page } = agent
    await take(agent)
    await page.getByRole('button', { name: '終了する', exact: true }).click()
    await customer.press('満足')
    await said(customer, 'お答えいただき、ありがとうございました。')
    const before = await customer.messages()
    expect(before.filter((text) => text === '満足')).to.have.length(1)
    await customer.page.reload()
    await said(customer, 'お答えいただき、ありがとうございました。')
    const now = await customer.messages()
    expect(now).to.deep.equal(before.map((text) => (text === '満足' ? '（評価を送信しました）' : text)))
    expect(await customer.choice('満足').count()).to.equal(0)
    await page.reload()
    await page.locator('.line.bot').filter({ hasText: 'ありがとうございました' }).waitFor()
    expect(await page.locator('.line.customer').last().innerText()).to.include('担当者')
    expect([...agent.complaints, ...customer.complaints]).to.deep.equal([])
    await agent.context.close()
    await customer.context.close()
  })

  it('has an agent’s own chats above the queue, and says so when nobody waits', async () => {
    const agent = await atChats()
    for (const { id } of await site.kaijo.store.conversations({ owner: 'queue', most: 200 }))
      await site.kaijo.store.forget(id)
    const { page } = agent
    await page.reload()
    await page.getByText('お待ちのお客様はいません。').waitFor()
    const [one, two] = [await whoAsks(), await whoAsks()]
    await page.locator('[aria-labelledby="chats-queue"] li').nth(1).waitFor()
    await take(agent)
    await page.locator('[aria-labelledby="chats-mine"] a[aria-current]').waitFor()
    const heads = await page.locator('.chat-list h2:visible').allInnerTexts()
    expect(heads.slice(1, 3)).to.deep.equal(['自分のチャット（1）', '順番待ち（1）'])
    for (const { context } of [agent, one, two]) await context.close()
  })

  it('names the keys that do something now, and no others', async () => {
    const agent = await atChats()
    const customer = await whoAsks()
    const { page } = agent
    const keys = async () =>
      (await page.locator('.chat-keys span').allInnerTexts()).map((key) => key.split(/\s/)[0])
    await (await waiting(page)).click()
    await page.locator('.summary li').nth(2).waitFor()
    expect(await keys()).to.deep.equal(['T', 'C', 'M', 'N'])
    await page.keyboard.press('t')
    await page.locator('[data-begin]:focus').waitFor()
    expect(await keys()).to.deep.equal(['1～9', 'Enter', 'Ctrl+Enter', 'E', '/', 'B', 'C', 'M', 'N'])
    await agent.context.close()
    await customer.context.close()
  })

  it('shows the whole of a draft, and its buttons below it', async () => {
    const agent = await atChats()
    const customer = await whoAsks()
    const { page } = agent
    await take(agent)
    await page.keyboard.press('Enter')
    const [hidden, below] = await page
      .locator('#draft')
      .evaluate((field) => [
        field.scrollHeight - field.clientHeight,
        (field.closest('form')?.querySelector('.primary')?.getBoundingClientRect().top ?? 0) -
          field.getBoundingClientRect().bottom,
      ])
    expect(hidden).to.be.at.most(1)
    expect(below).to.be.at.least(0)
    await agent.context.close()
    await customer.context.close()
  })

  it('opens the next who waits by N, and keeps a note by M and Ctrl+Enter while a draft waits', async () => {
    const agent = await atChats()
    const { page } = agent
    for (const { id } of await site.kaijo.store.conversations({ owner: 'queue', most: 200 }))
      await site.kaijo.store.forget(id)
    const [one, two] = [await whoAsks(), await whoAsks()]
    await page.locator('[aria-labelledby="chats-queue"] li').nth(1).waitFor()
    await page.keyboard.press('n')
    await page.locator('#chat-title:focus').waitFor()
    const first = page.url()
    await page.keyboard.press('t')
    await page.locator('[data-begin]:focus').waitFor()
    await page.keyboard.press('Enter')
    const draft = await page.locator('#draft').inputValue()
    await page.keyboard.press('m')
    await page.keyboard.type('折り返し')
    await page.keyboard.press('Control+Enter')
    await page.locator('.note-text').filter({ hasText: '折り返し' }).waitFor()
    expect(await page.locator('#draft').inputValue()).to.equal(draft)
    expect(await page.locator('.line.agent').count()).to.equal(1)
    await page.keyboard.press('Escape')
    await page.locator('[data-begin]:focus').waitFor()
    await page.keyboard.press('n')
    await page.locator('#chat-title:focus').waitFor()
    expect(page.url()).to.not.equal(first)
    expect(agent.complaints).to.deep.equal([])
    for (const { context } of [agent, one, two]) await context.close()
  })

  it('rings for a customer whom nobody has taken after two seconds, and not with the sound off', async () => {
    const agents = [await atChats(), await atChats()]
    for (const [at, { page }] of agents.entries()) {
      await page.evaluate(
        'window.AudioContext = class { constructor() { document.body.dataset.rang = "yes"; throw new Error("no sound here") } }',
      )
      if (at === 1) {
        await page.locator('.settings summary').click()
        await page.getByLabel('通知音').selectOption('off')
      }
    }
    const customer = await whoAsks()
    await agents[0]?.page.locator('body[data-rang="yes"]').waitFor()
    await agents[1]?.page.locator('[aria-labelledby="chats-queue"] a').last().waitFor()
    expect(await agents[1]?.page.locator('body[data-rang]').count()).to.equal(0)
    for (const { context } of [...agents, customer]) await context.close()
  })

  it('stops a draft with a secret in it, or that asks for one, and keeps the words', async () => {
    const agent = await atChats()
    const customer = await whoAsks()
    const { page } = agent
    await take(agent)
    for (const [text, why] of [
      ['暗証番号は 4821 でよろしいですか。', '消してから送ってください'],
      ['暗証番号を教えてください。', '書き直してください'],
    ] as const) {
      await page.locator('#draft').fill(text)
      await page.keyboard.press('Control+Enter')
      await page.locator('.chat-status').filter({ hasText: why }).waitFor()
      expect(await page.locator('#draft').inputValue()).to.equal(text)
    }
    expect((await customer.messages()).join())
      .to.not.include('4821')
      .and.not.include('教えて')
    await agent.context.close()
    await customer.context.close()
  })

  it('tells agents of each other, and the one who is too late why', async () => {
    const [one, two] = [await atChats(), await atChats()]
    const customer = await whoAsks()
    for (const { page } of [one, two]) {
      await (await waiting(page)).click()
      await page.locator('.summary li').nth(2).waitFor()
    }
    await one.page.getByText('さんも見ています。').first().waitFor()
    // The second has not heard yet that the first was faster.
    let hear = () => {}
    const news = new Promise<void>((resolve) => {
      hear = resolve
    })
    await two.page.route(/\/desk\/api\/chats\/[^/]+\?after=/, async (route) => {
      await news
      await route.continue()
    })
    await one.page.keyboard.press('t')
    await one.page.locator('#draft').waitFor()
    await two.page.keyboard.press('t')
    await two.page.locator('.chat-status.alert:has-text("ほかの担当者が先に引き受けました。")').waitFor()
    hear()
    await two.page.getByText('佐藤花子さんが対応しています。').waitFor()
    expect(await two.page.locator('#draft').isVisible()).to.equal(false)
    await one.page.locator('#note').fill('折り返しをご希望です。')
    await one.page.getByRole('button', { name: 'メモを残す' }).click()
    await two.page.getByText('折り返しをご希望です。').waitFor()
    await one.page.locator('#draft').fill('少々お待ち')
    await two.page.getByText('二重のお返事にご注意ください。').waitFor()
    await customer.chat('#text').pressSequentially('ありが')
    await one.page.getByText('お客様が入力しています…').waitFor()
    expect((await customer.messages()).join()).to.not.include('折り返し')
    await one.page.getByRole('button', { name: '終了する', exact: true }).click()
    await said(customer, '担当者とのご相談を終わります')
    expect([...one.complaints, ...two.complaints]).to.deep.equal([])
    for (const visitor of [one, two, customer]) await visitor.context.close()
  })

  it('shows each message once after the server was away', async () => {
    const agent = await atChats()
    const customer = await whoAsks()
    await take(agent)
    await site.stop()
    await agent.page.getByText('つなぎ直しています…').first().waitFor()
    await site.start()
    await customer.chat('#text').fill('まだいますか')
    await customer.chat('#text').press('Enter')
    const { page } = agent
    await page.locator('.line.customer').filter({ hasText: 'まだいますか' }).waitFor({ timeout: 30_000 })
    const seqs = await page
      .locator('.line')
      .evaluateAll((lines) => lines.map((line) => line.getAttribute('data-seq')))
    expect(seqs).to.deep.equal([...new Set(seqs)])
    expect(seqs.map(Number)).to.deep.equal(seqs.map(Number).sort((a, b) => a - b))
    await agent.context.close()
    await customer.context.close()
  })

  it('shows nothing of a chat any more to an agent whose account is disabled', async () => {
    const agent = await atChats()
    const customer = await whoAsks()
    await take(agent)
    const me = await agent.page.evaluate<{ id: string }>(
      "fetch('/desk/api/me').then((answer) => answer.json())",
    )
    await admin.ask('PUT', `/desk/api/accounts/${me.id}`, { disabled: true })
    await agent.page.locator('.chat-log').waitFor({ state: 'detached', timeout: 5000 })
    expect(await agent.page.locator('main.chats').count()).to.equal(0)
    expect(agent.complaints).to.deep.equal([])
    await agent.context.close()
    await customer.context.close()
  })

  it('has nothing for axe-core to complain about, in either language, light and dark, wide and narrow', async () => {
    for (const [lang, colorScheme, width] of [
      ['en', 'dark', 1280],
      ['ja', 'dark', 768],
    ] as const) {
      const agent = await atChats({ lang, colorScheme, viewport: { width, height: 900 } })
      const customer = await whoAsks(lang)
      expect(await agent.axe()).to.deep.equal([])
      await take(agent)
      await agent.page.keyboard.press('/')
      await agent.page.keyboard.type(lang === 'ja' ? '書類' : 'form')
      await agent.page.locator('#draft-found [role="option"]').first().waitFor()
      expect(await agent.axe()).to.deep.equal([])
      await agent.page.keyboard.press('Enter')
      await agent.page.locator('#note').fill('ok')
      await agent.page.keyboard.press('Control+Enter')
      expect(await agent.axe()).to.deep.equal([])
      const [overflow] = [await agent.page.evaluate('document.documentElement.scrollWidth > innerWidth')]
      expect(overflow).to.equal(false)
      expect(agent.complaints).to.deep.equal([])
      await agent.context.close()
      await customer.context.close()
    }
  })
})
