import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { type Role, roles } from '../../bot/desk/roles.ts'
import { type DeskVisitor, deskVisitor, invited, password, tokenOf } from '../support/desk.ts'
import { type AttackedDesk, attackedDesk, type Headers } from './attackedDesk.ts'

describe('attacks on the desk', function () {
  this.timeout(180_000)
  let desk: AttackedDesk

  before(async () => {
    desk = await attackedDesk()
  })
  after(() => desk.kaijo.end())

  describe('on the session', () => {
    it('fixation: a cookie that somebody else chose is not the one that is logged on', async () => {
      const victim = deskVisitor(desk.kaijo.url)
      const chosen = randomBytes(32).toString('base64url')
      victim.cookie = chosen
      await desk.logOn('agent', password, desk.from(), victim)
      expect(victim.cookie).not.to.equal(chosen)
      expect(await desk.meWith({ cookie: `__Host-kaijo_desk=${chosen}` })).to.equal(401)
      // A session of the attacker's own, put into the victim's browser, is over when the victim logs on.
      const attacker = deskVisitor(desk.kaijo.url)
      await desk.logOn('agent', password, desk.from(), attacker)
      const lent = attacker.cookie
      const other = deskVisitor(desk.kaijo.url)
      other.cookie = lent
      await desk.logOn('sup', password, desk.from(), other)
      expect(await desk.meWith({ cookie: `__Host-kaijo_desk=${lent}` })).to.equal(401)
    })

    it('replay: a cookie is worth nothing after its owner has logged off', async () => {
      const visitor = deskVisitor(desk.kaijo.url)
      await desk.logOn('agent', password, desk.from(), visitor)
      const cookie = visitor.cookies()
      await visitor.ask('DELETE', '/desk/api/session')
      expect(await desk.meWith({ cookie })).to.equal(401)
    })

    it('cookie tossing: a second cookie beside the right one, or one without the prefix, opens nothing', async () => {
      const right = desk.agent.cookies()
      expect(await desk.meWith({ cookie: right })).to.equal(200)
      for (const cookie of [
        `${right}; __Host-kaijo_desk=${randomBytes(32).toString('base64url')}`,
        `__Host-kaijo_desk=x; ${right}`,
        `${right}; ${right}`,
        right.replace('__Host-', ''),
        right.replace('__Host-', '__Secure-'),
      ])
        expect(await desk.meWith({ cookie }), cookie).to.equal(401)
    })

    it('session id elsewhere: not in the address, not in another header', async () => {
      const id = desk.agent.cookie ?? ''
      for (const path of [
        `/desk/api/me?session=${id}`,
        `/desk/api/me?__Host-kaijo_desk=${id}`,
        `/desk/api/me?cookie=${encodeURIComponent(desk.agent.cookies())}`,
      ])
        expect(await desk.meWith({}, path), path).to.equal(401)
      for (const headers of [
        { authorization: `Bearer ${id}` },
        { 'x-session': id },
        { 'x-kaijo-csrf': desk.agent.csrf ?? '' },
      ] as Headers[])
        expect(await desk.meWith(headers)).to.equal(401)
    })

    it('borrowed identity: no header of a proxy makes anybody somebody', async () => {
      for (const name of [
        'x-forwarded-user',
        'x-remote-user',
        'x-user',
        'x-role',
        'x-kaijo-agent',
        'x-client-cn',
      ])
        expect(await desk.meWith({ [name]: 'admin' }), name).to.equal(401)
      const raised = await desk.agent.ask('GET', '/desk/api/accounts', undefined, { 'x-role': 'admin' })
      expect(raised.status).to.equal(403)
    })
  })

  describe('on roles', () => {
    it('escalation by address: every route of the desk asks for its role, and nothing else is there', async () => {
      const { made } = desk.kaijo.access.guard
      const visitors: [has: Role, visitor: DeskVisitor][] = [
        ['agent', desk.agent],
        ['supervisor', desk.supervisor],
        ['admin', desk.admin],
      ]
      expect(made.size).to.be.greaterThan(15)
      expect([...made.values()]).to.include.members(['agent', 'supervisor', 'admin', 'anyone'])
      for (const [{ method, path }, role] of made) {
        if (role === 'anyone' || `${method} ${path}` === 'DELETE /desk/api/session') continue
        const address = path.replace(/:\w+/g, 'nobody')
        const name = `${method} ${address}`
        expect((await deskVisitor(desk.kaijo.url).ask(method, address)).status, name).to.equal(401)
        for (const [has, visitor] of visitors) {
          const { status } = await visitor.ask(method, address)
          if (roles.indexOf(has) < roles.indexOf(role)) expect(status, `${name} as ${has}`).to.equal(403)
          else expect(status, `${name} as ${has}`).not.to.be.oneOf([401, 403, 500])
        }
      }
      for (const path of ['/desk/api', '/desk/api/admin', '/desk/other', '/desk/api/sql'])
        expect((await desk.admin.ask('GET', path)).status, path).to.equal(404)
    })

    it('open doors: those that anyone may use are these, and no others', () => {
      const open = [...desk.kaijo.access.guard.made].filter(([, role]) => role === 'anyone')
      expect(open.map(([{ method, path }]) => `${method} ${path}`).sort()).to.deep.equal([
        'GET /desk',
        'GET /desk/api/entrance',
        'GET /desk/app/:file',
        'GET /desk/print.css',
        'POST /desk/api/session',
        'POST /desk/api/welcome',
        'POST /desk/api/welcome/look',
      ])
    })

    it('escalation by body: nobody makes themselves more by a field that is not asked for', async () => {
      for (const body of [
        { role: 'admin' },
        { locale: 'ja', role: 'admin' },
        { id: desk.supervisor.id, locale: 'ja' },
      ])
        expect((await desk.agent.ask('PUT', '/desk/api/me', body)).status).to.equal(400)
      const own = await desk.supervisor.ask('PUT', `/desk/api/accounts/${desk.supervisor.id}`, {
        role: 'admin',
      })
      expect(own.status).to.equal(403)
      const { body } = await desk.admin.ask('POST', '/desk/api/accounts', {
        name: 'new1',
        shown: 'n',
        role: 'agent',
      })
      const token = tokenOf(body.link)
      const welcome = { token, password, role: 'admin' }
      expect((await deskVisitor(desk.kaijo.url).ask('POST', '/desk/api/welcome', welcome)).status).to.equal(
        400,
      )
      for (const role of ['root', 'Admin', ['admin'], null, 2])
        expect(
          (await desk.admin.ask('POST', '/desk/api/accounts', { name: 'new2', shown: 'n', role })).status,
        ).to.equal(400)
    })

    it('escalation by socket: no page of another origin, no visitor, no role that is too low', async () => {
      const open = (headers: Headers) =>
        new Promise<number>((resolve) => {
          const socket = new WebSocket(`${desk.kaijo.url.replace('http', 'ws')}/desk/live`, { headers })
          socket.on('open', () => {
            socket.terminate()
            resolve(101)
          })
          socket.on('unexpected-response', (_, answer) => {
            answer.destroy()
            resolve(answer.statusCode ?? 0)
          })
          socket.on('error', () => resolve(0))
        })
      const cookie = desk.agent.cookies()
      expect(await open({ cookie, origin: desk.kaijo.url })).to.equal(101)
      expect(await open({ origin: desk.kaijo.url })).to.equal(401)
      expect(await open({ cookie: 'kaijo_desk=x', origin: desk.kaijo.url })).to.equal(401)
      expect(await open({ cookie })).to.equal(403)
      expect(await open({ cookie, origin: 'null' })).to.equal(403)
      expect(await open({ cookie, origin: 'https://evil.example' })).to.equal(403)
    })

    it('stale session by socket: a socket is closed when its account is disabled', async () => {
      const visitor = await invited(desk.admin, { name: 'socket', role: 'agent' })
      const headers = { cookie: visitor.cookies(), origin: desk.kaijo.url }
      const socket = new WebSocket(`${desk.kaijo.url.replace('http', 'ws')}/desk/live`, { headers })
      await new Promise((resolve) => socket.once('open', resolve))
      const closed = new Promise<number>((resolve) => socket.once('close', resolve))
      await desk.admin.ask('PUT', `/desk/api/accounts/${visitor.id}`, { disabled: true })
      expect(await closed).to.equal(4401)
      expect((await visitor.ask('GET', '/desk/api/me')).status).to.equal(401)
    })
  })

  describe('on what is read', () => {
    it('oversized, nested, encoded and poisoned bodies are turned away before anything is done', async () => {
      const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Headers = {}) => {
        const answer = await fetch(`${desk.kaijo.url}/desk/api/session`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            origin: desk.kaijo.url,
            'sec-fetch-site': 'same-origin',
            ...desk.from(),
            ...headers,
          },
          body,
        })
        return answer.status
      }
      expect(await post(JSON.stringify({ name: 'x'.repeat(5000), password }))).to.equal(413)
      expect(await post('['.repeat(2000))).to.equal(400)
      expect(await post('{}', { 'content-encoding': 'gzip' })).to.equal(415)
      expect(await post('{"__proto__":{"role":"admin"},"name":"agent","password":"x"}')).to.equal(400)
      expect(await post('{"name":"agent"}')).to.equal(400)
      expect(await post('{"name":["agent"],"password":"x"}')).to.equal(400)
      expect(await post(Uint8Array.from([0xff, 0xfe]))).to.equal(400)
      expect(await post('')).to.equal(400)
    })

    it('injection by ids: what is no id of anything is not found, and nothing breaks', async () => {
      const ids = [
        "' OR '1'='1",
        '../../etc/passwd',
        '%00',
        'a'.repeat(400),
        '$(id)',
        '{{7*7}}',
        '<svg onload=1>',
      ]
      for (const id of ids) {
        const path = encodeURIComponent(id)
        const changed = await desk.admin.ask('PUT', `/desk/api/accounts/${path}`, { disabled: true })
        expect(changed.status, id).to.be.oneOf([400, 404])
        for (const place of [
          '/desk/api/conversations/ID/export',
          '/desk/conversations/ID/print',
          '/desk/app/ID',
        ]) {
          const { status, body } = await desk.admin.ask('GET', place.replace('ID', path))
          expect(status, id).to.be.oneOf([400, 404])
          expect(JSON.stringify(body)).not.to.contain('svg onload').and.not.to.contain('etc/passwd')
        }
      }
    })

    it('names that look like others’ are the same name, or none', async () => {
      for (const name of ['ＡＧＥＮＴ', 'Agent', ' agent '])
        expect(
          (await desk.admin.ask('POST', '/desk/api/accounts', { name, shown: 'n', role: 'agent' })).body.error
            .code,
        ).to.equal('NameTaken')
      for (const name of ['аgent', 'agent\u200b', 'agent\u0000', 'a\nb', 'エージェント', '<b>x</b>'])
        expect(
          (await desk.admin.ask('POST', '/desk/api/accounts', { name, shown: 'n', role: 'agent' })).body.error
            .code,
        ).to.equal('BadName')
      for (const shown of ['a\u202eb', 'a\nb', '', ' ', 'x'.repeat(41)])
        expect(
          (await desk.admin.ask('POST', '/desk/api/accounts', { name: 'fine', shown, role: 'agent' })).body
            .error.code,
        ).to.equal('BadName')
    })

    it('what the API says is data: never a page, never kept by a cache', async () => {
      for (const path of ['/desk/api/me', '/desk/api/accounts', '/desk/api/chats', '/desk/api/nothing']) {
        const { headers } = await desk.admin.ask('GET', path)
        expect(headers.get('content-type'), path).to.match(/^application\/json/)
        expect(headers.get('cache-control')).to.equal('no-store')
        expect(headers.get('content-security-policy')).to.match(/^default-src 'none'/)
      }
    })
  })
})
