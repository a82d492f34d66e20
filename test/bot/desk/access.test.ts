import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { createGuard, type Guard, readCookie, refuseUnguarded, writeCookie } from '../../../bot/desk/guard.ts'
import { type Role, roles } from '../../../bot/desk/roles.ts'
import { openSessions, type Sessions } from '../../../bot/desk/sessions.ts'
import { HttpError, type HttpRequest, type Route } from '../../../bot/route.ts'
import { makeDeskTables } from '../../../bot/store/deskTables.ts'
import { openSql, type SqlConnection } from '../../../bot/store/sql.ts'

const own = 'https://desk.bank.example'
const minute = 60_000

describe('the guard of the desk', () => {
  let sql: SqlConnection
  let sessions: Sessions
  let guard: Guard
  let now: number

  const join = async (role: Role) => {
    const id = `a${randomBytes(8).toString('hex')}`
    await sql.run(
      `INSERT INTO desk_accounts (id, name, shown, role, locale, created_at) VALUES (?, ?, 'S', ?, 'ja', 0)`,
      [id, id, role],
    )
    return { id, cookie: await sessions.begin(id) }
  }
  const request = (method: string, headers: Record<string, string>, body = ''): HttpRequest => ({
    id: 'r',
    method,
    url: new URL(`${own}/desk/api/thing`),
    params: {},
    headers,
    body: Buffer.from(body),
    ip: '127.0.0.1',
  })
  const from = (cookie: string, more: Record<string, string> = {}) => ({
    cookie: `__Host-kaijo_desk=${cookie}`,
    origin: own,
    'sec-fetch-site': 'same-origin',
    'x-kaijo-csrf': sessions.csrf(cookie),
    ...more,
  })
  const statusOf = async (route: Route, asked: HttpRequest): Promise<number> => {
    try {
      return (await route.handle(asked)).status
    } catch (error) {
      if (error instanceof HttpError) return error.status
      throw error
    }
  }
  const thing = (role: Role, method: 'GET' | 'POST' = 'POST') =>
    guard.deskRoute({ method, path: '/desk/api/thing', role, handle: () => ({ status: 200 }) })

  beforeEach(async () => {
    now = 1_800_000_000_000
    sql = openSql('sqlite::memory:')
    await makeDeskTables(sql)
    sessions = openSessions({ sql, key: randomBytes(32), clock: () => new Date(now) })
    guard = createGuard({ sessions, ownOrigin: own })
  })
  afterEach(async () => {
    sessions.close()
    await sql.close()
  })

  for (const has of roles)
    for (const needed of roles) {
      const isAllowed = roles.indexOf(has) >= roles.indexOf(needed)
      it(`${isAllowed ? 'lets' : 'does not let'} the role ${has} do what needs ${needed}`, async () => {
        const { cookie } = await join(has)
        for (const method of ['GET', 'POST'] as const)
          expect(await statusOf(thing(needed, method), request(method, from(cookie)))).to.equal(
            isAllowed ? 200 : 403,
          )
      })
    }

  it('refuses whoever has no session, and keeps no cookie where it can be read', async () => {
    const { cookie } = await join('admin')
    expect(await statusOf(thing('agent', 'GET'), request('GET', {}))).to.equal(401)
    expect(
      await statusOf(thing('agent', 'GET'), request('GET', from(randomBytes(32).toString('base64url')))),
    ).to.equal(401)
    expect(JSON.stringify(await sql.all('SELECT * FROM desk_sessions'))).not.to.contain(cookie)
    expect(Buffer.from(cookie, 'base64url').length).to.equal(32)
  })

  it('sends the cookie to this host only, over https, and never to a script or another site', () => {
    expect(writeCookie('c')).to.equal('__Host-kaijo_desk=c; Path=/; Secure; HttpOnly; SameSite=Strict')
    expect(writeCookie(undefined)).to.match(/^__Host-kaijo_desk=; Max-Age=0; Path=\/; Secure/)
  })

  it('believes no cookie beside another of its name, nor one without the prefix', () => {
    const one = 'a'.repeat(43)
    const name = '__Host-kaijo_desk'
    expect(readCookie({ cookie: `x=1; ${name}=${one}` })).to.equal(one)
    for (const cookie of [
      `${name}=${one}; ${name}=${'b'.repeat(43)}`,
      `kaijo_desk=${one}`,
      `__host-kaijo_desk=${one}`,
      `${name}=${one}x`,
      `${name}="${one}"`,
    ])
      expect(readCookie({ cookie }), cookie).to.equal(undefined)
  })

  it('ends a session after 15 idle minutes, and after 8 hours however busy', async () => {
    const { cookie } = await join('agent')
    const read = () => sessions.read(cookie, true)
    now += 14 * minute
    expect(await read()).not.to.equal(undefined)
    now += 14 * minute
    expect(await read()).not.to.equal(undefined)
    now += 15 * minute
    expect(await read()).to.equal(undefined)
    const { cookie: busy } = await join('agent')
    let minutes = 0
    while (await sessions.read(busy, true)) {
      now += 10 * minute
      minutes += 10
    }
    expect(minutes).to.equal(8 * 60)
  })

  it('does not take a poll for a person', async () => {
    const { cookie } = await join('agent')
    const poll = request('GET', from(cookie, { 'x-kaijo-background': '1' }))
    now += 10 * minute
    expect(await statusOf(thing('agent', 'GET'), poll)).to.equal(200)
    now += 6 * minute
    expect(await statusOf(thing('agent', 'GET'), poll)).to.equal(401)
  })

  it('does not take a socket for a person, however often a page opens it', async () => {
    const { cookie } = await join('agent')
    const open = () => guard.enter({ headers: from(cookie) } as never, 'agent', () => {})
    now += 10 * minute
    ;(await open()).leave()
    now += 6 * minute
    expect(await open().catch((error: HttpError) => error.status)).to.equal(401)
  })

  it('ends every session of an account that is disabled, at once', async () => {
    const { id, cookie } = await join('agent')
    await sql.run('UPDATE desk_accounts SET disabled_at = 1 WHERE id = ?', [id])
    expect(await statusOf(thing('agent', 'GET'), request('GET', from(cookie)))).to.equal(401)
  })

  it('tells an open socket when its session has ended, here or in another process', async () => {
    const first = await join('agent')
    const second = await join('agent')
    const ended: string[] = []
    const handshake = (cookie: string) => ({ headers: { ...from(cookie), host: 'x' } }) as never
    await guard.enter(handshake(first.cookie), 'agent', () => ended.push('first'))
    const elsewhere = new Promise<void>((resolve) => {
      void guard.enter(handshake(second.cookie), 'agent', resolve)
    })
    await sessions.endAll(first.id)
    expect(ended).to.deep.equal(['first'])
    await sql.run('DELETE FROM desk_sessions WHERE account = ?', [second.id])
    await elsewhere
  })

  it('opens no socket for a page of another origin, a role that is too low, or nobody', async () => {
    const { cookie } = await join('agent')
    const enter = (headers: Record<string, string>, role: Role = 'agent') =>
      guard
        .enter({ headers } as never, role, () => {})
        .then(
          () => 101,
          (error: HttpError) => error.status,
        )
    expect(await enter(from(cookie))).to.equal(101)
    expect(await enter(from(cookie), 'supervisor')).to.equal(403)
    expect(await enter(from(cookie, { origin: 'https://evil.example' }))).to.equal(403)
    expect(await enter({ cookie: from(cookie).cookie })).to.equal(403)
    expect(await enter({ origin: own })).to.equal(401)
  })

  it('does not let the server start with a route of the desk that it has not made', () => {
    const handle = () => ({ status: 200 })
    const stray: Route = { method: 'GET', path: '/desk/api/stray', handle }
    const other: Route = { method: 'GET', path: '/deskless', handle }
    expect(() => refuseUnguarded([thing('agent'), other], guard)).not.to.throw()
    expect(() => refuseUnguarded([thing('agent'), stray], guard)).to.throw('GET /desk/api/stray')
  })
})
