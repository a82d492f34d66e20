import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { linkId, linkKey, signLink } from '../../bot/link.ts'
import { unlockRoutes } from '../../bot/unlockRoutes.ts'
import { createWords } from '../../locales/index.ts'
import { createUnlockClient } from '../../unlock/index.ts'
import { startBrowser } from '../support/browser.ts'
import { type EchoServer, startEcho } from '../support/echoServer.ts'
import { bank, demo, type Practice, practise } from './practice.ts'
import { cardPassword, importCertificate, type Visitor, visit } from './visitor.ts'

const axe = createRequire(import.meta.url).resolve('axe-core')
const key = linkKey(randomBytes(32))
/** The requests behind the links. */
const links = new Map<string, string>()

function linkFor(request: string): string {
  const id = linkId()
  links.set(id, request)
  return signLink(id, key)
}
const dir = new URL('../../locales', import.meta.url).pathname
/** Set it to a folder to get a picture of every page. */
const pictures = process.env.SCREENSHOTS

describe('the pages from the chat to the cleared suspension, in a browser', function () {
  this.timeout(300_000)
  let browser: Browser
  let practice: Practice
  let server: EchoServer
  let context: BrowserContext
  /** Whoever has downloaded the certificate for the browser, and holds the card. */
  let holder: Visitor
  const complaints: string[] = []

  before(async () => {
    practice = await practise({ clock: () => new Date() })
    const { url, token } = practice
    const client = createUnlockClient({ url, token, callbackUrl: 'http://127.0.0.1:9/unlock/callback' })
    const words = createWords({ dir, sentences: { flows: {}, faq: {} }, bank: { ...bank, forms: {} } })
    const pass = async (id: string) => {
      const request = links.get(id)
      return request === undefined
        ? undefined
        : { id, flow: 'f', step: 's', request, expiresAt: Date.now() + 600_000, isSpent: false }
    }
    const parts = {
      client,
      keys: () => [],
      turns: { accept: () => Promise.reject(new Error('nobody waits')), wake: () => {} },
      store: { pass, spend: pass, requesters: async () => [] },
      words,
      linkKey: key,
      clock: () => new Date(),
    }
    server = await startEcho({ routes: unlockRoutes(parts) })
    holder = await importCertificate(visit(practice.url))
    browser = await startBrowser()
  })
  after(async () => {
    await browser.close()
    await server.close()
    await practice.end()
  })
  afterEach(async () => {
    await context.close()
    expect(complaints.splice(0)).to.deep.equal([])
  })

  /** A page that notes everything that a strict page must not do. */
  async function open(options: Parameters<Browser['newContext']>[0]): Promise<Page> {
    context = await browser.newContext({ bypassCSP: false, ...options })
    const page = await context.newPage()
    page.on('console', (message) => {
      const isAnswer = /status of 4(03|10|22)/.test(message.text())
      if (message.type() === 'error' && !isAnswer) complaints.push(message.text())
    })
    page.on('request', (request) => {
      const { origin } = new URL(request.url())
      if (![practice.url, practice.logonUrl, server.url].includes(origin))
        complaints.push(`request to ${origin}`)
    })
    return page
  }

  let shot = 0
  /** No violation that axe-core knows, nothing wider than the screen, and a picture for whoever wants to look. */
  async function inspect(page: Page, name: string): Promise<void> {
    const wide = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(wide, `${name} is wider than the screen`).to.equal(0)
    // By the debugger: the pages allow no script, and must not be made to.
    const session = await context.newCDPSession(page)
    await session.send('Runtime.evaluate', { expression: readFileSync(axe, 'utf8') })
    const { result } = await session.send('Runtime.evaluate', {
      expression:
        'axe.run().then(({ violations }) => JSON.stringify(violations.map((v) => [v.id, v.nodes[0].html])))',
      awaitPromise: true,
      returnByValue: true,
    })
    expect(result.value, name).to.equal('[]')
    if (!pictures) return
    mkdirSync(pictures, { recursive: true })
    shot += 1
    await page.screenshot({
      path: `${pictures}/${String(shot).padStart(2, '0')}-${name}.png`,
      fullPage: true,
    })
  }

  /** The certificate that somebody has downloaded, as a browser has it that imported the file. */
  function shown({ certificate }: Visitor) {
    const { pfx, passphrase } = certificate as { pfx: Buffer; passphrase: string }
    return { origin: practice.logonUrl, pfx, passphrase }
  }

  async function passwordAsked(page: Page): Promise<string> {
    holder.text = (await page.locator('main').textContent()) ?? ''
    return cardPassword(holder)
  }

  /** Tab until something is reached: what a keyboard cannot reach is never found. */
  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let n = 0; n < 40; n += 1) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(`document.activeElement.matches('${selector}')`)) return
    }
    throw new Error(`The keyboard does not reach ${selector} at ${page.url()}`)
  }

  const views = [
    { locale: 'ja', width: 360, colorScheme: 'light' },
    { locale: 'en', width: 1280, colorScheme: 'dark' },
    { locale: 'en', width: 360, colorScheme: 'dark' },
    { locale: 'ja', width: 1280, colorScheme: 'light' },
  ] as const
  // Two see every page, both languages, widths and colours; the others are for whoever wants to look.
  for (const { locale, width, colorScheme } of pictures ? views : views.slice(0, 2)) {
    it(`can be walked by keyboard alone, by everyone (${locale}, ${width} px, ${colorScheme})`, async () => {
      const clientCertificates = [shown(holder)]
      const page = await open({ locale, colorScheme, viewport: { width, height: 800 }, clientCertificates })
      const look = (name: string) => inspect(page, `${locale}-${width}-${name}`)
      const type = async (selector: string, text: string) => {
        await tabTo(page, selector)
        await page.keyboard.type(text)
        await page.keyboard.press('Enter')
      }
      const press = async (selector: string) => {
        await tabTo(page, selector)
        await page.keyboard.press('Enter')
      }
      const arrive = (path: string) => page.waitForURL((url) => url.pathname === path)

      await page.goto(practice.url)
      await look('help')
      await press('form[action="/reset"] button')
      await page.locator('.done').waitFor()
      const { id, bindingCode } = await practice.request(undefined, locale)

      await page.goto(`${server.url}/go/${linkFor(id)}`)
      await look('go')
      await press('button')
      await arrive(`/requests/${id}`)
      await look('entry')
      await type('#code', bindingCode)
      await arrive('/bank')
      await look('top')
      await press('.main')
      await arrive('/bank/pin')
      await look('pin')
      await type('#pin', '000000')
      await page.getByRole('alert').waitFor()
      await look('pin-wrong')
      await type('#pin', demo.pin)
      await arrive('/bank/confirm')
      await look('confirm')
      await type('#cardPassword', await passwordAsked(page))
      await arrive('/bank/menu')
      await look('menu')
      await press('.menu a')
      await arrive('/bank/contract')
      await look('menu-contract')
      await press('.menu a')
      await arrive('/bank/users')
      await look('users')
      await tabTo(page, 'input[type=radio]')
      await page.keyboard.press('Space')
      await type('#confirmPin', demo.confirmPin)
      await page.getByRole('status').waitFor()
      await look('users-cleared')
      expect(await page.locator('.mark').allTextContents()).to.deep.equal(['—', '—'])
      expect(await practice.state(id)).to.equal('cleared')

      await page.goto(`${practice.url}/requests/${id}`)
      await look('closed')
      await page.goto(`${server.url}/go/${linkFor(id)}`)
      await look('go-closed')
    })
  }

  for (const [name, contract, locale, sentence] of [
    ['no certificate', undefined, 'ja', '電子証明書が選ばれていません'],
    [
      'a certificate that has expired',
      '0002345678',
      'ja',
      'シティ信金ビジネスダイレクト電子証明書再発行依頼書',
    ],
    ['no certificate', undefined, 'en', 'No certificate was chosen'],
  ] as const) {
    it(`is told what to do with ${name} (${locale})`, async () => {
      const viewport = { width: 360, height: 800 }
      const holds = contract && [shown(await importCertificate(visit(practice.url), contract))]
      // Without a certificate of its own the browser has never heard of our authority: its user passes the warning.
      const page = await open(
        holds
          ? { locale, viewport, clientCertificates: holds }
          : { locale, viewport, ignoreHTTPSErrors: true },
      )
      await page.goto(`${practice.url}/bank`)
      await tabTo(page, '.main')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').waitFor()
      expect(new URL(page.url()).pathname).to.equal('/bank/pin')
      expect(await page.getByRole('alert').textContent()).to.include(sentence)
      expect(await page.locator('form').count()).to.equal(0)
      await inspect(page, `${locale}-refused-${contract ?? 'none'}`)
    })
  }
})
