import { expect } from 'chai'
import type { Store } from '../../../../bot/store/index.ts'
import { arriving, event, turn } from './conversation.ts'

/** What a store must hold to of an event that is accepted with the commit of its own turn. */
export function arrivalsContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  const logOf = async (conversation = 'c1') =>
    (await store.activities(conversation, 0, 10)).map(({ activity }) => activity.text)

  it('accepts an event with the commit of its turn, once, whoever sends it again', async () => {
    await store.open('c1', 'directline')
    const counts = { day: '2026-11-23', of: [{ flow: 'f', step: 's', what: 'reached', detail: '' }] }
    const all = { sends: true, reply: { token: 't' }, requests: ['r1', 'r1'], counts }
    const told: unknown[] = []
    store.onLogged((_, seq, logged) => told.push([seq, logged?.map(({ activity }) => activity.text)]))
    const reference = { serviceUrl: 'https://example.com' }
    const inbound = event('e1', { reference })
    expect(await store.commit(arriving('e1', { ...all, accepts: { inbound, seq: 0 } }))).to.equal('committed')
    expect(await logOf()).to.deep.equal(['e1', 'answer to e1'])
    expect(told[0]).to.deep.equal([2, ['e1', 'answer to e1']])
    const { version, state, seq, reference: kept } = (await store.conversation('c1'))!
    expect({ version, state, seq, kept }).to.deep.equal({
      version: 1,
      state: { at: 'e1' },
      seq: 2,
      kept: reference,
    })
    expect(await store.pending('c1')).to.equal(undefined)
    expect(await store.waiting()).to.deep.equal([])
    expect(await store.accept(event('e1'))).to.deep.equal({ seen: true, activityId: 'c1|0000001' })
    const outgoing = await store.outgoing('c1')
    expect(outgoing?.activities.map(({ text }) => text)).to.deep.equal(['answer to e1'])
    expect(outgoing?.reply).to.deep.equal({ token: 't' })
    expect(await store.requesters('r1')).to.deep.equal(['c1'])
    expect(await store.counts('2026-11-23', '2026-11-23')).to.have.length(1)
  })

  it('keeps the question of a turn that accepts its own event, and what became of it', async () => {
    await store.open('c1', 'directline')
    const ask = (n: number, question: object) =>
      store.commit({
        ...arriving(`e${n}`, { question, said: [] }),
        version: n,
        accepts: { inbound: event(`e${n}`), seq: n },
      })
    expect(await ask(0, { text: 'first', locale: 'en' })).to.equal('committed')
    expect(await ask(1, { locale: 'en', kind: 'unhelpful' })).to.equal('committed')
    expect(await ask(2, { text: 'second', locale: 'ja' })).to.equal('committed')
    expect(await ask(3, { text: 'third', locale: 'en' })).to.equal('committed')
    expect(await ask(4, { text: 'fourth', locale: 'en', kind: 'nothing' })).to.equal('committed')
    expect(await ask(5, { locale: 'en', kind: 'unhelpful' }), 'of none that waits').to.equal('committed')
    expect((await store.unanswered()).map(({ question, kind }) => `${question} ${kind}`)).to.deep.equal([
      'first unhelpful',
      'fourth nothing',
    ])
  })

  it('accepts an event that belongs into no log with the commit of its turn', async () => {
    await store.open('c1', 'directline')
    const inbound = event('e1', { logged: false })
    expect(await store.commit(arriving('e1', { accepts: { inbound, seq: 0 }, said: [] }))).to.equal(
      'committed',
    )
    expect(await logOf()).to.deep.equal([])
    expect(await store.accept(inbound)).to.deep.equal({ seen: true, activityId: 'e1' })
  })

  it('accepts an event with all that its turn changes elsewhere, or with nothing of it', async () => {
    await store.open('c1', 'directline')
    await store.open('c2', 'directline')
    const ownership = { owner: 'queue' as const, agent: null, queuedAt: 7, waitingSince: 7 }
    const pass = { id: '12345678', flow: 'f', step: 's', request: 'r1', expiresAt: Date.now() + 60_000 }
    const all = {
      tells: [event('told', { conversation: 'c2' })],
      passes: [pass],
      ownership,
      handoff: { begins: 'h1', summary: { who: 'user' } },
      question: { text: 'why', locale: 'en', kind: 'nothing' as const },
      unsays: 'c1|0000001',
    }
    const told: unknown[] = []
    store.onLogged((id, _, logged) => id === 'c1' && told.push(logged?.map(({ activity }) => activity.text)))
    expect(await store.commit(arriving('e1', all))).to.equal('committed')
    expect(await logOf()).to.deep.equal([undefined, 'answer to e1'])
    expect(told).to.deep.equal([[undefined, 'answer to e1']])
    expect(await store.waiting()).to.deep.equal(['c2'])
    expect((await store.pass('12345678'))?.isSpent).to.equal(false)
    expect((await store.conversation('c1'))?.owner).to.equal('queue')
    expect(await store.handoffs({ conversation: 'c1' })).to.have.length(1)
    expect(await store.unanswered()).to.have.length(1)

    const failing = store.commit({
      ...arriving('e2', all),
      version: 1,
      unsays: undefined,
      accepts: { inbound: event('e2'), seq: 2 },
    })
    expect(await failing.catch(() => 'failed'), 'the pass of another').to.equal('failed')
    expect(await logOf()).to.deep.equal([undefined, 'answer to e1'])
    expect(await store.knows('directline', 'e2')).to.equal(false)
  })

  it('does not accept an event whose commit is stale: another turn came first, or another message', async () => {
    await store.open('c1', 'directline')
    await store.accept(event('e0'))
    expect(await store.commit(arriving('e1'))).to.equal('stale')
    await store.commit(turn('e0', 0))
    expect(await store.commit(arriving('e1', { accepts: { inbound: event('e1'), seq: 2 } }))).to.equal(
      'stale',
    )
    expect(await store.knows('directline', 'e1')).to.equal(false)
    expect(await logOf()).to.deep.equal(['e0', 'answer to e0'])
  })
}
