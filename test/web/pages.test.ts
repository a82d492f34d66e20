import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { parse } from 'yaml'
import type { HttpAnswer, HttpRequest, Route } from '../../bot/route.ts'
import { HttpError } from '../../bot/route.ts'
import { webRoutes } from '../../bot/web.ts'
import { createWords } from '../../locales/index.ts'
import { chatKeys, launcherKeys } from '../../web/chat/words.ts'

const root = join(import.meta.dirname, '..', '..')
const bank = { id: 'x', name: 'A & B', service: '<Service>', code: '9876', forms: {} }
const words = createWords({ dir: join(root, 'locales'), sentences: { flows: {}, faq: {} }, bank })

describe('the pages for browsers', () => {
  let routes: Route[]

  before(async () => {
    const allowedOrigins = ['https://bank.example', 'https://www.bank.example']
    const contentDir = join(root, 'content')
    routes = await webRoutes({ words, bank, allowedOrigins, contentDir, publicUrl: 'https://help.example' })
  })

  async function get(
    path: string,
    headers: HttpRequest['headers'] = {},
  ): Promise<HttpAnswer & { text: string }> {
    const url = new URL(path, 'https://help.example')
    const file = url.pathname.split('/').at(-1) ?? ''
    const route = routes.find(
      (one) => one.path === url.pathname || one.path === url.pathname.replace(/[^/]+$/, ':file'),
    )
    const request = { id: '1', method: 'GET', url, params: { file }, headers, body: Buffer.alloc(0), ip: '' }
    const answer = await route?.handle(request)
    if (!answer) throw new Error(`no route for ${path}`)
    return { ...answer, text: String(answer.body ?? '') }
  }

  async function refusal(path: string): Promise<number | undefined> {
    try {
      await get(path)
    } catch (error) {
      if (error instanceof HttpError) return error.status
    }
    return undefined
  }

  function assets(page: string): string[] {
    return [...page.matchAll(/(?:src|href)="(\/widget\/chat[^"]+)"/g)].map(([, path]) => path ?? '')
  }

  it('send a launcher of at most 5 kB', async () => {
    const { text } = await get('/widget.js')
    expect(gzipSync(text).length).to.be.below(5000)
  })

  it('send a chat app of at most 60 kB, protocol client and styles included', async () => {
    const page = await get('/widget/')
    const parts = await Promise.all(assets(page.text).map(async (path) => (await get(path)).text))
    expect(parts).to.have.length(2)
    const sizes = [page.text, ...parts].map((part) => gzipSync(part).length)
    expect(sizes.reduce((sum, size) => sum + size)).to.be.below(60_000)
  })

  it('have a policy that lets nothing in but our own files, and fails closed for frames', async () => {
    const policy = (await get('/widget/')).headers?.['Content-Security-Policy'] ?? ''
    const rules = new Map(
      policy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]),
    )
    expect(Object.fromEntries(rules)).to.deep.equal({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self'",
      'connect-src': "'self' wss://help.example",
      'frame-ancestors': "'self' https://bank.example https://www.bank.example",
      'base-uri': "'none'",
      'form-action': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
    })
  })

  for (const path of ['/', '/widget/', '/?lang=en', '/widget/?lang=en']) {
    it(`have no inline script, style or handler, and no word left out: ${path}`, async () => {
      const { text } = await get(path)
      expect(text).not.to.match(/<style|\sstyle=|\son\w+=|javascript:|\{\{/)
      const scripts = [...text.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes ?? '')
      for (const attributes of scripts) expect(attributes).to.match(/src="\/|type="application\/json"/)
    })
  }

  it('speak the language that is asked for, else the browser’s, else Japanese', async () => {
    const lang = async (path: string, language?: string) =>
      /<html lang="(\w+)">/.exec((await get(path, language ? { 'accept-language': language } : {})).text)?.[1]
    expect(await lang('/')).to.equal('ja')
    expect(await lang('/', 'en-GB,ja;q=0.5')).to.equal('en')
    expect(await lang('/', 'de')).to.equal('ja')
    expect(await lang('/?lang=ja', 'en')).to.equal('ja')
    expect(await lang('/widget/?lang=en', 'ja')).to.equal('en')
  })

  it('are sent once: a browser that has them is told so', async () => {
    for (const path of ['/', '/widget.js', '/widget/', '/pictures/customer-card.svg']) {
      const { headers } = await get(path)
      const again = await get(path, { 'if-none-match': headers?.ETag })
      expect(again.status, path).to.equal(304)
      expect(again.body, path).to.equal(undefined)
    }
  })

  it('are sent compressed to who can read that', async () => {
    const plain = await get('/widget.js')
    const zipped = await get('/widget.js', { 'accept-encoding': 'gzip, br' })
    expect(zipped.headers?.['Content-Encoding']).to.equal('gzip')
    expect(plain.headers?.['Content-Encoding']).to.equal(undefined)
    expect(plain.headers?.Vary).to.contain('Accept-Encoding')
  })

  it('keep the chat’s files for ever under names that change with them', async () => {
    for (const path of assets((await get('/widget/')).text)) {
      expect((await get(path)).headers?.['Cache-Control']).to.contain('immutable')
    }
    expect((await get('/widget/')).headers?.['Cache-Control']).to.equal('no-cache')
  })

  it('put the bank’s own names into the pictures, as text', async () => {
    const chooser = await get('/pictures/certificate-chooser.svg')
    expect(chooser.text).to.contain('9876')
    expect(chooser.headers?.['Content-Security-Policy']).to.contain("default-src 'none'")
    const logon = await get('/pictures/logon-button.svg')
    expect(logon.text).to.contain('&#60;Service&#62;')
    expect(logon.text).not.to.contain('{{')
  })

  it('give no other file away', async () => {
    for (const path of [
      '/widget/chat.js',
      '/widget/page.html',
      '/pictures/none.svg',
      '/pictures/..%2Fflows.svg',
    ]) {
      expect(await refusal(path), path).to.equal(404)
    }
  })

  it('say in both languages exactly the sentences that the scripts know', () => {
    for (const locale of ['ja', 'en']) {
      const file = parse(readFileSync(join(root, 'locales', locale, 'widget.yaml'), 'utf8'))
      expect(Object.keys(file.chat).sort(), locale).to.deep.equal([...chatKeys].sort())
      expect(Object.keys(file.launcher).sort(), locale).to.deep.equal([...launcherKeys].sort())
    }
  })
})
