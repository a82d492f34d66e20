import { expect } from 'chai'
import { type DeskVisitor, firstAdmin, invited } from '../../support/desk.ts'
import { type Customer, customerAt } from '../../support/deskCustomer.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'

describe('the numbers over HTTP', function () {
  this.timeout(180_000)
  let kaijo: Running
  let supervisor: DeskVisitor
  let agent: DeskVisitor & { id: string }
  let customer: Customer

  before(async () => {
    kaijo = await runKaijo()
    const admin = await firstAdmin(kaijo)
    supervisor = await invited(admin, { name: 'super', role: 'supervisor' })
    agent = await invited(admin, { name: 'agent', role: 'agent', shown: '山田' })
    await agent.ask('GET', '/desk/api/chats')
    customer = await customerAt(kaijo)
    await customer.say('ログオンできない')
    await customer.say('利用者')
    await customer.say('担当者')
    const chat = `/desk/api/chats/${customer.id}`
    await agent.ask('POST', `${chat}/take`, { key: 'a-key-of-sixteen-1' })
    await agent.ask('POST', `${chat}/close`, { key: 'a-key-of-sixteen-2' })
    await customer.settled()
    await customer.press('とても満足')
    // What a customer asked, and nothing answered.
    const hostile = await customerAt(kaijo)
    await hostile.say('=HYPERLINK("http://evil.example","zzqqx")')
  })
  after(() => kaijo.end())

  it('are for supervisors and admins, and nobody else', async () => {
    for (const path of [
      '/desk/api/numbers',
      '/desk/api/numbers.csv',
      '/desk/api/numbers/conversations.csv',
    ]) {
      expect((await supervisor.ask('GET', path)).status, path).to.equal(200)
      expect((await agent.ask('GET', path)).status, path).to.equal(403)
      expect((await fetch(`${kaijo.url}${path}`)).status, path).to.equal(401)
    }
  })

  it('show steps, a handoff and its rating in the language of whoever asks', async () => {
    const { body } = await supervisor.ask('GET', '/desk/api/numbers')
    const [flow] = body.flows
    expect(flow.steps[0]).to.deep.include({ id: 'role', reached: 1, done: 1 })
    expect(flow.steps.find(({ id }: { id: string }) => id === 'at-hand')).to.deep.include({
      reached: 1,
      person: 1,
    })
    expect(body.handoffs).to.deep.include({ begun: 1, accepted: 1 })
    expect(body.csat).to.deep.equal({ asked: 1, rated: [0, 0, 0, 0, 1] })
    expect(JSON.stringify(body.unanswered)).to.include('HYPERLINK')
    await supervisor.ask('PUT', '/desk/api/me', { locale: 'en' })
    const english = (await supervisor.ask('GET', '/desk/api/numbers')).body
    expect(english.flows[0].steps[0].title).to.match(/^Who/)
    await supervisor.ask('PUT', '/desk/api/me', { locale: 'ja' })
  })

  it('tell an agent who looks at the closed chat again nothing of its rating', async () => {
    const { body } = await agent.ask('GET', `/desk/api/chats/${customer.id}`)
    const texts = body.lines.map(({ by, text }: { by: string; text: string }) => `${by}: ${text}`)
    const said = texts.filter((text: string) => text.startsWith('customer'))
    expect(said).to.deep.equal(['ログオンできない', '利用者', '担当者'].map((text) => `customer: ${text}`))
  })

  it('come as CSV that Japanese Excel opens, with nothing of who the customers are', async () => {
    for (const path of ['/desk/api/numbers.csv', '/desk/api/numbers/conversations.csv']) {
      const { cookie, origin } = { cookie: supervisor.cookies(), origin: kaijo.url }
      const answer = await fetch(`${kaijo.url}${path}`, { headers: { cookie, origin } })
      expect(answer.headers.get('content-type')).to.equal('text/csv; charset=utf-8')
      expect(answer.headers.get('content-disposition')).to.match(
        /^attachment; filename="[a-z]+-[\d-]+\.csv"$/,
      )
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect([...bytes.subarray(0, 3)]).to.deep.equal([0xef, 0xbb, 0xbf])
      const lines = bytes.toString().split('\r\n')
      expect(lines.at(-1)).to.equal('')
      expect(lines[0]).to.include('チャネル')
      expect(lines.length).to.be.greaterThan(2)
      // Nothing that a spreadsheet would run, and no line within a line.
      for (const line of lines) for (const one of line.split(',')) expect(one).not.to.match(/^"?[=+\-@\t]/)
      expect(bytes.includes(customer.id)).to.equal(false)
    }
  })

  it('are of the days that were asked for, and refuse what are no days', async () => {
    const of = async (query: string) => supervisor.ask('GET', `/desk/api/numbers?${query}`)
    const old = await of('from=2020-01-01&to=2020-01-31')
    expect(old.body).to.deep.include({ from: '2020-01-01', to: '2020-01-31', flows: [] })
    for (const query of [
      'from=2026-02-30',
      'from=yesterday',
      'from=2026-11-02&to=2026-11-01',
      'from=2020-01-01&to=2026-01-01',
      "to=2026-11-01'%20OR%201=1",
    ])
      expect((await of(query)).status, query).to.equal(400)
  })
})
