import { expect } from 'chai'
import { password } from '../support/desk.ts'
import { type AttackedDesk, attackedDesk, type Headers } from './attackedDesk.ts'

describe('attacks on the desk from other sites', function () {
  this.timeout(180_000)
  let desk: AttackedDesk

  before(async () => {
    desk = await attackedDesk()
  })
  after(() => desk.kaijo.end())

  /** The request that our own page would send; each variant spoils something. */
  const right = (): Headers => ({
    cookie: desk.agent.cookies(),
    origin: desk.kaijo.url,
    'sec-fetch-site': 'same-origin',
    'x-kaijo-csrf': desk.agent.csrf ?? '',
    'content-type': 'application/json',
  })
  const without = (name: string) => (headers: Headers) => {
    delete headers[name]
  }
  const sets = (name: string, value: string) => (headers: Headers) => {
    headers[name] = value
  }
  const origins = () => {
    const { port } = new URL(desk.kaijo.url)
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
      `${desk.kaijo.url}/`,
      `${desk.kaijo.url}.`,
      `${desk.kaijo.url}, ${desk.kaijo.url}`,
      '',
    ]
  }
  const sites = ['cross-site', 'same-site', 'none', 'SAME-ORIGIN', 'same-origin, cross-site', '', 'x']
  const tokens = () => [
    '',
    'x',
    desk.supervisor.csrf ?? '',
    `${desk.agent.csrf}x`,
    (desk.agent.csrf ?? '').slice(0, -1),
    (desk.agent.csrf ?? '').toUpperCase(),
    desk.agent.cookie ?? '',
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
      return (await fetch(`${desk.kaijo.url}/desk/api/me`, { method: 'PUT', headers, body })).status
    }
    const variants: [name: string, spoil: (headers: Headers) => void][] = [
      ...['origin', 'sec-fetch-site', 'x-kaijo-csrf', 'cookie', 'content-type'].map(
        (name): [string, (headers: Headers) => void] => [`no ${name}`, without(name)],
      ),
      ...origins().map((value): [string, (headers: Headers) => void] => [value, sets('origin', value)]),
      ...sites.map((value): [string, (headers: Headers) => void] => [value, sets('sec-fetch-site', value)]),
      ...tokens().map((value): [string, (headers: Headers) => void] => [value, sets('x-kaijo-csrf', value)]),
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
    expect((await desk.agent.ask('GET', '/desk/api/me')).body.locale).to.equal('ja')
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
      const answer = await desk.logOn('agent', password, { ...desk.from(), ...headers })
      expect(answer.status).to.be.oneOf([403, 415])
      expect(answer.headers.get('set-cookie')).to.equal(null)
    }
  })

  it('reading by another site: pages elsewhere get nothing, with the cookie or without', async () => {
    for (const site of ['cross-site', 'same-site'])
      for (const mode of ['cors', 'no-cors'])
        expect(
          await desk.meWith({ cookie: desk.agent.cookies(), 'sec-fetch-site': site, 'sec-fetch-mode': mode }),
        ).to.equal(403)
    const { headers } = await desk.agent.ask('GET', '/desk/api/me', undefined, { origin: desk.kaijo.url })
    expect(headers.get('access-control-allow-origin')).to.equal(null)
  })

  it('framing: no page of the desk can be shown in a frame', async () => {
    for (const path of ['/desk', '/desk/api/me', '/desk/api/accounts']) {
      const { headers } = await desk.admin.ask('GET', path)
      expect(headers.get('content-security-policy'), path).to.contain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).to.equal('nosniff')
    }
  })

  it('changing by reading: GET and HEAD change nothing, whatever method a header names', async () => {
    for (const method of ['GET', 'HEAD'])
      for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
        const path = `/desk/api/accounts/${desk.agent.id}`
        await desk.admin.ask(method, path, undefined, { [name]: 'PUT' })
        await desk.admin.ask(method, `${path}?_method=DELETE`)
        expect((await desk.admin.ask(method, '/desk/api/welcome')).status).to.equal(405)
      }
    expect((await desk.agent.ask('GET', '/desk/api/me')).status).to.equal(200)
  })
})
