import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type DeskVisitor, firstAdmin } from '../../support/desk.ts'
import { type Site, startSite } from '../../web/site.ts'

const root = join(import.meta.dirname, '..', '..', '..')

describe('the script while writers edit', function () {
  this.timeout(180_000)
  let folder: string
  let site: Site
  let agent: DeskVisitor

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kaijo-edited-'))
    for (const name of ['content', 'locales'])
      cpSync(join(root, name), join(folder, name), { recursive: true })
    site = await startSite({ CONTENT_DIR: join(folder, 'content') })
    agent = await firstAdmin(site.kaijo)
  })

  after(async () => {
    await site.close()
    rmSync(folder, { recursive: true })
  })

  const edit = (file: string, from: string, to: string) => {
    const path = join(folder, 'content', file)
    const text = readFileSync(path, 'utf8')
    expect(text).to.include(from)
    writeFileSync(path, text.replace(from, to))
  }

  /** Asks again until it is so; the test's own time ends it. */
  const until = async <T>(ask: () => Promise<T>, isSo: (found: T) => boolean): Promise<T> => {
    for (;;) {
      const found = await ask()
      if (isSo(found)) return found
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  it('has a new line for agents, its version and a new canned response, within a call that has begun', async () => {
    const key = 'a-call-while-edited'
    const begun = await agent.ask('POST', '/desk/api/calls', { key, locale: 'ja', flow: 'service-suspended' })
    const { conversation, script } = begun.body
    edit(
      'flows/service-suspended.yaml',
      '管理者の方でしょうか。利用者の方でしょうか。',
      '管理者様でしょうか。',
    )
    const look = async () => (await agent.ask('GET', `/desk/api/calls/${conversation}`)).body.script
    const fresh = await until(look, ({ version }) => version !== script.version)
    expect(fresh.read).to.equal('ロックされたのは、管理者様でしょうか。')
    edit('canned/chat.yaml', 'ja: 最初のごあいさつ', 'ja: はじめましてのことば')
    const find = async () =>
      (await agent.ask('GET', `/desk/api/search?q=${encodeURIComponent('はじめましてのことば')}`)).body.found
    const found = await until(find, ([one]) => one?.title === 'はじめましてのことば')
    expect(found[0]).to.include({ kind: 'canned', id: 'greeting' })
  })
})
