import { expect } from 'chai'
import { type DeskVisitor, firstAdmin, invited } from '../../support/desk.ts'
import { type Customer, customerAt } from '../../support/deskCustomer.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'

let presses = 0
const key = () => `press-key-${String(++presses).padStart(10, '0')}`

describe('the chats of the desk', function () {
  this.timeout(300_000)
  let kaijo: Running
  let hana: DeskVisitor & { id: string }
  let ken: DeskVisitor & { id: string }
  let lead: DeskVisitor & { id: string }

  before(async () => {
    kaijo = await runKaijo()
    const admin = await firstAdmin(kaijo)
    hana = await invited(admin, { name: 'hana', role: 'agent', shown: '花子' })
    ken = await invited(admin, { name: 'ken', role: 'agent', shown: '健' })
    lead = await invited(admin, { name: 'lead', role: 'supervisor', shown: '責任' })
  })
  after(() => kaijo.end())
  beforeEach(async () => {
    // Whoever reads the list is there.
    for (const one of [hana, ken, lead]) await one.ask('GET', '/desk/api/chats')
  })

  const inQueue = async (): Promise<Customer> => {
    const customer = await customerAt(kaijo)
    await customer.say('ログオンできない')
    await customer.press('利用者')
    await customer.say('担当者')
    return customer
  }
  const path = ({ id }: Customer, rest = '') => `/desk/api/chats/${encodeURIComponent(id)}${rest}`
  const press = (agent: DeskVisitor, customer: Customer, act: string, body: object = {}) =>
    agent.ask('POST', path(customer, `/${act}`), { key: key(), ...body })
  const look = async (agent: DeskVisitor, customer: Customer, after = 0) =>
    (await agent.ask('GET', path(customer, `?after=${after}`))).body

  it('shows who waits, what it is about, and since when', async () => {
    const customer = await inQueue()
    const { body } = await hana.ask('GET', '/desk/api/chats')
    const item = body.queue.find((one: { conversation: string }) => one.conversation === customer.id)
    expect(item.about).to.equal((await look(ken, customer)).summary[2])
    expect(item.about).to.include('3つがお手')
    expect(item.queuedAt).to.be.within(body.now - 60_000, body.now)
    expect(body.waitMinutes).to.equal(10)
    await press(hana, customer, 'take')
    await press(hana, customer, 'close')
  })

  it('reads the handoffs of the whole list at once', async () => {
    for (let n = 0; n < 3; n++) await inQueue()
    const { handoffs } = kaijo.store
    let reads = 0
    kaijo.store.handoffs = (of) => {
      reads++
      return handoffs.call(kaijo.store, of)
    }
    const { body } = await hana.ask('GET', '/desk/api/chats')
    kaijo.store.handoffs = handoffs
    expect(body.queue.length).to.be.greaterThan(2)
    expect(body.queue.every(({ about }: { about: string }) => about !== '')).to.equal(true)
    expect(reads).to.equal(1)
  })

  it('lets one of two take it, and tells the other why not', async () => {
    const customer = await inQueue()
    const answers = await Promise.all([press(hana, customer, 'take'), press(ken, customer, 'take')])
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 409])
    expect(answers.find(({ status }) => status === 409)?.body.error.code).to.equal('Taken')
    const { isMine } = await look(answers[0]?.status === 200 ? hana : ken, customer)
    expect(isMine).to.equal(true)
  })

  it('opens where the bot stopped: summary, answers, step, and every line in order', async () => {
    const customer = await inQueue()
    await press(hana, customer, 'take')
    const view = await look(hana, customer)
    expect(view.summary).to.have.lengthOf(3)
    expect(view.script).to.include({ flow: 'service-suspended', step: 'at-hand' })
    expect(view.trail.map((one: { answer?: string }) => one.answer)).to.include('利用者')
    const seqs = view.lines.map((line: { seq: number }) => line.seq)
    expect(seqs).to.deep.equal([...seqs].sort((a, b) => a - b))
    expect(view.lines.map((line: { text: string }) => line.text)).to.include('担当者の花子が対応します。')
    expect((await look(hana, customer, view.seq)).lines).to.deep.equal([])
  })

  it('brings what the agent writes to the customer, once for each press', async () => {
    const customer = await inQueue()
    await press(hana, customer, 'take')
    const body = { key: key(), text: 'お待たせしました。' }
    await press(hana, customer, 'send', body)
    await press(hana, customer, 'send', body)
    const heard = await customer.heard()
    expect(heard.filter((text) => text === 'お待たせしました。')).to.have.lengthOf(1)
  })

  it('moves the script without a word to the customer, and the bot goes on there', async () => {
    const customer = await inQueue()
    await press(hana, customer, 'take')
    const before = await customer.heard()
    const { script } = await look(hana, customer)
    const { status, body } = await press(hana, customer, 'answer', { at: script.at, choice: 'all' })
    expect(status).to.equal(200)
    expect(body.said).to.not.deep.equal([])
    expect(await customer.heard()).to.deep.equal(before)
    await press(hana, customer, 'return')
    await customer.settled()
    const heard = await customer.heard()
    const next = (await look(lead, customer)).script
    expect(next.step).to.not.equal('at-hand')
    expect(heard.at(-1)).to.include(next.say.split('\n').at(-1))
  })

  const drafts = [
    ['a place that is still to be filled in', '「{{書類の名前}}」をご提出ください。', 'Unfilled'],
    ['a PIN', '暗証番号は 4821 ですね。', 'Secret'],
    ['a card number', '4111 1111 1111 1111 のカードですね。', 'Secret'],
    ['a question for the PIN', '暗証番号を教えてください。', 'AsksSecret'],
    [
      'a question for the password in English',
      'Please tell me your password. Send us your password here.',
      'AsksSecret',
    ],
  ] as const
  for (const [what, text, code] of drafts)
    it(`sends no draft with ${what}`, async () => {
      const customer = await inQueue()
      await press(hana, customer, 'take')
      const { status, body } = await press(hana, customer, 'send', { text })
      expect([status, body.error.code]).to.deep.equal([422, code])
      expect(await customer.heard()).to.not.include(text)
      await press(hana, customer, 'close')
    })

  it('keeps notes for agents only, without secrets', async () => {
    const customer = await inQueue()
    await press(hana, customer, 'take')
    await press(hana, customer, 'note', { text: '折り返し希望。暗証番号は 4821' })
    const { notes } = await look(ken, customer)
    expect(notes).to.have.lengthOf(1)
    expect(notes[0]).to.include({ shown: '花子' })
    expect(notes[0].text).to.include('折り返し希望').and.not.include('4821')
    expect((await customer.heard()).join()).to.not.include('折り返し')
  })

  it('shows the agent what the bank says meanwhile, and tells the customer on the return, once', async () => {
    const customer = await customerAt(kaijo)
    await customer.say('ログオンできない')
    for (const title of ['利用者', '3つともあります', 'わかります']) await customer.press(title)
    await customer.say('担当者')
    await press(hana, customer, 'take')
    const { state } = (await kaijo.store.conversation(customer.id)) ?? {}
    const { request } = (state as { run: { request: { id: string } } }).run
    await kaijo.turns.accept({
      channel: 'unlock',
      eventId: `news/${customer.id}`,
      conversation: customer.id,
      activity: { type: 'event', name: 'unlock.updated', value: { id: request.id, state: 'cleared' } },
      logged: false,
    })
    await customer.settled()
    expect((await look(hana, customer)).news).to.deep.equal(['cleared'])
    const told = (texts: string[]) => texts.filter((text) => text.includes('解除を確認'))
    expect(told(await customer.heard())).to.deep.equal([])
    await press(hana, customer, 'return')
    await customer.settled()
    expect(told(await customer.heard())).to.have.lengthOf(1)
  })

  it('tells who else looks at it and who writes', async () => {
    const customer = await inQueue()
    await press(hana, customer, 'take')
    await look(ken, customer)
    await ken.ask('POST', path(customer, '/typing'), {})
    const { viewers } = await look(hana, customer)
    expect(viewers).to.deep.equal([{ id: ken.id, shown: '健', isWriting: true }])
  })

  it('shows the customer that their agent writes, and not that somebody else does', async () => {
    const customer = await inQueue()
    const page = await customer.listen()
    const typing = () => page.heard.filter(({ type }) => type === 'typing').map(({ from }) => from)
    const type = (agent: DeskVisitor) => agent.ask('POST', path(customer, '/typing'), {})
    await type(hana)
    await press(hana, customer, 'take')
    await type(ken)
    await type(hana)
    const said = { text: 'お待たせしました。' }
    await press(hana, customer, 'send', said)
    while (!page.heard.some(({ text }) => text === said.text))
      await new Promise((resolve) => setTimeout(resolve, 10))
    expect(typing()).to.deep.equal([{ id: 'agent', name: '花子', role: 'bot' }])
    page.stop()
    const log = await kaijo.store.activities(customer.id, 0, 100)
    expect(log.filter(({ activity }) => activity.type === 'typing')).to.deep.equal([])
    await press(hana, customer, 'close')
  })

  it('lets a supervisor take over and an agent hand on, and nobody else', async () => {
    const customer = await inQueue()
    await press(hana, customer, 'take')
    expect((await press(ken, customer, 'takeover')).status).to.equal(403)
    expect((await press(lead, customer, 'takeover')).status).to.equal(200)
    expect((await press(hana, customer, 'send', { text: 'こんにちは。' })).status).to.equal(409)
    expect((await press(lead, customer, 'transfer', { to: ken.id })).status).to.equal(200)
    expect((await look(ken, customer)).isMine).to.equal(true)
    await ken.ask('PUT', '/desk/api/presence', { away: false })
    await hana.ask('PUT', '/desk/api/presence', { away: true })
    expect((await press(ken, customer, 'transfer', { to: hana.id })).body.error.code).to.equal('NotHere')
    await hana.ask('PUT', '/desk/api/presence', { away: false })
  })

  it('shows nobody a conversation that has never been at the desk', async () => {
    const customer = await customerAt(kaijo)
    await customer.say('ログオンできない')
    expect((await hana.ask('GET', path(customer))).status).to.equal(404)
    expect((await lead.ask('GET', path(customer))).status).to.equal(404)
    expect((await press(hana, customer, 'take')).status).to.equal(404)
  })

  it('shows whoever has closed a chat what was said until then, and supervisors all of it', async () => {
    const customer = await inQueue()
    const seen = async () => {
      const answers = await Promise.all([hana, ken, lead].map((one) => one.ask('GET', path(customer))))
      return answers.map(({ status }) => status)
    }
    await press(hana, customer, 'take')
    expect(await seen()).to.deep.equal([200, 200, 200])
    await press(hana, customer, 'close')
    expect(await seen()).to.deep.equal([200, 404, 200])
    await customer.say('内緒の話です')
    expect(await seen()).to.deep.equal([200, 404, 200])
    const [mine, all] = [await look(hana, customer), await look(lead, customer)]
    expect(JSON.stringify(mine)).to.include('担当者の花子が対応します。').and.not.include('内緒')
    expect(mine)
      .to.include({ owner: 'closed', isMine: false, hasMore: false })
      .and.not.have.property('script')
    expect((await look(hana, customer, mine.seq)).lines).to.deep.equal([])
    expect(JSON.stringify(all)).to.include('内緒')
    // Another agent's handoff is not theirs.
    await customer.say('担当者')
    await press(ken, customer, 'take')
    await press(ken, customer, 'note', { text: '健のメモ' })
    await press(ken, customer, 'send', { text: '健からのお返事' })
    expect(JSON.stringify(await look(hana, customer))).to.include('健からのお返事')
    await press(ken, customer, 'return')
    await customer.settled()
    expect(await seen()).to.deep.equal([200, 404, 200])
    expect(JSON.stringify(await look(hana, customer))).to.not.match(/健からのお返事|健のメモ|内緒/)
    const paper = `/desk/conversations/${encodeURIComponent(customer.id)}/print?notes=1`
    expect((await hana.ask('GET', paper)).body)
      .to.include('担当者の花子が対応します。')
      .and.not.match(/健からのお返事|健のメモ|内緒/)
    expect((await lead.ask('GET', paper)).body)
      .to.include('健のメモ')
      .and.to.include('内緒')
    expect((await ken.ask('GET', paper)).status).to.equal(404)
  })

  it('tells an agent who gives a chat back twice with one press that it is done, and shows no more of it', async () => {
    const customer = await inQueue()
    await press(hana, customer, 'take')
    const body = { key: key() }
    expect((await press(hana, customer, 'return', body)).status).to.equal(200)
    await customer.say('内緒の話です')
    const again = await press(hana, customer, 'return', body)
    expect(again.status).to.equal(200)
    expect(JSON.stringify(again.body)).to.not.include('内緒')
    expect((await hana.ask('GET', path(customer))).status).to.equal(404)
    expect((await press(hana, customer, 'send', { text: 'こんにちは。' })).status).to.equal(409)
  })

  it('connects nobody while every agent is away', async () => {
    for (const one of [hana, ken, lead]) await one.ask('PUT', '/desk/api/presence', { away: true })
    const customer = await inQueue()
    expect((await customer.heard()).at(-1)).to.include('チャットで対応できる担当者がおりません')
    for (const one of [hana, ken, lead]) await one.ask('PUT', '/desk/api/presence', { away: false })
  })
})
