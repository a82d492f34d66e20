import { expect } from 'chai'
import { type DeskVisitor, deskVisitor } from '../../support/desk.ts'
import { type Grant, type Issuer, startIssuer } from '../../support/issuer.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'

describe('logging on by the identity provider', () => {
  let kaijo: Running
  let issuer: Issuer

  before(async () => {
    issuer = await startIssuer()
    kaijo = await runKaijo({
      DESK_OIDC_ISSUER: issuer.url,
      DESK_OIDC_CLIENT_ID: issuer.clientId,
      DESK_OIDC_CLIENT_SECRET: issuer.clientSecret,
      DESK_OIDC_ROLE_CLAIM: 'realm_access.roles',
      DESK_OIDC_ROLES: 'agent=helpdesk,supervisor=leads,admin=it',
    })
  })
  after(async () => {
    await kaijo.end()
    await issuer.close()
  })

  interface Begun {
    visitor: DeskVisitor
    asked: URLSearchParams
    browser: string
  }
  const begin = async (): Promise<Begun> => {
    const visitor = deskVisitor(kaijo.url)
    const { status, headers } = await visitor.ask('GET', '/desk/oidc/start')
    expect(status).to.equal(303)
    const cookie = headers.get('set-cookie') ?? ''
    expect(cookie).to.match(
      /^__Host-kaijo_oidc=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
    )
    const location = new URL(headers.get('location') ?? '')
    expect(location.origin + location.pathname).to.equal(`${issuer.url}/authorize`)
    return { visitor, asked: location.searchParams, browser: cookie.split(';')[0] ?? '' }
  }
  /** Comes back as the provider would send the browser: from another site, with what the test puts in its place. */
  const comeBack = ({ visitor, browser }: Begun, query: Record<string, string>, cookie = browser) =>
    visitor.ask('GET', `/desk/oidc/callback?${new URLSearchParams(query)}`, undefined, {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      cookie,
    })
  const claims = (begun: Begun, more: Grant['claims'] = {}) => ({
    nonce: begun.asked.get('nonce') ?? '',
    preferred_username: 'Hanako@bank.example',
    name: '山田 花子',
    realm_access: { roles: ['staff', 'helpdesk'] },
    ...more,
  })
  const logOn = async (begun: Begun, grant: Partial<Grant> = {}) => {
    const code = issuer.grant({
      claims: claims(begun),
      challenge: begun.asked.get('code_challenge') ?? '',
      ...grant,
    })
    return comeBack(begun, { code, state: begun.asked.get('state') ?? '' })
  }
  const whereTo = async (begun: Begun, grant: Partial<Grant>) =>
    (await logOn(begun, grant)).headers.get('location')

  it('asks for a code with PKCE, a state and a nonce, back to one fixed address', async () => {
    const { asked } = await begin()
    expect(Object.fromEntries(asked)).to.include({
      response_type: 'code',
      client_id: issuer.clientId,
      code_challenge_method: 'S256',
      redirect_uri: `${kaijo.url}/desk/oidc/callback`,
      scope: 'openid profile email',
    })
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(asked.get(name), name).to.match(/^[\w-]{43}$/)
  })

  it('lets somebody in with the role of their group, and knows them again', async () => {
    const first = await begin()
    const answer = await logOn(first)
    expect([answer.status, answer.headers.get('location')]).to.deep.equal([303, '/desk'])
    const me = (await first.visitor.ask('GET', '/desk/api/me')).body
    expect(me).to.include({ name: 'hanako@bank.example', shown: '山田 花子', role: 'agent' })
    const again = await begin()
    await logOn(again, { claims: claims(again, { realm_access: { roles: ['leads', 'helpdesk'] } }) })
    const now = (await again.visitor.ask('GET', '/desk/api/me')).body
    expect([now.id, now.role]).to.deep.equal([me.id, 'supervisor'])
    // The session with the lower role is over.
    expect((await first.visitor.ask('GET', '/desk/api/me')).status).to.equal(401)
  })

  it('makes nobody somebody else because they are called alike', async () => {
    const begun = await begin()
    await logOn(begun, { claims: claims(begun, { sub: 'u2', realm_access: { roles: ['it'] } }) })
    const me = (await begun.visitor.ask('GET', '/desk/api/me')).body
    expect(me.name).to.match(/^hanako@bank\.example-[0-9a-f]{8}$/)
    const { accounts } = (await begun.visitor.ask('GET', '/desk/api/accounts')).body
    expect(accounts.map((one: { sso: boolean }) => one.sso)).to.deep.equal([true, true])
    const reset = await begun.visitor.ask('POST', `/desk/api/accounts/${accounts[0].id}/invitation`)
    expect(reset.body.error.code).to.equal('NoPassword')
  })

  it('has no password to try', async () => {
    const visitor = deskVisitor(kaijo.url)
    for (const password of ['', 'null', 'undefined']) {
      const tried = await visitor.ask('POST', '/desk/api/session', { name: 'hanako@bank.example', password })
      expect(tried.status).to.equal(401)
    }
  })

  const now = Math.floor(Date.now() / 1000)
  const bad: [what: string, grant: Partial<Grant> | ((begun: Begun) => Partial<Grant>), refused: string][] = [
    ['another nonce', (begun) => ({ claims: claims(begun, { nonce: 'n'.repeat(43) }) }), 'invalid'],
    ['no nonce', { claims: { realm_access: { roles: ['it'] } } }, 'invalid'],
    ['another audience', (begun) => ({ claims: claims(begun, { aud: 'other' }) }), 'invalid'],
    ['a token that has expired', (begun) => ({ claims: claims(begun, { exp: now - 600 }) }), 'invalid'],
    ['another issuer', (begun) => ({ claims: claims(begun, { iss: 'https://evil.example' }) }), 'invalid'],
    ['a key that was not published', { isForged: true }, 'invalid'],
    ['no signature', { isUnsigned: true }, 'invalid'],
    ['the challenge of another verifier', { challenge: 'c'.repeat(43) }, 'invalid'],
    ['no group of ours', (begun) => ({ claims: claims(begun, { realm_access: { roles: ['x'] } }) }), 'role'],
    ['groups that are no list', (begun) => ({ claims: claims(begun, { realm_access: 'it' }) }), 'role'],
  ]
  for (const [what, grant, refused] of bad)
    it(`lets nobody in with ${what}, and says so`, async () => {
      const begun = await begin()
      const given = typeof grant === 'function' ? grant(begun) : grant
      expect(await whereTo(begun, { claims: claims(begun), ...given })).to.equal(`/desk#refused=${refused}`)
      expect(begun.visitor.cookie).to.equal(undefined)
    })

  it('takes a state once, in the browser that began, and no other', async () => {
    const begun = await begin()
    const code = () =>
      issuer.grant({ claims: claims(begun), challenge: begun.asked.get('code_challenge') ?? '' })
    const state = begun.asked.get('state') ?? ''
    const other = await begin()
    const tries = [
      await comeBack(begun, { code: code(), state: 's'.repeat(43) }),
      await comeBack(begun, { code: code() }),
      // Spent by the wrong browser: whoever was lured here with somebody else's state is not let in either.
      await comeBack(begun, { code: code(), state }, other.browser),
      await comeBack(begun, { code: code(), state }),
    ]
    for (const { headers } of tries) expect(headers.get('location')).to.equal('/desk#refused=expired')
    await logOn(other)
    const replayed = await logOn(other)
    expect(replayed.headers.get('location')).to.equal('/desk#refused=expired')
  })

  it('says so when the person or the provider has declined', async () => {
    const begun = await begin()
    const state = begun.asked.get('state') ?? ''
    const back = await comeBack(begun, { error: 'access_denied', state })
    expect(back.headers.get('location')).to.equal('/desk#refused=declined')
  })

  it('goes nowhere else, whatever it is asked', async () => {
    const evil = 'https%3A%2F%2Fevil.example'
    const visitor = deskVisitor(kaijo.url)
    for (const name of ['next', 'return_to', 'redirect', 'redirect_uri', 'url']) {
      const { headers } = await visitor.ask('GET', `/desk/oidc/start?${name}=${evil}`)
      const location = new URL(headers.get('location') ?? '')
      expect(location.origin).to.equal(issuer.url)
      expect(location.href).not.to.contain('evil')
      const begun = await begin()
      const code = issuer.grant({
        claims: claims(begun),
        challenge: begun.asked.get('code_challenge') ?? '',
      })
      const query = { code, state: begun.asked.get('state') ?? '', [name]: 'https://evil.example' }
      expect((await comeBack(begun, query)).headers.get('location')).to.equal('/desk')
    }
  })

  it('says so when the provider cannot be reached', async () => {
    const gone = await runKaijo({
      DESK_OIDC_ISSUER: 'http://127.0.0.1:9',
      DESK_OIDC_CLIENT_ID: 'a',
      DESK_OIDC_CLIENT_SECRET: 'b',
    })
    const { headers } = await deskVisitor(gone.url).ask('GET', '/desk/oidc/start')
    expect(headers.get('location')).to.equal('/desk#refused=unavailable')
    await gone.end()
  })
})
