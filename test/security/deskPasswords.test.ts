import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { createAttempts } from '../../bot/desk/attempts.ts'
import { createLogon } from '../../bot/desk/logon.ts'
import type { HttpError } from '../../bot/route.ts'
import { deskVisitor, invited, password, tokenOf } from '../support/desk.ts'
import { type AttackedDesk, attackedDesk } from './attackedDesk.ts'

describe('attacks on the passwords and links of the desk', function () {
  this.timeout(180_000)
  let desk: AttackedDesk

  before(async () => {
    desk = await attackedDesk()
  })
  after(() => desk.kaijo.end())

  it('guessing: after five wrong ones from an address not even the right one is tried', async () => {
    await invited(desk.admin, { name: 'guessed', role: 'agent' })
    const address = desk.from()
    for (let n = 0; n < 5; n++)
      expect((await desk.logOn('guessed', `wrong ${n}`, address)).status).to.equal(401)
    const sixth = await desk.logOn('guessed', password, address)
    expect(sixth.status).to.equal(429)
    expect(Number(sixth.headers.get('retry-after'))).to.be.within(1, 900)
    expect((await desk.logOn('guessed', password)).status).to.equal(200)
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
    await invited(desk.admin, { name: 'known', role: 'agent' })
    await invited(desk.admin, { name: 'gone', role: 'agent' }).then(({ id }) =>
      desk.admin.ask('PUT', `/desk/api/accounts/${id}`, { disabled: true }),
    )
    await desk.admin.ask('POST', '/desk/api/accounts', { name: 'pending', shown: 'p', role: 'agent' })
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
      const { status, body, headers } = await desk.logOn(name, secret)
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
    const { body } = await desk.admin.ask('POST', '/desk/api/accounts', {
      name: 'linked',
      shown: 'l',
      role: 'agent',
    })
    const { id } = body.account
    const use = (link: string) =>
      deskVisitor(desk.kaijo.url).ask(
        'POST',
        '/desk/api/welcome',
        { token: tokenOf(link), password },
        desk.from(),
      )
    const second = (await desk.admin.ask('POST', `/desk/api/accounts/${id}/invitation`)).body.link
    expect((await use(body.link)).status).to.equal(404)
    expect((await use(second)).status).to.equal(200)
    expect((await use(second)).status).to.equal(404)
    const third = (await desk.admin.ask('POST', `/desk/api/accounts/${id}/invitation`)).body.link
    await desk.admin.ask('PUT', `/desk/api/accounts/${id}`, { disabled: true })
    expect((await use(third)).status).to.equal(404)
    expect((await use(desk.kaijo.welcome ?? '')).status).to.equal(404)
  })

  it('a walked-off machine: the password cannot be changed without the old one', async () => {
    const change = (old: string) =>
      desk.agent.ask('PUT', '/desk/api/me/password', { old, password: 'one more long phrase 9' })
    for (const old of ['', 'wrong', 'null']) expect((await change(old)).status).to.equal(403)
    expect((await desk.logOn('agent', password)).status).to.equal(200)
  })
})
