import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Sandbox } from '../../unlock/sandbox/index.ts'
import { demo } from '../unlock/practice.ts'
import { cardPassword, importCertificate, type Visitor, visit } from '../unlock/visitor.ts'
import { trust } from './trust.ts'

/** The administrator at the PC that holds the certificate: a real browser with a real client certificate, and no mouse. */
export class Administrator {
  readonly page: Page
  readonly context: BrowserContext
  readonly #card: Visitor

  private constructor(page: Page, card: Visitor) {
    this.page = page
    this.context = page.context()
    this.#card = card
  }

  /** Fetches the certificate from the practised bank's first page, and imports it. */
  static async arrive(browser: Browser, sandbox: Sandbox): Promise<Administrator> {
    trust(sandbox.authority)
    const card = await importCertificate(visit(sandbox.publicUrl))
    const { pfx, passphrase } = card.certificate as { pfx: Buffer; passphrase: string }
    const clientCertificates = [{ origin: sandbox.logonUrl, pfx, passphrase }]
    const context = await browser.newContext({
      clientCertificates,
      locale: 'ja-JP',
      viewport: { width: 1280, height: 800 },
    })
    context.setDefaultTimeout(60_000)
    return new Administrator(await context.newPage(), card)
  }

  /** Follows the chat's link and says the binding code. */
  async follow(link: string, bindingCode: string): Promise<void> {
    await this.page.goto(link)
    await this.#press('button')
    await this.#at('/requests/')
    await this.#type('#code', bindingCode)
  }

  /** 手順 1 to 3: 管理者ログオン, the certificate (the browser's own choice), ご契約先暗証番号. */
  async logOn(): Promise<void> {
    await this.#at('/bank')
    await this.#press('.main')
    await this.#at('/bank/pin')
    await this.#type('#pin', demo.pin)
  }

  /** 手順 4: 確認用パスワード, as the お客様カード has it. */
  async confirm(): Promise<void> {
    await this.#at('/bank/confirm')
    this.#card.text = (await this.page.locator('main').textContent()) ?? ''
    await this.#type('#cardPassword', await cardPassword(this.#card))
  }

  /** 手順 5: the menus, the suspended user, ご契約先確認暗証番号, 利用中止解除, until the screen says that it is done. */
  async release(): Promise<void> {
    await this.#at('/bank/menu')
    await this.#press('.menu a')
    await this.#at('/bank/contract')
    await this.#press('.menu a')
    await this.#at('/bank/users')
    await this.#tabTo('input[type=radio]')
    await this.page.keyboard.press('Space')
    await this.#type('#confirmPin', demo.confirmPin)
    await this.page.getByRole('status').waitFor()
  }

  /** 手順 6: what stands in the column 「利用中止」, user by user. */
  async column(): Promise<string[]> {
    return this.page.locator('.mark').allTextContents()
  }

  async #at(path: string): Promise<void> {
    await this.page.waitForURL((url) => url.pathname.startsWith(path))
  }

  async #press(selector: string): Promise<void> {
    await this.#tabTo(selector)
    await this.page.keyboard.press('Enter')
  }

  async #type(selector: string, text: string): Promise<void> {
    await this.#tabTo(selector)
    await this.page.keyboard.type(text)
    await this.page.keyboard.press('Enter')
  }

  async #tabTo(selector: string): Promise<void> {
    for (let n = 0; n < 40; n += 1) {
      await this.page.keyboard.press('Tab')
      if (await this.page.evaluate(`document.activeElement.matches('${selector}')`)) return
    }
    throw new Error(`The keyboard does not reach ${selector} at ${this.page.url()}`)
  }
}
