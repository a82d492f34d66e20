import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { type DeskVisitor, deskVisitor, firstAdmin, invited } from '../../support/desk.ts'
import { type Site, startSite } from '../../web/site.ts'

describe('calls on the phone', function () {
  this.timeout(180_000)
  let site: Site
  let agent: DeskVisitor
  let other: DeskVisitor

  before(async () => {
    site = await startSite()
    const admin = await firstAdmin(site.kaijo)
    agent = await invited(admin, { name: 'hanako', role: 'agent' })
    other = await invited(admin, { name: 'jiro', role: 'supervisor' })
  })

  after(() => site.close())

  const begin = async (what: object, locale = 'ja', key: string = randomUUID()) =>
    (await agent.ask('POST', '/desk/api/calls', { key, locale, ...what })).body
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it at once
  const answer = async (view: any, given: object, key: string = randomUUID()) =>
    (
      await agent.ask('POST', `/desk/api/calls/${view.conversation}/answer`, {
        key,
        at: view.script.at,
        ...given,
      })
    ).body

  /** Presses the answers one after another. */
  const walk = async (choices: string[], locale = 'ja') => {
    let view = await begin({ flow: 'service-suspended' }, locale)
    for (const choice of choices) view = await answer(view, { choice })
    return view
  }

  it('begin with a flow at its first step, with the line to read aloud', async () => {
    const { script, trail, heard, locale } = await begin({ flow: 'service-suspended' })
    expect(script).to.include({ flow: 'service-suspended', step: 'role', kind: 'question' })
    expect(script.read).to.match(/ロックされた/)
    expect(script.choices[0]).to.deep.equal({ id: 'user', say: '利用者', agentSay: '利用者', key: '1' })
    expect({ trail, heard, locale }).to.deep.equal({
      trail: [{ step: 'role', title: 'ロックされたのはどなたですか？' }],
      heard: [],
      locale: 'ja',
    })
  })

  it('begin with an answer: it is said first, and what it takes for granted is not asked', async () => {
    const { script, heard, trail } = await begin({ faq: 'user-locked' }, 'en')
    expect(script).to.include({ step: 'at-hand' })
    expect(heard).to.have.length(1)
    expect(heard[0]).to.match(/[a-z]/)
    expect(trail[0]).to.include({ step: 'role', answer: '利用者' })
    expect(script.choices[0].say).to.equal('I have all three')
    expect(script.choices[0].agentSay).to.equal('3つともあります')
  })

  it('give an answer that no flow follows, and ask whether it helped', async () => {
    const view = await begin({ faq: 'mobile-phone' })
    expect(view.heard[0]).to.match(/スマートフォン/)
    expect(view.script.title).to.equal('スマートフォンで使えますか？')
    expect(view.script.choices.map(({ id }: { id: string }) => id)).to.deep.equal(['yes', 'no'])
    const done = await answer(view, { choice: 'yes' })
    expect(done.script).to.equal(undefined)
    expect(done.heard).to.have.length(1)
  })

  it('never offer a person: there is one on the phone', async () => {
    const view = await begin({ faq: 'talk-to-person' })
    expect(view.script.choices.map(({ id }: { id: string }) => id)).to.deep.equal(['yes', 'no'])
  })

  it('end with every form that is needed, and how long it takes', async () => {
    const { script } = await walk(['user', 'each', 'lost', 'locked', 'absent'])
    expect(script.kind).to.equal('outcome')
    expect(script.outcome.forms).to.have.length(3)
    expect(script.outcome.missing[0]).to.deep.equal({
      what: 'お客様カード',
      note: '再発行には2～3週間程度かかります。',
    })
    expect(script.choices).to.deep.equal([])
  })

  it('tell the hint of a symptom first, and come back to the same step', async () => {
    const step = await walk(['user', 'all', 'known', 'done'])
    expect(step.script.symptoms[0]).to.include({ id: 'no-chooser', key: '2' })
    const after = await answer(step, { symptom: 'no-chooser' })
    expect(after.heard.join('\n')).to.match(/ブラウザ/)
    expect(after.script.step).to.equal('unlock/certificate')
    const led = await answer(after, { symptom: 'expired' })
    expect(led.script.outcome.id).to.equal('certificate-form')
  })

  it('go back to any step of the way, and forget what came after', async () => {
    const view = await walk(['user', 'each', 'lost'])
    const back = await answer(view, { reopen: 'role' })
    expect(back.script.step).to.equal('role')
    expect(back.trail).to.deep.equal([{ step: 'role', title: 'ロックされたのはどなたですか？' }])
    const admin = await answer(back, { choice: 'admin' })
    expect(admin.script.step).to.equal('admin-at-hand/pins')
    expect((await answer(admin, { reopen: 'unlock/open' })).script.step).to.equal('admin-at-hand/pins')
  })

  it('count a press once, however often it is sent', async () => {
    const key = randomUUID()
    const first = await begin({ flow: 'service-suspended' }, 'ja', key)
    const again = await begin({ flow: 'service-suspended' }, 'ja', key)
    expect(again).to.deep.equal(first)
    const press = randomUUID()
    const [one, two] = await Promise.all([
      answer(first, { choice: 'user' }, press),
      answer(first, { choice: 'user' }, press),
    ])
    expect(two.script).to.deep.equal(one.script)
    expect((await answer(first, { choice: 'user' }, press)).version).to.equal(one.version)
  })

  it('do not take a press that comes too late for an answer to the next question', async () => {
    const item = await walk(['user', 'each'])
    await answer(item, { choice: 'have' })
    const late = await answer(item, { choice: 'have' })
    expect(late.script.step).to.equal('at-hand/pins')
    expect(late.trail.filter((one: { answer?: string }) => one.answer)).to.have.length(3)
  })

  it('go on after a restart of the server where they stood', async () => {
    const view = await walk(['user', 'all', 'known'])
    await site.stop()
    await site.start()
    const { body } = await agent.ask('GET', `/desk/api/calls/${view.conversation}`)
    expect(body.script.step).to.equal('unlock/open')
    expect(body.script.guide.number).to.equal(view.script.guide.number)
    expect((await answer(body, { choice: 'done' })).script.step).to.equal('unlock/certificate')
  })

  it('are open to nobody but the agent who began them', async () => {
    const { conversation, script } = await begin({ flow: 'service-suspended' })
    const path = `/desk/api/calls/${conversation}`
    expect((await other.ask('GET', path)).status).to.equal(404)
    const press = { key: randomUUID(), at: script.at, choice: 'user' }
    expect((await other.ask('POST', `${path}/answer`, press)).status).to.equal(404)
    const stranger = deskVisitor(site.url)
    expect((await stranger.ask('GET', path)).status).to.equal(401)
  })

  it('refuse what is no flow, no answer, or no press', async () => {
    const refused = async (path: string, body: object) => (await agent.ask('POST', path, body)).status
    const key = randomUUID()
    expect(await refused('/desk/api/calls', { key, locale: 'ja', flow: 'nowhere' })).to.equal(404)
    expect(await refused('/desk/api/calls', { key, locale: 'ja' })).to.equal(404)
    expect(await refused('/desk/api/calls', { key, locale: 'fr', flow: 'service-suspended' })).to.equal(400)
    const { conversation, script } = await begin({ flow: 'service-suspended' })
    const path = `/desk/api/calls/${conversation}/answer`
    expect(await refused(path, { key, at: script.at })).to.equal(400)
    expect(await refused(path, { key, at: script.at, do: 'person' })).to.equal(400)
    expect(await refused(path, { key: 'x', at: script.at, choice: 'user' })).to.equal(400)
  })

  it('find what to begin with, as the agent types', async () => {
    const find = async (query: string) => (await agent.ask('GET', `/desk/api/search?${query}`)).body.found
    expect((await find('q=利用者 ロック&locale=en'))[0]).to.include({
      kind: 'faq',
      id: 'user-locked',
      flow: 'service-suspended',
    })
    expect((await find('q=greeting&locale=en'))[0].ask[0]).to.include({ name: 'agent' })
    expect(await find('q=')).to.deep.equal([])
    expect((await agent.ask('GET', `/desk/api/search?q=${'a'.repeat(101)}`)).status).to.equal(400)
  })
})
