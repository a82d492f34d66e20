import { expect } from 'chai'
import type { Store } from '../../../../bot/store/index.ts'
import { event, queued, turn } from './conversation.ts'

/** What a store must hold to of how long it keeps what it has. */
export function keepingContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('answers a check while it is open, and fails one afterwards', async () => {
    const another = await open()
    expect(await another.check()).to.equal(undefined)
    await another.close()
    expect((await Promise.allSettled([another.check()]))[0].status).to.equal('rejected')
  })

  /** A conversation that has something in every table. */
  const fill = async (conversation: string) => {
    await store.accept(event(`${conversation}-1`, { conversation }))
    const more = { conversation, requests: [`r-${conversation}`], sends: true, ...queued(1) }
    const question = { text: `q-${conversation}`, locale: 'ja' }
    const handoff = { begins: `h-${conversation}`, summary: {} }
    await store.commit(turn(`${conversation}-1`, 0, { ...more, question, handoff }))
    await store.accept(event(`${conversation}-2`, { conversation }))
  }
  const isGone = async (conversation: string) => {
    expect(await store.conversation(conversation)).to.equal(undefined)
    expect(await store.activities(conversation, 0, 10)).to.deep.equal([])
    expect(await store.pending(conversation)).to.equal(undefined)
    expect(await store.outgoing(conversation)).to.equal(undefined)
    expect(await store.requesters(`r-${conversation}`)).to.deep.equal([])
    expect(await store.handoffs({ conversation })).to.deep.equal([])
  }

  it('forgets one conversation with everything of it, and no other', async () => {
    await fill('c1')
    await fill('c2')
    await store.forget('c1')
    await isGone('c1')
    expect(await store.waiting()).to.deep.equal(['c2'])
    expect(await store.activities('c2', 0, 10)).to.have.length(3)
    expect(await store.handoffs({ conversation: 'c2' })).to.have.length(1)
    expect((await store.accept(event('c1-1'))).seen).to.equal(false)
  })

  it('forgets what nobody has touched since then, and says which', async () => {
    await fill('c1')
    const { touchedAt } = (await store.conversation('c1'))!
    expect(await store.purge(touchedAt)).to.deep.equal([])
    expect(await store.purge(touchedAt + 1)).to.deep.equal(['c1'])
    await isGone('c1')
    expect(await store.purge(touchedAt + 1)).to.deep.equal([])
  })
}
