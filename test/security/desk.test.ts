import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { createAttempts } from '../../bot/desk/attempts.ts'
import { createLogon } from '../../bot/desk/logon.ts'
import { type Role, roles } from '../../bot/desk/roles.ts'
import type { HttpError } from '../../bot/route.ts'
import { type DeskVisitor, deskVisitor, firstAdmin, invited, password, tokenOf } from '../support/desk.ts'
import { type Running, runKaijo } from '../support/kaijo.ts'

type Headers = Record<string, string>

describe('attacks on the desk', function () {
  this.timeout(180_000)
  let kaijo: Running
  let admin: DeskVisitor
  let supervisor: DeskVisitor & { id: string }
  let agent: DeskVisitor & { id: string }
  let lastAddress = 0

  /** Another machine: our proxy says so. */
  const from = (): Headers => {
    lastAddress += 1
    return { 'x-forwarded-for': `10.0.${lastAddress >> 8}.${lastAddress & 255}` }
  }
  const logOn = (name: string, secret: string, headers: Headers = from(), visitor = deskVisitor(kaijo.url)) =>
    visitor.ask('POST', '/desk/api/session', { name, password: secret }, headers)
  /** What a cookie without anything else opens. */
  const meWith = (headers: Headers, path = '/desk/api/me') =>
    fetch(`${kaijo.url}${path}`, { headers }).then(({ status }) => status)

  before(async () => {
    kaijo = await runKaijo({ TRUSTED_PROXIES: '127.0.0.1,::1' })
    admin = await firstAdmin(kaijo)
    supervisor = await invited(admin, { name: 'sup', role: 'supervisor' })
    agent = await invited(admin, { name: 'agent', role: 'agent' })
  })
  after(() => kaijo.end())

  describe('on the session', () => {
    it('fixation: a cookie that somebody else chose is not the one that is logged on', async () => {
      const victim = deskVisitor(kaijo.url)
      const chosen = randomBytes(32).toString('base64url')
      victim.cookie = chosen
      await logOn('agent', password, from(), victim)
      expect(victim.cookie).not.to.equal(chosen)
      expect(await meWith({ cookie: `__Host-kaijo_desk=${chosen}` })).to.equal(401)
      // A session of the attacker's own, put into the victim's browser, is over when the victim logs on.
      const attacker = deskVisitor(kaijo.url)
      await logOn('agent', password, from(), attacker)
      const lent = attacker.cookie
      const other = deskVisitor(kaijo.url)
      other.cookie = lent
      await logOn('sup', password, from(), other)
      expect(await meWith({ cookie: `__Host-kaijo_desk=${lent}` })).to.equal(401)
    })

    it('replay: a cookie is worth nothing after its owner has logged off', async () => {
      const visitor = deskVisitor(kaijo.url)
      await logOn('agent', password, from(), visitor)
      const cookie = visitor.cookies()
      await visitor.ask('DELETE', '/desk/api/session')
      expect(await meWith({ cookie })).to.equal(401)
    })

    it('cookie tossing: a second cookie beside the right one, or one without the prefix, opens nothing', async () => {
      const right = agent.cookies()
      expect(await meWith({ cookie: right })).to.equal(200)
      for (const cookie of [
        `${right}; __Host-kaijo_desk=${randomBytes(32).toString('base64url')}`,
        `__Host-kaijo_desk=x; ${right}`,
        `${right}; ${right}`,
        right.replace('__Host-', ''),
        right.replace('__Host-', '__Secure-'),
      ])
        expect(await meWith({ cookie }), cookie).to.equal(401)
    })

    it('session id elsewhere: not in the address, not in another header', async () => {
      const id = agent.cookie ?? ''
      for (const path of [
        `/desk/api/me?session=${id}`,
        `/desk/api/me?__Host-kaijo_desk=${id}`,
        `/desk/api/me?cookie=${encodeURIComponent(agent.cookies())}`,
      ])
        expect(await meWith({}, path), path).to.equal(401)
      for (const headers of [
        { authorization: `Bearer ${id}` },
        { 'x-session': id },
        { 'x-kaijo-csrf': agent.csrf ?? '' },
      ] as Headers[])
        expect(await meWith(headers)).to.equal(401)
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
        expect(await meWith({ [name]: 'admin' }), name).to.equal(401)
      const raised = await agent.ask('GET', '/desk/api/accounts', undefined, { 'x-role': 'admin' })
      expect(raised.status).to.equal(403)
    })
  })

  describe('from other sites', () => {
    /** The request that our own page would send; each variant spoils something. */
    const right = (): Headers => ({
      cookie: agent.cookies(),
      origin: kaijo.url,
      'sec-fetch-site': 'same-origin',
      'x-kaijo-csrf': agent.csrf ?? '',
      'content-type': 'application/json',
    })
    const without = (name: string) => (headers: Headers) => {
      delete headers[name]
    }
    const sets = (name: string, value: string) => (headers: Headers) => {
      headers[name] = value
    }
    const origins = () => {
      const { port } = new URL(kaijo.url)
      return [
        'null',
        'https://evil.example',
        `http://localhost.evil.example:${port}`,
        `http://evil.localhost:${port}`,
        `https://localhost:${port}`,
        `http://localhost:${Number(port) + 1}`,
        'http://localhost',
        `http://127.0.0.1:${port}`,
        `HTTP://LOCALHOST:${port}`,
        `${kaijo.url}/`,
        `${kaijo.url}.`,
        `${kaijo.url}, ${kaijo.url}`,
        '',
      ]
    }
    const sites = ['cross-site', 'same-site', 'none', 'SAME-ORIGIN', 'same-origin, cross-site', '', 'x']
    const tokens = () => [
      '',
      'x',
      supervisor.csrf ?? '',
      `${agent.csrf}x`,
      (agent.csrf ?? '').slice(0, -1),
      (agent.csrf ?? '').toUpperCase(),
      agent.cookie ?? '',
    ]
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain; application/json',
      'application/jsonp',
      'text/json',
      '',
    ]

    it('cross-site requests: 40 variants and more, and none changes anything', async () => {
      const put = async (headers: Headers) => {
        const body = JSON.stringify({ locale: 'en' })
        return (await fetch(`${kaijo.url}/desk/api/me`, { method: 'PUT', headers, body })).status
      }
      const variants: [name: string, spoil: (headers: Headers) => void][] = [
        ...['origin', 'sec-fetch-site', 'x-kaijo-csrf', 'cookie', 'content-type'].map(
          (name): [string, (headers: Headers) => void] => [`no ${name}`, without(name)],
        ),
        ...origins().map((value): [string, (headers: Headers) => void] => [value, sets('origin', value)]),
        ...sites.map((value): [string, (headers: Headers) => void] => [value, sets('sec-fetch-site', value)]),
        ...tokens().map((value): [string, (headers: Headers) => void] => [
          value,
          sets('x-kaijo-csrf', value),
        ]),
        ...types.map((value): [string, (headers: Headers) => void] => [value, sets('content-type', value)]),
        [
          'no-cors form',
          (headers) => Object.assign(headers, { origin: 'null', 'sec-fetch-site': 'cross-site' }),
        ],
        ['old browser', (headers) => ['origin', 'sec-fetch-site'].map((name) => without(name)(headers))],
      ]
      expect(variants.length).to.be.at.least(40)
      for (const [name, spoil] of variants) {
        const headers = right()
        spoil(headers)
        expect(await put(headers), `${name}: ${JSON.stringify(headers)}`).to.be.oneOf([401, 403, 415])
      }
      expect((await agent.ask('GET', '/desk/api/me')).body.locale).to.equal('ja')
      expect(await put(right())).to.equal(204)
    })

    it('log-on by another site: nobody is logged on to an account of somebody else’s choice', async () => {
      const variants: Headers[] = [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'https://evil.example' },
        { 'content-type': 'text/plain' },
      ]
      for (const headers of variants) {
        const answer = await logOn('agent', password, { ...from(), ...headers })
        expect(answer.status).to.be.oneOf([403, 415])
        expect(answer.headers.get('set-cookie')).to.equal(null)
      }
    })

    it('reading by another site: pages elsewhere get nothing, with the cookie or without', async () => {
      for (const site of ['cross-site', 'same-site'])
        for (const mode of ['cors', 'no-cors'])
          expect(
            await meWith({ cookie: agent.cookies(), 'sec-fetch-site': site, 'sec-fetch-mode': mode }),
          ).to.equal(403)
      const { headers } = await agent.ask('GET', '/desk/api/me', undefined, { origin: kaijo.url })
      expect(headers.get('access-control-allow-origin')).to.equal(null)
    })

    it('framing: no page of the desk can be shown in a frame', async () => {
      for (const path of ['/desk', '/desk/api/me', '/desk/api/accounts']) {
        const { headers } = await admin.ask('GET', path)
        expect(headers.get('content-security-policy'), path).to.contain("frame-ancestors 'none'")
        expect(headers.get('x-content-type-options')).to.equal('nosniff')
      }
    })

    it('changing by reading: GET and HEAD change nothing, whatever method a header names', async () => {
      for (const method of ['GET', 'HEAD'])
        for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
          const path = `/desk/api/accounts/${agent.id}`
          await admin.ask(method, path, undefined, { [name]: 'PUT' })
          await admin.ask(method, `${path}?_method=DELETE`)
          expect((await admin.ask(method, '/desk/api/welcome')).status).to.equal(405)
        }
      expect((await agent.ask('GET', '/desk/api/me')).status).to.equal(200)
    })
  })

  describe('on roles', () => {
    it('escalation by address: every route of the desk asks for its role, and nothing else is there', async () => {
      const { made } = kaijo.access.guard
      const visitors: [has: Role, visitor: DeskVisitor][] = [
        ['agent', agent],
        ['supervisor', supervisor],
        ['admin', admin],
      ]
      expect(made.size).to.be.greaterThan(15)
      expect([...made.values()]).to.include.members(['agent', 'supervisor', 'admin', 'anyone'])
      for (const [{ method, path }, role] of made) {
        if (role === 'anyone' || `${method} ${path}` === 'DELETE /desk/api/session') continue
        const address = path.replace(/:\w+/g, 'nobody')
        const name = `${method} ${address}`
        expect((await deskVisitor(kaijo.url).ask(method, address)).status, name).to.equal(401)
        for (const [has, visitor] of visitors) {
          const { status } = await visitor.ask(method, address)
          if (roles.indexOf(has) < roles.indexOf(role)) expect(status, `${name} as ${has}`).to.equal(403)
          else expect(status, `${name} as ${has}`).not.to.be.oneOf([401, 403, 500])
        }
      }
      for (const path of ['/desk/api', '/desk/api/admin', '/desk/other', '/desk/api/sql'])
        expect((await admin.ask('GET', path)).status, path).to.equal(404)
    })

    it('open doors: those that anyone may use are these, and no others', () => {
      const open = [...kaijo.access.guard.made].filter(([, role]) => role === 'anyone')
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
        { id: supervisor.id, locale: 'ja' },
      ])
        expect((await agent.ask('PUT', '/desk/api/me', body)).status).to.equal(400)
      const own = await supervisor.ask('PUT', `/desk/api/accounts/${supervisor.id}`, { role: 'admin' })
      expect(own.status).to.equal(403)
      const { body } = await admin.ask('POST', '/desk/api/accounts', {
        name: 'new1',
        shown: 'n',
        role: 'agent',
      })
      const token = tokenOf(body.link)
      const welcome = { token, password, role: 'admin' }
      expect((await deskVisitor(kaijo.url).ask('POST', '/desk/api/welcome', welcome)).status).to.equal(400)
      for (const role of ['root', 'Admin', ['admin'], null, 2])
        expect(
          (await admin.ask('POST', '/desk/api/accounts', { name: 'new2', shown: 'n', role })).status,
        ).to.equal(400)
    })

    it('escalation by socket: no page of another origin, no visitor, no role that is too low', async () => {
      const open = (headers: Headers) =>
        new Promise<number>((resolve) => {
          const socket = new WebSocket(`${kaijo.url.replace('http', 'ws')}/desk/live`, { headers })
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
      const cookie = agent.cookies()
      expect(await open({ cookie, origin: kaijo.url })).to.equal(101)
      expect(await open({ origin: kaijo.url })).to.equal(401)
      expect(await open({ cookie: 'kaijo_desk=x', origin: kaijo.url })).to.equal(401)
      expect(await open({ cookie })).to.equal(403)
      expect(await open({ cookie, origin: 'null' })).to.equal(403)
      expect(await open({ cookie, origin: 'https://evil.example' })).to.equal(403)
    })

    it('stale session by socket: a socket is closed when its account is disabled', async () => {
      const visitor = await invited(admin, { name: 'socket', role: 'agent' })
      const headers = { cookie: visitor.cookies(), origin: kaijo.url }
      const socket = new WebSocket(`${kaijo.url.replace('http', 'ws')}/desk/live`, { headers })
      await new Promise((resolve) => socket.once('open', resolve))
      const closed = new Promise<number>((resolve) => socket.once('close', resolve))
      await admin.ask('PUT', `/desk/api/accounts/${visitor.id}`, { disabled: true })
      expect(await closed).to.equal(4401)
      expect((await visitor.ask('GET', '/desk/api/me')).status).to.equal(401)
    })
  })

  describe('on passwords and links', () => {
    it('guessing: after five wrong ones from an address not even the right one is tried', async () => {
      await invited(admin, { name: 'guessed', role: 'agent' })
      const address = from()
      for (let n = 0; n < 5; n++) expect((await logOn('guessed', `wrong ${n}`, address)).status).to.equal(401)
      const sixth = await logOn('guessed', password, address)
      expect(sixth.status).to.equal(429)
      expect(Number(sixth.headers.get('retry-after'))).to.be.within(1, 900)
      expect((await logOn('guessed', password)).status).to.equal(200)
    })

    it('guessing many names: an address has thirty tries, whatever the names', async () => {
      const attempts = createAttempts()
      const taken = async (address: string) => {
        for (let n = 0; ; n++)
          try {
            await attempts.take({ name: `name${n}`, address, isKnown: false })
          } catch (error) {
            expect((error as HttpError).status).to.equal(429)
            return n
          }
      }
      expect(await taken('192.0.2.1')).to.equal(30)
      // One subscriber has a whole network of IPv6 addresses.
      expect(await taken('2001:db8::1')).to.equal(30)
      expect(await taken('2001:db8::2')).to.equal(0)
    })

    it('locking somebody out: wrong ones from everywhere close the account for strangers only', async () => {
      const attempts = createAttempts()
      const take = (address: string, isKnown: boolean) =>
        attempts.take({ name: 'victim', address, isKnown }).then(
          () => true,
          () => false,
        )
      for (let n = 0; n < 200; n++) await take(`198.51.${n >> 4}.${n & 15}`, false)
      expect(await take('203.0.113.1', false)).to.equal(false)
      for (let n = 0; n < 5; n++) expect(await take('203.0.113.2', true)).to.equal(true)
    })

    it('enumeration: a name that is nobody’s is answered with the same words after the same work', async () => {
      await invited(admin, { name: 'known', role: 'agent' })
      await invited(admin, { name: 'gone', role: 'agent' }).then(({ id }) =>
        admin.ask('PUT', `/desk/api/accounts/${id}`, { disabled: true }),
      )
      await admin.ask('POST', '/desk/api/accounts', { name: 'pending', shown: 'p', role: 'agent' })
      const said = new Set<string>()
      for (const [name, secret] of [
        ['known', 'wrong'],
        ['gone', password],
        ['pending', password],
        ['nobody', password],
        ['!!', password],
        ['', ''],
        ["' OR 1=1 --", password],
        ['x'.repeat(900), password],
      ] as const) {
        const { status, body, headers } = await logOn(name, secret)
        said.add(JSON.stringify([status, body, [...headers.keys()].sort()]))
      }
      expect([...said]).to.have.length(1)
      expect([...said][0]).to.contain('WrongNameOrPassword')

      let derived = 0
      const hash = 'stored'
      const account = { id: 'a1', name: 'known', isDisabled: false }
      const logon = createLogon({
        accounts: {
          byName: async (name: string) => (name === 'known' ? { account, password: hash } : undefined),
          isKnown: async () => false,
          know: async () => {},
        } as never,
        passwords: {
          hash: async () => hash,
          isRight: async (_: string, stored: string | null) => {
            derived += 1
            return stored === 'other'
          },
        },
        attempts: createAttempts(),
        sessions: {} as never,
        audited: () => {},
        key: randomBytes(32),
      })
      for (const name of ['known', 'nobody', '!!']) {
        derived = 0
        await logon.byPassword({ name, password: 'x', address: '192.0.2.9' }).catch(() => undefined)
        expect(derived, name).to.equal(1)
      }
    })

    it('used links: a link works once, a new one ends the old one, and that of a disabled account opens nothing', async () => {
      const { body } = await admin.ask('POST', '/desk/api/accounts', {
        name: 'linked',
        shown: 'l',
        role: 'agent',
      })
      const { id } = body.account
      const use = (link: string) =>
        deskVisitor(kaijo.url).ask('POST', '/desk/api/welcome', { token: tokenOf(link), password }, from())
      const second = (await admin.ask('POST', `/desk/api/accounts/${id}/invitation`)).body.link
      expect((await use(body.link)).status).to.equal(404)
      expect((await use(second)).status).to.equal(200)
      expect((await use(second)).status).to.equal(404)
      const third = (await admin.ask('POST', `/desk/api/accounts/${id}/invitation`)).body.link
      await admin.ask('PUT', `/desk/api/accounts/${id}`, { disabled: true })
      expect((await use(third)).status).to.equal(404)
      expect((await use(kaijo.welcome ?? '')).status).to.equal(404)
    })

    it('a walked-off machine: the password cannot be changed without the old one', async () => {
      const change = (old: string) =>
        agent.ask('PUT', '/desk/api/me/password', { old, password: 'one more long phrase 9' })
      for (const old of ['', 'wrong', 'null']) expect((await change(old)).status).to.equal(403)
      expect((await logOn('agent', password)).status).to.equal(200)
    })
  })

  describe('on what is read', () => {
    it('oversized, nested, encoded and poisoned bodies are turned away before anything is done', async () => {
      const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Headers = {}) => {
        const answer = await fetch(`${kaijo.url}/desk/api/session`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            origin: kaijo.url,
            'sec-fetch-site': 'same-origin',
            ...from(),
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
        const changed = await admin.ask('PUT', `/desk/api/accounts/${path}`, { disabled: true })
        expect(changed.status, id).to.be.oneOf([400, 404])
        for (const place of [
          '/desk/api/conversations/ID/export',
          '/desk/conversations/ID/print',
          '/desk/app/ID',
        ]) {
          const { status, body } = await admin.ask('GET', place.replace('ID', path))
          expect(status, id).to.be.oneOf([400, 404])
          expect(JSON.stringify(body)).not.to.contain('svg onload').and.not.to.contain('etc/passwd')
        }
      }
    })

    it('names that look like others’ are the same name, or none', async () => {
      for (const name of ['ＡＧＥＮＴ', 'Agent', ' agent '])
        expect(
          (await admin.ask('POST', '/desk/api/accounts', { name, shown: 'n', role: 'agent' })).body.error
            .code,
        ).to.equal('NameTaken')
      for (const name of ['аgent', 'agent\u200b', 'agent\u0000', 'a\nb', 'エージェント', '<b>x</b>'])
        expect(
          (await admin.ask('POST', '/desk/api/accounts', { name, shown: 'n', role: 'agent' })).body.error
            .code,
        ).to.equal('BadName')
      for (const shown of ['a\u202eb', 'a\nb', '', ' ', 'x'.repeat(41)])
        expect(
          (await admin.ask('POST', '/desk/api/accounts', { name: 'fine', shown, role: 'agent' })).body.error
            .code,
        ).to.equal('BadName')
    })

    it('what the API says is data: never a page, never kept by a cache', async () => {
      for (const path of ['/desk/api/me', '/desk/api/accounts', '/desk/api/chats', '/desk/api/nothing']) {
        const { headers } = await admin.ask('GET', path)
        expect(headers.get('content-type'), path).to.match(/^application\/json/)
        expect(headers.get('cache-control')).to.equal('no-store')
        expect(headers.get('content-security-policy')).to.match(/^default-src 'none'/)
      }
    })
  })
})
