import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openKeys } from '../../../bot/keys.ts'
import { auditPublicKey, verifyAudit } from '../../../unlock/index.ts'
import { type DeskVisitor, deskVisitor, invited, password, tokenOf } from '../../support/desk.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'

describe('the accounts of the desk', () => {
  let kaijo: Running
  let admin: DeskVisitor
  const secrets: string[] = [password]
  const folders: string[] = []

  before(async () => {
    kaijo = await runKaijo()
  })
  after(async () => {
    await kaijo.end()
    for (const folder of folders) rmSync(folder, { recursive: true })
  })

  const logOn = (name: string, secret = password, visitor = deskVisitor(kaijo.url)) =>
    visitor.ask('POST', '/desk/api/session', { name, password: secret })

  it('begin with one link, whose token is in no file', async () => {
    const token = tokenOf(kaijo.welcome ?? '')
    expect(token).to.match(/^[\w-]{43}$/)
    secrets.push(token)
    const visitor = deskVisitor(kaijo.url)
    const look = await visitor.ask('POST', '/desk/api/welcome/look', { token })
    expect([look.status, look.body]).to.deep.equal([200, {}])
    const weak = { token, name: 'first.admin', password: 'short' }
    expect((await visitor.ask('POST', '/desk/api/welcome', weak)).body.error.code).to.equal('UnfitPassword')
    const bad = { token, name: '!', password }
    expect((await visitor.ask('POST', '/desk/api/welcome', bad)).body.error.code).to.equal('BadName')
  })

  it('let the first admin in once, of however many who press at the same time', async () => {
    const token = tokenOf(kaijo.welcome ?? '')
    const tries = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        deskVisitor(kaijo.url).ask('POST', '/desk/api/welcome', { token, name: `first.admin${n}`, password }),
      ),
    )
    expect(tries.map(({ status }) => status).sort()).to.deep.equal([200, 404, 404, 404, 404, 404])
    const name = tries.find(({ status }) => status === 200)?.body.name
    admin = deskVisitor(kaijo.url)
    expect((await logOn(name, password, admin)).body).to.include({ name, role: 'admin', locale: 'ja' })
    expect((await admin.ask('GET', '/desk/api/me')).body.csrf).to.equal(admin.csrf)
  })

  it('are made by admins, who hand on a link and never see the password', async () => {
    const made = await admin.ask('POST', '/desk/api/accounts', {
      name: 'Tanaka',
      shown: '田中',
      role: 'agent',
    })
    expect(made.status).to.equal(201)
    const token = tokenOf(made.body.link)
    secrets.push(token)
    const again = await admin.ask('POST', '/desk/api/accounts', {
      name: 'ｔａｎａｋａ',
      shown: '田中',
      role: 'agent',
    })
    expect(again.body.error.code).to.equal('NameTaken')
    expect((await logOn('tanaka')).status).to.equal(401)
    const tanaka = deskVisitor(kaijo.url)
    const look = await tanaka.ask('POST', '/desk/api/welcome/look', { token })
    expect(look.body).to.deep.equal({ name: 'tanaka' })
    const named = { token, password: 'tanaka tanaka tanaka' }
    expect((await tanaka.ask('POST', '/desk/api/welcome', named)).status).to.equal(422)
    const welcome = await tanaka.ask('POST', '/desk/api/welcome', { token, password })
    expect(welcome.body).to.include({ name: 'tanaka', shown: '田中', role: 'agent' })
    expect((await tanaka.ask('POST', '/desk/api/welcome', { token, password })).status).to.equal(404)
    const list = (await admin.ask('GET', '/desk/api/accounts')).body.accounts
    expect(list.map((one: { name: string }) => one.name)).to.include('tanaka')
    expect(JSON.stringify(list)).not.to.match(/password|hash|subject/i)
  })

  it('give a new password by a new link, which ends the old sessions and makes older links worthless', async () => {
    const visitor = await invited(admin, { name: 'suzuki', role: 'agent' })
    const links = [0, 1].map(() => admin.ask('POST', `/desk/api/accounts/${visitor.id}/invitation`))
    const [older, newer] = (await Promise.all(links)).map(({ body }) => tokenOf(body.link))
    const other = deskVisitor(kaijo.url)
    const fresh = 'quite another phrase 2'
    expect((await other.ask('POST', '/desk/api/welcome', { token: older, password: fresh })).status).to.equal(
      404,
    )
    expect((await other.ask('POST', '/desk/api/welcome', { token: newer, password: fresh })).status).to.equal(
      200,
    )
    expect((await visitor.ask('GET', '/desk/api/me')).status).to.equal(401)
    expect((await logOn('suzuki')).status).to.equal(401)
    expect((await logOn('suzuki', fresh)).status).to.equal(200)
    secrets.push(fresh)
  })

  it('change their own password and language, and go on in a new session', async () => {
    const visitor = await invited(admin, { name: 'sato', role: 'agent' })
    const before = visitor.cookie
    const change = (old: string) =>
      visitor.ask('PUT', '/desk/api/me/password', { old, password: 'a third long phrase 3' })
    expect((await change('wrong')).status).to.equal(403)
    expect((await change(password)).status).to.equal(200)
    expect(visitor.cookie).not.to.equal(before)
    expect((await visitor.ask('PUT', '/desk/api/me', { locale: 'en' })).status).to.equal(204)
    expect((await visitor.ask('GET', '/desk/api/me')).body.locale).to.equal('en')
  })

  it('lose their sessions at once when they are disabled or get another role', async () => {
    const visitor = await invited(admin, { name: 'kato', role: 'agent' })
    const change = (body: object) => admin.ask('PUT', `/desk/api/accounts/${visitor.id}`, body)
    expect((await change({ role: 'supervisor' })).body.role).to.equal('supervisor')
    expect((await visitor.ask('GET', '/desk/api/me')).status).to.equal(401)
    expect((await logOn('kato', password, visitor)).body.role).to.equal('supervisor')
    expect((await change({ disabled: true })).body.disabled).to.equal(true)
    expect((await visitor.ask('GET', '/desk/api/me')).status).to.equal(401)
    expect((await logOn('kato', password, visitor)).status).to.equal(401)
    await change({ disabled: false })
    expect((await logOn('kato', password, visitor)).status).to.equal(200)
  })

  it('always keep one admin', async () => {
    const me = (await admin.ask('GET', '/desk/api/me')).body.id
    for (const body of [{ role: 'agent' }, { disabled: true }]) {
      const answer = await admin.ask('PUT', `/desk/api/accounts/${me}`, body)
      expect([answer.status, answer.body.error.code]).to.deep.equal([409, 'LastAdmin'])
    }
    expect((await admin.ask('GET', '/desk/api/me')).body.role).to.equal('admin')
  })

  it('log off for good', async () => {
    const visitor = deskVisitor(kaijo.url)
    await logOn('tanaka', password, visitor)
    const kept = visitor.cookie
    const off = await visitor.ask('DELETE', '/desk/api/session')
    expect(off.status).to.equal(204)
    visitor.cookie = kept
    expect((await visitor.ask('GET', '/desk/api/me')).status).to.equal(401)
  })

  it('leave a chain of entries that fits, and no secret in any file', async () => {
    const { dir } = kaijo
    const key = auditPublicKey(openKeys(join(dir, 'link.key')))
    const { findings, entries } = await verifyAudit(dir, key)
    expect(findings).to.deep.equal([])
    expect(entries).to.be.greaterThan(10)
    const log = readFileSync(join(dir, 'audit.log'), 'utf8')
    for (const what of ['entered', 'left', 'refused', 'invited', 'welcomed', 'changed'])
      expect(log).to.contain(`"what":"desk.${what}"`)
    expect(log).not.to.match(/tanaka|suzuki|kato|first\.admin|unreadable/)
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
    for (const file of files) {
      const bytes = readFileSync(join(file.parentPath, file.name), 'latin1')
      for (const secret of secrets) expect(bytes.includes(secret), `${file.name}`).to.equal(false)
    }
  })

  it('offer no second link once there is an account', async () => {
    await kaijo.close()
    const { dir } = kaijo
    kaijo = await runKaijo({
      STORAGE_URL: `sqlite:${join(dir, 'kaijo.db')}`,
      LINK_KEY_FILE: join(dir, 'link.key'),
    })
    folders.push(dir)
    expect(kaijo.welcome).to.equal(undefined)
  })
})
