import { expect } from 'chai'
import type { Store } from '../../../../bot/store/index.ts'
import { event, turn } from './conversation.ts'

/** What a store must hold to of what a channel has yet to send. */
export function outboxContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('keeps what a channel must send until the channel has taken it, oldest first', async () => {
    const reply = { token: 't1' }
    await store.accept(event('e1', { reply, reference: { at: 'one' } }))
    await store.accept(event('e2', { reference: { at: 'two' } }))
    expect((await store.pending('c1'))?.reply).to.deep.equal(reply)
    await store.commit(turn('e1', 0, { sends: true, reply }))
    await store.commit(turn('e2', 1, { sends: true }))
    expect(await store.sending()).to.deep.equal(['c1'])
    const first = (await store.outgoing('c1'))!
    expect(first.activities.map(({ text }) => text)).to.deep.equal(['answer to e1'])
    expect(first).to.deep.include({
      channel: 'directline',
      attempts: 0,
      dueAt: 0,
      reply,
      reference: { at: 'two' },
    })
    await store.postpone(first.id, { dueAt: 5, attempts: 1, note: { key: 'k' } })
    expect(await store.outgoing('c1')).to.deep.include({
      id: first.id,
      attempts: 1,
      dueAt: 5,
      note: { key: 'k' },
    })
    expect((await store.holdToSend('c1', 60_000))?.out).to.deep.equal(await store.outgoing('c1'))
    const { next: second } = await store.sent(first)
    expect(second?.activities.map(({ text }) => text)).to.deep.equal(['answer to e2'])
    expect(second).not.to.have.any.keys('reply', 'note')
    expect(await store.outgoing('c1')).to.deep.equal(second)
    expect((await store.sent(second!)).next).to.equal(undefined)
    expect(await store.outgoing('c1')).to.equal(undefined)
    expect((await store.holdToSend('c1', 60_000))?.out).to.equal(undefined)
    expect(await store.sending()).to.deep.equal([])
  })

  it('sends nothing for a turn that said nothing, was stale, or whose channel reads the log', async () => {
    await store.accept(event('e1'))
    await store.commit(turn('e1', 7, { sends: true }))
    await store.commit(turn('e1', 0, { said: [], sends: true }))
    await store.accept(event('e2'))
    await store.commit(turn('e2', 1))
    expect(await store.sending()).to.deep.equal([])
  })

  it('puts no event into the outbox, though it is in the log', async () => {
    await store.accept(event('e1'))
    const said = [
      { type: 'event', name: 'handoff.initiate' },
      { type: 'message', text: 'please wait' },
    ]
    await store.commit(turn('e1', 0, { said, sends: true }))
    expect((await store.outgoing('c1'))?.activities.map(({ text }) => text)).to.deep.equal(['please wait'])
    await store.accept(event('e2'))
    await store.commit(turn('e2', 1, { said: said.slice(0, 1), sends: true }))
    expect(await store.activities('c1', 0, 10)).to.have.length(5)
    await store.sent((await store.outgoing('c1'))!)
    expect(await store.sending()).to.deep.equal([])
  })
}
