import { expect } from 'chai'
import type { Handoff, Store } from '../../../../bot/store/index.ts'
import { event, queued, turn } from './conversation.ts'

/** Handoffs that began in the same millisecond stand in the order of their ids. */
function closedLast(handoffs: Handoff[]): string | undefined {
  return handoffs.findLast(({ how }) => how === 'closed')?.id
}

/** What a store must hold to of owners, the queue and handoffs. */
export function deskContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('changes the owner with the commit, and keeps it with the next that says nothing of it', async () => {
    await store.accept(event('e1'))
    await store.commit(turn('e1', 0, queued(5)))
    const owned = { owner: 'queue', agent: null, queuedAt: 5, waitingSince: 5 }
    expect(await store.conversation('c1')).to.deep.include(owned)
    await store.accept(event('e2'))
    expect(await store.commit(turn('e2', 0, queued(9)))).to.equal('stale')
    await store.commit(turn('e2', 1))
    expect(await store.conversation('c1')).to.deep.include(owned)
    const ownership = { owner: 'agent', agent: 'a1', queuedAt: 5, waitingSince: null }
    await store.accept(event('e3'))
    await store.commit(turn('e3', 2, { ownership }))
    expect(await store.conversation('c1')).to.deep.include(ownership)
  })

  it('lists the queue in its order, page by page, with the newest activity of each', async () => {
    for (const [place, id] of ['late', 'first', 'second'].entries()) {
      await store.accept(event(id, { conversation: id }))
      const at = { late: 30, first: 10, second: 20 }[id] as number
      await store.commit(turn(id, 0, { conversation: id, ...queued(at) }))
      expect(await store.queueLength()).to.equal(place + 1)
    }
    await store.open('bots', 'directline')
    const list = await store.conversations({ owner: 'queue', most: 10 })
    expect(list.map(({ id, last }) => [id, last?.text])).to.deep.equal([
      ['first', 'answer to first'],
      ['second', 'answer to second'],
      ['late', 'answer to late'],
    ])
    expect(list[0]).to.deep.include({ owner: 'queue', queuedAt: 10, waitingSince: 10, channel: 'directline' })
    expect(list[0]?.state).to.deep.equal({ at: 'first' })
    const rest = await store.conversations({ owner: 'queue', after: 'first', most: 1 })
    expect(rest.map(({ id }) => id)).to.deep.equal(['second'])
    expect(await store.queueLength(20)).to.equal(1)
    expect(await store.conversations({ owner: 'agent', most: 10 })).to.deep.equal([])
    const all = await store.conversations({ most: 10 })
    expect(all).to.have.length(4)
    expect(all.find(({ id }) => id === 'bots')).not.to.have.any.keys('last', 'reference')
    const pages = [await store.conversations({ most: 2 })]
    pages.push(await store.conversations({ most: 2, after: pages[0]?.at(-1)?.id }))
    expect(pages.flat().map(({ id }) => id)).to.deep.equal(all.map(({ id }) => id))
  })

  it('keeps each handoff from its beginning to its end; a second acceptance keeps the time of the first', async () => {
    await store.open('c1', 'directline')
    const change = (version: number, handoff: object) => store.commit(turn('e', version, { handoff }))
    await change(0, { begins: 'h1', summary: { step: 'role' } })
    await change(1, { accepts: 'a1' })
    const [accepted] = await store.handoffs({ conversation: 'c1' })
    await change(2, { accepts: 'a2' })
    await change(3, { ends: 'returned' })
    await change(4, { begins: 'h2', summary: {} })
    const [first, second] = await store.handoffs({ conversation: 'c1' })
    expect(first).to.deep.include({ id: 'h1', agent: 'a2', how: 'returned', summary: { step: 'role' } })
    expect(first?.acceptedAt).to.equal(accepted?.acceptedAt)
    expect(first?.endedAt).to.be.at.least(first?.acceptedAt as number)
    expect(second).to.deep.include({ id: 'h2', acceptedAt: null, endedAt: null, how: null, agent: null })
    expect(await store.handoffs({ since: 0 })).to.have.length(2)
    expect(await store.handoffs({ conversations: ['c1', 'c2', 'c1'] })).to.deep.equal([first, second])
    expect(await store.handoffs({ conversations: ['c2'] })).to.deep.equal([])
    expect(await store.handoffs({ conversations: [] })).to.deep.equal([])
    expect(await store.handoffs({ since: Date.now() + 60_000 })).to.deep.equal([])
  })

  it('keeps what the customer thought of the newest handoff that an agent has closed, once', async () => {
    await store.open('c1', 'directline')
    let version = 0
    const change = (handoff: object) => store.commit(turn('e', version++, { handoff }))
    for (const [id, ends] of [
      ['h1', 'closed'],
      ['h2', 'closed'],
      ['h3', 'returned'],
    ]) {
      await change({ begins: id, summary: {} })
      await change({ ends })
    }
    await change({ rates: 4 })
    await change({ rates: 1 })
    const handoffs = await store.handoffs({ conversation: 'c1' })
    expect(new Map(handoffs.map(({ id, rating }) => [id, rating]))).to.deep.equal(
      new Map(handoffs.map(({ id }) => [id, id === closedLast(handoffs) ? 4 : null])),
    )
  })
}
