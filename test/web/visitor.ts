import axe, { type AxeResults } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Frame, Locator, Page } from 'playwright-core'

/** A customer in front of a real browser; everything that should not happen there is written down. */
export class Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** Policy reports, script errors, and requests that left the origin. */
  readonly complaints: string[] = []
  readonly #home: string

  private constructor(page: Page, home: string) {
    this.page = page
    this.context = page.context()
    this.#home = new URL(home).origin
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`))
    page.on('console', (message) => {
      // A refused or cut connection is what some tests are about; the browser says so on the console.
      const isNetwork = /net::ERR_|WebSocket connection to|status of (4|5)\d\d/.test(message.text())
      if (message.type() === 'error' && !isNetwork) this.complaints.push(`console: ${message.text()}`)
    })
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (origin !== this.#home && protocol !== 'data:') this.complaints.push(`request to ${request.url()}`)
    })
  }

  /** A new customer on a device of its own; `url` is the page that carries the widget. */
  static async arrive(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({
      locale: 'ja-JP',
      viewport: { width: 1280, height: 800 },
      ...options,
    })
    context.setDefaultTimeout(60_000)
    return Visitor.#visit(context, url)
  }

  /** The same customer in a second tab. */
  async secondTab(url: string): Promise<Visitor> {
    return Visitor.#visit(this.context, url)
  }

  static async #visit(context: BrowserContext, url: string): Promise<Visitor> {
    const visitor = new Visitor(await context.newPage(), url)
    await visitor.page.goto(url)
    return visitor
  }

  get launcher(): Locator {
    return this.page.locator('#kaijo .launcher')
  }

  get panel(): Locator {
    return this.page.locator('#kaijo .panel')
  }

  /** A place in the chat. */
  chat(selector: string): Locator {
    return this.page.frameLocator('#kaijo iframe').locator(selector)
  }

  /** The chat's own document. */
  async frame(): Promise<Frame> {
    const element = await this.page.locator('#kaijo iframe').elementHandle()
    const frame = await element?.contentFrame()
    if (!frame) throw new Error('The launcher has loaded no chat')
    return frame
  }

  async open(): Promise<void> {
    await this.launcher.click()
    await this.chat('.message.bot').first().waitFor()
  }

  /** As those do who use no mouse. */
  async openByKeyboard(): Promise<void> {
    await this.launcher.focus()
    await this.page.keyboard.press('Enter')
    await this.chat('#text:focus').waitFor()
    await this.chat('.message.bot').first().waitFor()
  }

  /** Writes and waits for the answer. */
  async say(text: string): Promise<void> {
    await this.answered(async () => {
      await this.chat('#text').fill(text)
      await this.chat('#text').press('Enter')
    })
  }

  /** Presses a live choice and waits for the answer. */
  async press(name: string | RegExp): Promise<void> {
    await this.answered(() => this.choice(name).click())
  }

  choice(name: string | RegExp): Locator {
    return this.page
      .frameLocator('#kaijo iframe')
      .locator('.choices:not(.answered)')
      .getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
  }

  async answered(act: () => Promise<void>): Promise<void> {
    const before = await this.chat('.message.bot').count()
    await act()
    await this.chat('.message.bot').nth(before).waitFor()
    await this.chat('.message.bot:last-child').waitFor()
  }

  /** What the chat shows, message by message, without the buttons. */
  async messages(): Promise<string[]> {
    return this.chat('.message .bubble').allInnerTexts()
  }

  /** What axe-core has against the page and the chat in it. */
  async axe(): Promise<string[]> {
    const frames = this.page.frames().filter((frame) => frame.url().startsWith(this.#home))
    const found: string[] = []
    for (const frame of frames) {
      // The page's policy allows no script but its own; the debugger's is none of the page's.
      await frame.evaluate(axe.source)
      const { violations } = await frame.evaluate<AxeResults>(
        "axe.run({ exclude: ['iframe'] }, { iframes: false })",
      )
      for (const { id, nodes } of violations)
        found.push(`${id}: ${nodes.map((node) => node.html).join(' | ')}`)
    }
    return found
  }
}
