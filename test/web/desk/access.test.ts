import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startBrowser } from '../../support/browser.ts'
import { handedOver, password } from '../../support/desk.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const shots = process.env.SHOTS

/** What axe-core finds wrong with a page, and what it did not get to see. */
async function wrongWith(page: Page): Promise<string[]> {
  const { violations } = (await page.evaluate(`${axe}; axe.run()`)) as {
    violations: { id: string; nodes: { html: string }[] }[]
  }
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}

describe('coming to the desk in a browser', function () {
  this.timeout(300_000)
  let browser: Browser
  let kaijo: Running
  const reports: string[] = []

  const arrive = async (
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ context: BrowserContext; page: Page }> => {
    const context = await browser.newContext({
      locale: 'ja',
      viewport: { width: 1280, height: 800 },
      ...options,
    })
    const page = await context.newPage()
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML/i.test(message.text())) reports.push(message.text())
    })
    page.on('dialog', (dialog) => {
      reports.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    return { context, page }
  }
  const look = async (page: Page, name: string) => {
    await page.locator('main h1').first().waitFor()
    if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
    expect(await wrongWith(page), name).to.deep.equal([])
  }
  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()

  before(async () => {
    ;[browser, kaijo] = await Promise.all([startBrowser(), runKaijo()])
  })
  after(async () => {
    await browser.close()
    await kaijo.end()
  })

  it('works on http://localhost: the first admin comes by the printed link, and stays logged on', async () => {
    const { context, page } = await arrive()
    await page.goto(kaijo.welcome ?? '')
    await page.getByRole('heading', { name: '最初の管理者を登録します' }).waitFor()
    expect(page.url()).to.equal(`${kaijo.url}/desk`)
    await look(page, 'welcome-ja')
    await page.getByLabel('ログオン名').fill('first.admin')
    await page.getByLabel('お客様に見える名前').fill('管理 太郎')
    await page.getByLabel('パスワード', { exact: true }).fill(password)
    await page.getByLabel('パスワード（もう一度）').fill('another')
    await press(page, '登録してはじめる')
    await page.getByText('2 つのパスワードが一致していません。').waitFor()
    await page.getByLabel('パスワード（もう一度）').fill(password)
    await page.keyboard.press('Enter')
    await page.getByText('管理 太郎（管理者）').waitFor()
    const [cookie] = await context.cookies(kaijo.url)
    expect(cookie).to.include({
      name: '__Host-kaijo_desk',
      secure: true,
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      domain: 'localhost',
      expires: -1,
    })
    expect(await page.evaluate('document.cookie')).to.equal('')
    await page.reload()
    await page.getByText('管理 太郎（管理者）').waitFor()
    await context.close()
  })

  it('says what is wrong, lets an admin invite somebody, and shows no markup in a name', async () => {
    const { context, page } = await arrive()
    await page.goto(`${kaijo.url}/desk`)
    await page.getByLabel('ログオン名').fill('first.admin')
    await page.getByLabel('パスワード').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('ログオン名かパスワードが違います。').waitFor()
    await look(page, 'logon-ja')
    await page.getByLabel('パスワード').fill(password)
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'アカウント' }).click()
    await page.getByRole('heading', { name: '人を招く' }).waitFor()
    await page.getByLabel('ログオン名').fill('hanako')
    await page.getByLabel('お客様に見える名前').fill('<img src=x onerror=alert(1)>')
    await press(page, 'リンクを作る')
    const box = page.getByLabel('hanako さんのリンク（24 時間以内に、一度だけ使えます）')
    const link = await box.inputValue()
    await page.getByRole('cell', { name: '<img src=x onerror=alert(1)>' }).waitFor()
    await look(page, 'accounts-ja')

    const other = await arrive({ locale: 'en', colorScheme: 'dark' })
    await other.page.goto(link)
    await other.page.getByRole('heading', { name: 'Welcome, hanako' }).waitFor()
    await look(other.page, 'welcome-en')
    await other.page.getByLabel('Password', { exact: true }).fill(password)
    await other.page.getByLabel('Password (again)').fill(password)
    await press(other.page, 'Register and begin')
    await other.page.getByText('<img src=x onerror=alert(1)> (agent)').waitFor()
    await other.page.goto(`${kaijo.url}/desk#/accounts`)
    await other.page.getByRole('heading', { name: 'Your password' }).waitFor()
    expect(await other.page.getByRole('table').count()).to.equal(0)

    // Disabled: what the agent has open closes by itself.
    await page.reload()
    await page
      .getByRole('row', { name: /hanako/ })
      .getByRole('button', { name: '停止する' })
      .click()
    await page
      .getByRole('row', { name: /hanako/ })
      .getByRole('button', { name: '停止する' })
      .click()
    await page.getByText('変更しました。').waitFor()
    await other.page
      .locator('.told', { hasText: 'You have been logged off. Log on again to continue.' })
      .waitFor()
    await context.close()
    await other.context.close()
  })

  it('tells whoever comes by a used link, or from an identity provider that has refused, what to do', async () => {
    const { context, page } = await arrive({ locale: 'en' })
    await page.goto(kaijo.welcome ?? '')
    await page.getByText('This link cannot be used.').waitFor()
    await look(page, 'gone-en')
    await press(page, 'Go to the log-on screen')
    await page.getByLabel('Log-on name').waitFor()
    await page.goto(`${kaijo.url}/desk#refused=role`)
    await page.reload()
    await page.goto('about:blank')
    await page.goto(`${kaijo.url}/desk#refused=role`)
    await page.getByText('You are not allowed to use this desk.').waitFor()
    expect(page.url()).to.equal(`${kaijo.url}/desk`)
    await look(page, 'refused-en')
    await context.close()
  })

  it('is readable at 768 pixels in both languages, light and dark', async () => {
    for (const [lang, colorScheme] of [
      ['ja', 'dark'],
      ['en', 'light'],
    ] as const) {
      const { context, page } = await arrive({
        locale: lang,
        colorScheme,
        viewport: { width: 768, height: 1024 },
      })
      await page.goto(`${kaijo.url}/desk?lang=${lang}`)
      const [name, secret, on] =
        lang === 'ja' ? ['ログオン名', 'パスワード', 'ログオン'] : ['Log-on name', 'Password', 'Log on']
      await look(page, `logon-${lang}-768`)
      await page.getByLabel(name).fill('first.admin')
      await page.getByLabel(secret).fill(password)
      await page.getByRole('button', { name: on, exact: true }).click()
      await page.getByText('管理 太郎').first().waitFor()
      await page.goto(`${kaijo.url}/desk#/accounts`)
      if (lang === 'en') {
        await page.getByText('設定', { exact: true }).click()
        await page.getByLabel('言語').selectOption('en')
        await page.getByRole('heading', { name: 'Accounts' }).waitFor()
      }
      await page.getByRole('table').waitFor()
      await look(page, `accounts-${lang}-768`)
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true)
      await context.close()
    }
  })

  it('prints, exports and erases a conversation for an admin, and shows a customer’s markup as text', async () => {
    const id = 'line:Uvictim'
    const attacks = [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '<svg/onload=alert(1)>',
      '[x](javascript:alert(1))',
      '"><iframe srcdoc="<script>alert(1)</script>">',
    ]
    for (const [n, text] of attacks.entries())
      await kaijo.turns.accept({
        channel: 'line',
        eventId: `attack-${n}`,
        conversation: id,
        activity: { type: 'message', text, from: { id: 'Uvictim', role: 'user' } as never },
        reference: { user: 'Uvictim' },
        logged: true,
      })
    while (await kaijo.store.pending(id)) await new Promise((resolve) => setImmediate(resolve))
    await handedOver(kaijo.store, id)
    const [first] = await kaijo.access.accounts.list()
    await kaijo.access.accounts.change(first?.id ?? '', { locale: 'en' })
    const { context, page } = await arrive({ locale: 'en' })
    await page.goto(`${kaijo.url}/desk?lang=en`)
    await page.getByLabel('Log-on name').fill('first.admin')
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await page.getByText('管理 太郎').first().waitFor()

    await page.goto(`${kaijo.url}/desk#/chats/${encodeURIComponent(id)}`)
    await page.getByText('<svg/onload=alert(1)>').first().waitFor()
    expect(await page.locator('main script, main iframe, main svg, main img').count()).to.equal(0)

    await page.goto(`${kaijo.url}/desk#/accounts`)
    await page.getByLabel(/^Conversation ID, or/).fill(id)
    const [printed] = await Promise.all([context.waitForEvent('page'), press(page, 'Print')])
    await printed.getByText('<svg/onload=alert(1)>').waitFor()
    expect(await printed.locator('script, iframe, svg, img').count()).to.equal(0)
    if (shots) await printed.screenshot({ path: `${shots}/print-en.png`, fullPage: true })
    expect(await wrongWith(printed)).to.deep.equal([])
    await printed.close()
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export to a file')])
    expect(file.suggestedFilename()).to.equal('conversation.json')
    expect(readFileSync(await file.path(), 'utf8')).to.contain('<svg/onload=alert(1)>')

    await press(page, 'Erase this conversation')
    await look(page, 'erase-en')
    await press(page, /^Erase$/)
    await page.locator('.told', { hasText: 'Conversations erased: 1' }).waitFor()
    await press(page, 'Export to a file')
    await page.locator('.alert', { hasText: 'Nothing was found.' }).waitFor()
    expect(await kaijo.store.conversation(id)).to.equal(undefined)
    await context.close()
  })

  it('has broken no rule of its pages, and run nothing of what was typed', () => {
    expect(reports).to.deep.equal([])
  })
})
