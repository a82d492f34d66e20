import { expect } from 'chai'
import { ConfigError, readConfig } from '../../bot/config.ts'

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('the settings', () => {
  it('need nothing to be set', () => {
    const config = readConfig({})
    expect(config).to.include({
      port: 3978,
      host: '127.0.0.1',
      storageUrl: 'sqlite:./data/kaijo.db',
      bank: 'osaka-city',
      publicUrl: 'http://localhost:3978',
      linkKeyFile: './data/link.key',
      auditDir: './data',
      logLevel: 'info',
      production: false,
    })
    expect([config.directLineSecret, config.unlock, config.ownOrigin]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ])
    expect(config.widgetOrigins).to.deep.equal([])
  })

  it('take an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', UNLOCK_API_URL: '', WIDGET_ORIGINS: '' })).to.deep.equal(readConfig({}))
  })

  it('read what is set', () => {
    const config = readConfig({
      PORT: '8080',
      PUBLIC_URL: 'https://chat.bank.example/',
      WIDGET_ORIGINS: 'https://www.bank.example, https://bank.example:8443',
      TRUSTED_PROXIES: '10.0.0.0/8,::1',
      UNLOCK_API_URL: 'https://unlock.bank.example/v1',
      UNLOCK_API_TOKEN: 'token',
      UNLOCK_API_KEYS: 'whpk_1 whpk_2',
      UNLOCK_LINK_ORIGIN: 'https://www.bank.example',
    })
    expect(config).to.deep.include({
      port: 8080,
      publicUrl: 'https://chat.bank.example',
      ownOrigin: 'https://chat.bank.example',
      widgetOrigins: ['https://www.bank.example', 'https://bank.example:8443'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      unlock: {
        url: 'https://unlock.bank.example/v1',
        token: 'token',
        keys: ['whpk_1', 'whpk_2'],
        linkOrigin: 'https://www.bank.example',
      },
    })
  })

  it('cannot be changed afterwards', () => {
    const config = readConfig({ WIDGET_ORIGINS: 'https://a.example' })
    for (const part of [config, config.limits, config.widgetOrigins]) expect(part).to.be.frozen
  })

  const wrong: [string, string][] = [
    ['PORT', '70000'],
    ['PORT', '80a'],
    ['HOST', 'http://x'],
    ['STORAGE_URL', 'mysql://x'],
    ['BANK', '../x'],
    ['PUBLIC_URL', 'chat.bank.example'],
    ['PUBLIC_URL', 'https://chat.bank.example/path'],
    ['WIDGET_ORIGINS', 'https://*.bank.example/'],
    ['WIDGET_ORIGINS', 'https://a.example,null'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'proxy'],
    ['UNLOCK_API_URL', 'ftp://x'],
    ['UNLOCK_LINK_ORIGIN', 'http://www.bank.example'],
    ['UNLOCK_LINK_ORIGIN', 'https://www.bank.example/requests'],
    ['SANDBOX_PORT', '-1'],
    ['LOG_LEVEL', 'loud'],
    ['RETENTION_DAYS', '0'],
    ['RETENTION_DAYS', '4000'],
    ['DESK_OIDC_ISSUER', 'http://login.bank.example'],
    ['DESK_OIDC_SCOPE', 'profile email'],
    ['DESK_OIDC_ROLES', 'agent=helpdesk'],
    ['DESK_OIDC_ROLES', 'agent=a,supervisor=b,admin='],
    ['DESK_OIDC_ROLES', 'agent=a,supervisor=b,root=c'],
    ['LIMIT_CONNECTIONS', '0'],
  ]
  for (const [name, value] of wrong)
    it(`name ${name} and its value when it is "${value}"`, () => {
      const [problem] = problemsOf({ [name]: value })
      expect(problem)
        .to.match(new RegExp(`^${name} is "`))
        .and.include(`"${value}"; `)
    })

  it('tell every problem at once', () => {
    const problems = problemsOf({ PORT: 'x', BANK: 'X', LOG_LEVEL: 'x', UNLOCK_API_URL: 'https://u.example' })
    expect(problems.map((problem) => problem.split(' ')[0])).to.deep.equal([
      'PORT',
      'BANK',
      'LOG_LEVEL',
      'UNLOCK_API_TOKEN',
      'UNLOCK_API_KEYS',
    ])
  })

  it('take the identity provider of the desk as a whole or not at all, and never show its secret', () => {
    const whole = {
      DESK_OIDC_ISSUER: 'https://login.bank.example',
      DESK_OIDC_CLIENT_ID: 'kaijo',
      DESK_OIDC_CLIENT_SECRET: 'secret-of-the-desk',
    }
    expect(readConfig(whole).desk.oidc).to.deep.equal({
      issuer: 'https://login.bank.example',
      clientId: 'kaijo',
      clientSecret: 'secret-of-the-desk',
      scope: 'openid profile email',
      roleClaim: 'roles',
      roles: { agent: 'agent', supervisor: 'supervisor', admin: 'admin' },
    })
    expect(readConfig({}).desk).to.deep.equal({ oidc: undefined, retentionDays: 90, welcomes: true })
    const [problem] = problemsOf({ ...whole, DESK_OIDC_CLIENT_ID: '' })
    expect(problem).to.include('DESK_OIDC_CLIENT_ID is not set').and.not.to.include('secret-of')
  })

  it('say that pages of a bank need the API of that bank', () => {
    expect(problemsOf({ UNLOCK_LINK_ORIGIN: 'https://www.bank.example' })[0]).to.include('UNLOCK_API_URL')
  })

  it('never show a secret, however wrong', () => {
    const [problem] = problemsOf({ DIRECT_LINE_SECRET: 'hunter2' })
    expect(problem).to.equal(
      'DIRECT_LINE_SECRET is 7 characters; it needs 32 or more, ASCII without spaces. Make one: openssl rand -hex 32',
    )
  })

  it('ask for more in production, where nothing may be left to chance', () => {
    const named = (environment: Record<string, string>) =>
      problemsOf({ NODE_ENV: 'production', ...environment }).map((problem) => problem.split(' ')[0])
    expect(named({})).to.deep.equal(['PUBLIC_URL', 'UNLOCK_API_URL'])
    const plain = { PUBLIC_URL: 'http://c.example', UNLOCK_API_URL: 'http://u.example' }
    const rest = { UNLOCK_API_TOKEN: 't', UNLOCK_API_KEYS: 'k' }
    expect(named({ ...plain, ...rest })).to.deep.equal(['PUBLIC_URL', 'UNLOCK_API_URL'])
    expect(
      named({ PUBLIC_URL: 'https://c.example', UNLOCK_API_URL: 'https://u.example', ...rest }),
    ).to.deep.equal([])
  })
})
