import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import type { State } from '../../../dialogs/index.ts'
import { startBrowser } from '../../support/browser.ts'
import { type DeskVisitor, firstAdmin } from '../../support/desk.ts'
import { type Site, startSite } from '../site.ts'
import type { Visitor } from '../visitor.ts'
import { atTheDesk } from './agent.ts'

/** Types as a person does, letter by letter, until the results are those of the whole. */
async function search(visitor: Visitor, text: string, first: RegExp): Promise<void> {
  await visitor.page.locator('#search:focus').waitFor()
  await visitor.page.keyboard.type(text)
  await visitor.page.locator('#results [aria-selected="true"]').filter({ hasText: first }).waitFor()
}

/** One key; the step that comes is known by its line to read aloud. */
async function press(visitor: Visitor, key: string, read: RegExp): Promise<void> {
  await visitor.page.keyboard.press(key)
  await visitor.page.locator('.script > .read').filter({ hasText: read }).waitFor()
}

describe('the phone of the desk', function () {
  this.timeout(300_000)
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

  it('leads an agent by the keyboard alone from the search to the forms of a locked administrator', async () => {
    const visitor = await atTheDesk(browser, site, admin)
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await search(visitor, '管理者ロック', /管理者がロック/)
    await visitor.page.keyboard.press('Enter')
    await visitor.page
      .locator('.read')
      .filter({ hasText: /お取引店でのお手続き/ })
      .waitFor()
    await press(visitor, '1', /お客様カードは/)
    await press(visitor, '2', /パソコンは/)
    await press(visitor, '2', /お済ませください/)
    const sheet = await visitor.page.locator('.sheet').innerText()
    for (const form of ['暗証番号閉塞解除依頼書', 'お客様カード再発行依頼書', '電子証明書再発行依頼書'])
      expect(sheet).to.include(form)
    expect(sheet).to.match(/2～3週間/)
    await visitor.page.keyboard.press('c')
    await visitor.page.getByText('コピーしました。').waitFor()
    const copied = await visitor.page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied.replace(/[\s・]/g, '')).to.equal(sheet.replace(/\s/g, ''))
    expect(visitor.complaints).to.deep.equal([])
    await visitor.context.close()
  })

  it('leads by the keyboard alone through the six steps of a locked user, with at most one key a question', async () => {
    const visitor = await atTheDesk(browser, site, admin)
    await search(visitor, '利用者 ロック', /利用者のロックを解除/)
    await visitor.page.keyboard.press('Enter')
    await visitor.page.locator('.read').filter({ hasText: /3つ/ }).waitFor()
    await press(visitor, '1', /利用者ご本人/)
    await press(visitor, '1', /ここからは、管理者のパソコン/)
    expect(await visitor.page.locator('.guide .number').first().innerText()).to.match(/^\d{4} \d{4}$/)
    for (const [step, read] of [
      /証明書を選ぶ/,
      /ご契約先暗証番号/,
      /確認用パスワード/,
      /利用中止解除/,
      /横線に変わった/,
    ].entries()) {
      await press(visitor, '1', read)
      await visitor.page.getByText(`手順 ${step + 2} / 6`, { exact: true }).waitFor()
    }
    await press(visitor, '1', /確認を待って/)
    await press(visitor, '2', /操作はこれで完了/)
    expect(await visitor.page.locator('.sheet').innerText()).to.match(/操作は完了です/)
    expect(visitor.complaints).to.deep.equal([])
    await visitor.context.close()
  })

  it('tells a hint by one key, goes back by B and by the way so far, starts over by R, and survives a reload', async () => {
    const visitor = await atTheDesk(browser, site, admin)
    await search(visitor, '利用者 ロック', /利用者のロックを解除/)
    await visitor.page.keyboard.press('Enter')
    await visitor.page.locator('.read').filter({ hasText: /3つ/ }).waitFor()
    for (const read of [/利用者ご本人/, /ここからは/, /証明書を選ぶ/]) await press(visitor, '1', read)
    await visitor.page.keyboard.press('2')
    await visitor.page
      .locator('.heard')
      .filter({ hasText: /ブラウザの画面をすべて閉じて/ })
      .waitFor()
    await visitor.page.reload()
    await visitor.page
      .locator('.read')
      .filter({ hasText: /証明書を選ぶ/ })
      .waitFor()
    await press(visitor, 'b', /ここからは/)
    await visitor.page.locator('.trail button').first().press('Enter')
    await visitor.page
      .locator('.read')
      .filter({ hasText: /どなた|ロックされたのは/ })
      .waitFor()
    await press(visitor, '2', /お取引店でのお手続き/)
    await press(visitor, 'r', /ロックされたのは/)
    expect(await visitor.page.locator('.trail').count()).to.equal(0)
    await visitor.page.keyboard.press('/')
    await visitor.page.locator('#search:focus').waitFor()
    expect(visitor.complaints).to.deep.equal([])
    await visitor.context.close()
  })

  it('shows by itself that the bank has confirmed it, and that the caller has gone on at the PC', async () => {
    const visitor = await atTheDesk(browser, site, admin)
    await search(visitor, '利用者 ロック', /利用者のロックを解除/)
    await visitor.page.keyboard.press('Enter')
    await visitor.page.locator('.read').filter({ hasText: /3つ/ }).waitFor()
    for (const read of [/利用者ご本人/, /ここからは/]) await press(visitor, '1', read)
    const conversation = new URL(visitor.page.url()).hash.replace('#/phone/', '')
    const { store, turns } = site.kaijo
    const call = await store.conversation(conversation)
    const { run } = call!.state as State
    const tell = (name: string, value: object) => {
      const activity = { type: 'event', name, value }
      return turns.accept({ channel: 'other', eventId: name, conversation, activity, logged: false })
    }
    const request = run?.request?.id
    await tell('guide.followed', { flow: run?.flow, step: 'unlock/pin', request })
    await visitor.page
      .locator('.read')
      .filter({ hasText: /ご契約先暗証番号/ })
      .waitFor()
    await visitor.page
      .locator('[role=status]')
      .filter({ hasText: /側で進みました/ })
      .waitFor()
    await tell('unlock.updated', { id: request, state: 'cleared' })
    await visitor.page
      .locator('.sheet')
      .filter({ hasText: /解除を確認しました/ })
      .waitFor()
    await visitor.context.close()
  })

  it('opens what was typed when Enter comes before the results', async () => {
    const visitor = await atTheDesk(browser, site, admin)
    await visitor.page.locator('#search:focus').waitFor()
    await visitor.page.route('**/desk/api/search?*', async (route) => {
      await visitor.page.locator('body.typed').waitFor({ state: 'attached' })
      await route.continue()
    })
    await visitor.page.keyboard.insertText('管理者がロック')
    await visitor.page.keyboard.press('Enter')
    await visitor.page.evaluate("document.body.className = 'typed'")
    await visitor.page
      .locator('.read')
      .filter({ hasText: /お取引店でのお手続き/ })
      .waitFor()
    await visitor.context.close()
  })

  it('takes Enter for the input method while words are being put together', async () => {
    const visitor = await atTheDesk(browser, site, admin)
    await visitor.page.locator('#search:focus').waitFor()
    const cdp = await visitor.context.newCDPSession(visitor.page)
    await cdp.send('Input.imeSetComposition', { text: 'りようしゃ', selectionStart: 5, selectionEnd: 5 })
    await visitor.page.locator('#results [role="option"]').first().waitFor()
    await cdp.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key: 'Process',
      windowsVirtualKeyCode: 229,
      code: 'Enter',
    })
    expect(new URL(visitor.page.url()).hash).to.equal('')
    await cdp.send('Input.insertText', { text: '利用者 ロック' })
    await visitor.page
      .locator('#results [aria-selected="true"]')
      .filter({ hasText: /利用者のロック/ })
      .waitFor()
    await visitor.page.keyboard.press('Enter')
    await visitor.page.locator('.script .read').waitFor()
    await visitor.context.close()
  })

  it('shows an English caller’s words to read aloud on a Japanese desk, and asks for what a canned text needs', async () => {
    const visitor = await atTheDesk(browser, site, admin)
    await visitor.page.getByRole('radio', { name: 'English' }).check()
    await visitor.page.locator('#search').focus()
    await search(visitor, 'あいさつ', /ごあいさつ/)
    await visitor.page.keyboard.press('Enter')
    const copy = visitor.page.getByRole('button', { name: 'コピー' })
    expect(await copy.isDisabled()).to.equal(true)
    await visitor.page.getByLabel('担当者の名前').fill('Hanako')
    await copy.click()
    await visitor.page.locator('.alert', { hasText: 'コピーできませんでした。' }).waitFor()
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await copy.click()
    await visitor.page.locator(':not(.alert)', { hasText: /^コピーしました。$/ }).waitFor()
    expect(await visitor.page.evaluate<string>('navigator.clipboard.readText()')).to.equal(
      'Thank you for waiting. My name is Hanako, and I will help you from here.',
    )
    await visitor.page.locator('#search').fill('利用者 ロック')
    await visitor.page
      .locator('#results [aria-selected="true"]')
      .filter({ hasText: /利用者のロックを解除/ })
      .click()
    await visitor.page
      .locator('.read[lang="en"]')
      .filter({ hasText: /administrator can clear/ })
      .waitFor()
    expect(await visitor.page.locator('.answer').first().innerText()).to.match(
      /3つともあります[\s\S]*I have all three/,
    )
    expect(await visitor.page.locator('.inside').first().innerText()).to.match(/お客様には見えません/)
    expect(await visitor.page.locator('body').innerText()).not.to.include('⟦')
    await visitor.context.close()
  })

  it('follows the choice of language, look and sound, and ends the session by its button', async () => {
    const visitor = await atTheDesk(browser, site, admin)
    await visitor.page.getByText('設定', { exact: true }).click()
    await visitor.page.getByLabel('明るさ').selectOption('dark')
    expect(await visitor.page.evaluate('document.documentElement.dataset.look')).to.equal('dark')
    await visitor.page.getByLabel('通知音').selectOption('off')
    await visitor.page.getByLabel('言語').selectOption('en')
    await visitor.page.getByRole('link', { name: 'Phone' }).waitFor()
    await visitor.page.reload()
    await visitor.page.getByText('Settings', { exact: true }).click()
    expect(await visitor.page.getByLabel('Sounds').inputValue()).to.equal('off')
    expect(await visitor.page.getByLabel('Appearance').inputValue()).to.equal('dark')
    await visitor.page.getByRole('button', { name: 'Log off' }).click()
    await visitor.page.locator('header nav').waitFor({ state: 'detached' })
    expect(
      (await visitor.context.cookies()).filter(({ name }) => name === '__Host-kaijo_desk'),
    ).to.deep.equal([])
    await visitor.context.close()
  })

  for (const { name, ...look } of [
    {
      name: 'in Japanese, light, 1280 wide',
      lang: 'ja',
      viewport: { width: 1280, height: 900 },
      colorScheme: 'light',
    },
    {
      name: 'in English, dark, 768 wide',
      lang: 'en',
      viewport: { width: 768, height: 1024 },
      colorScheme: 'dark',
    },
  ] as const)
    it(`has nothing that axe-core finds wrong and no sideways scrolling, ${name}`, async () => {
      const visitor = await atTheDesk(browser, site, admin, look)
      const { page } = visitor
      const found: Record<string, unknown> = { empty: await visitor.axe() }
      await search(visitor, look.lang === 'ja' ? '利用者 ロック' : 'user locked', /利用者|user/)
      found.results = await visitor.axe()
      await page.keyboard.press('Enter')
      await page.locator('.script .read').waitFor()
      for (const key of ['1', '1']) {
        const before = await page.locator('.read').innerText()
        await page.keyboard.press(key)
        await page.locator('.read').filter({ hasNotText: before }).waitFor()
      }
      found.step = await visitor.axe()
      await page.locator('.settings summary').click()
      found.settings = await visitor.axe()
      found.scrolls = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
      expect(found).to.deep.equal({ empty: [], results: [], step: [], settings: [], scrolls: false })
      expect(visitor.complaints).to.deep.equal([])
      await visitor.context.close()
    })
})
