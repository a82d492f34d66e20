import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { startBrowser } from '../support/browser.ts'
import { type Site, startSite } from './site.ts'
import { Visitor } from './visitor.ts'

/** A bank's page on another origin, with the strictest policy under which a widget can be put on it. */
function startHost(widget: () => string): Promise<{ url: string; server: Server }> {
  const server = createServer((_, response) => {
    const policy =
      `default-src 'none'; script-src ${widget()}; frame-src ${widget()}; base-uri 'none'; form-action 'none'; ` +
      "require-trusted-types-for 'script'; trusted-types 'none'"
    response.setHeader('Content-Security-Policy', policy)
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(
      '<!doctype html><html lang="ja"><title>銀行</title><h1>銀行</h1>' +
        `<script src="${widget()}/widget.js" data-title="銀行のご相談窓口" data-lang="ja"></script></html>`,
    )
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server })
    })
  })
}

describe('the widget on a page of another origin', function () {
  this.timeout(300_000)
  let browser: Browser
  let site: Site
  let host: { url: string; server: Server }
  let stranger: { url: string; server: Server }

  before(async () => {
    host = await startHost(() => site.url)
    stranger = await startHost(() => site.url)
    ;[browser, site] = await Promise.all([startBrowser(), startSite({ WIDGET_ORIGINS: host.url })])
  })

  after(async () => {
    await browser.close()
    await site.close()
    host.server.close()
    stranger.server.close()
  })

  it('works under a strict policy without one report, and bears the page’s own title', async () => {
    const visitor = await Visitor.arrive(browser, host.url)
    await visitor.open()
    await visitor.say('ログオンできません')
    expect(await visitor.chat('#title').textContent()).to.equal('銀行のご相談窓口')
    await visitor.chat('#close').click()
    await visitor.panel.waitFor({ state: 'hidden' })
    const elsewhere = visitor.complaints.filter((one) => !one.startsWith(`request to ${site.url}/`))
    expect(elsewhere).to.deep.equal([])
    await visitor.context.close()
  })

  it('shows nothing in a page that is not allowed', async () => {
    const visitor = await Visitor.arrive(browser, stranger.url)
    const refused = visitor.page.waitForEvent('console', (message) =>
      message.text().includes('frame-ancestors'),
    )
    await visitor.launcher.click()
    await refused
    expect(await visitor.chat('#log').count()).to.equal(0)
    await visitor.context.close()
  })

  it('is not moved by messages that are not exactly the chat’s', async () => {
    const visitor = await Visitor.arrive(browser, host.url)
    await visitor.open()
    const hostile = [
      ...['close', '{"kaijo":1,"type":"close"}', null, 1, true, [], {}].map((data) => JSON.stringify(data)),
      ...[
        "{ kaijo: 1, type: 'close' }",
        "{ kaijo: 1, type: 'unread', count: 9 }",
        "{ kaijo: 1, type: 'lang', lang: 'en' }",
      ],
    ]
    for (const data of hostile) await visitor.page.evaluate(`postMessage(${data}, '*')`)
    const fromChat = [
      ...[
        "{ kaijo: 2, type: 'close' }",
        "{ type: 'close' }",
        "{ kaijo: 1, type: 'Close' }",
        "{ kaijo: 1, type: ['close'] }",
      ],
      ...[
        "{ kaijo: 1, type: 'unread', count: '9' }",
        "{ kaijo: 1, type: 'unread', count: -1 }",
        "{ kaijo: 1, type: 'unread', count: 1e9 }",
      ],
      ...["{ kaijo: 1, type: 'lang', lang: '<b>' }", "{ kaijo: 1, type: 'unread' }", "'close'"],
    ]
    const frame = await visitor.frame()
    for (const data of fromChat) await frame.evaluate(`parent.postMessage(${data}, '*')`)
    // Messages are delivered in order, so when this one has come all others have been looked at.
    await frame.evaluate("parent.postMessage({ kaijo: 1, type: 'unread', count: 7 }, '*')")
    await visitor.page.locator('#kaijo .badge:has-text("7")').waitFor({ state: 'attached' })
    expect(await visitor.panel.isVisible()).to.equal(true)
    expect(await visitor.page.locator('#kaijo').getAttribute('lang')).to.equal('ja')
    await visitor.context.close()
  })

  it('believes only the page around it that it is open or closed', async () => {
    const visitor = await Visitor.arrive(browser, host.url)
    await visitor.open()
    const frame = await visitor.frame()
    await frame.evaluate("postMessage({ kaijo: 1, type: 'closed' }, '*')")
    await visitor.page.evaluate(`
      for (const data of ['closed', { type: 'closed' }, { kaijo: '1', type: 'closed' }, { kaijo: 1, type: 'close' }])
        document.querySelector('#kaijo').shadowRoot.querySelector('iframe').contentWindow.postMessage(data, '*')
    `)
    await visitor.say('ログオンできません')
    // Had it believed one of them, it would count what the customer sees as unread.
    expect(await visitor.page.locator('#kaijo .badge').getAttribute('hidden')).to.equal('')
    await visitor.context.close()
  })
})
