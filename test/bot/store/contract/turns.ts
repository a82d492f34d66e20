import { expect } from 'chai'
import type { Store } from '../../../../bot/store/index.ts'
import { event, turn } from './conversation.ts'

/** What a store must hold to of the turns that a conversation takes. */
export function turnsContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('makes a conversation once and gives it as it stands', async () => {
    const made = await store.open('c1', 'directline')
    const { touchedAt: _, ...rest } = made
    const ownership = { owner: 'bot', agent: null, queuedAt: null, waitingSince: null }
    const start = { id: 'c1', channel: 'directline', version: 0, state: undefined, seq: 0 }
    expect(rest).to.deep.equal({ ...start, ...ownership })
    expect(await store.open('c1', 'directline')).to.deep.equal(made)
    expect(await store.conversation('nobody')).to.equal(undefined)
  })

  it('refuses the commit of a turn that read an older version, and changes nothing', async () => {
    await store.accept(event('e1'))
    expect(await store.commit(turn('e1', 0))).to.equal('committed')
    await store.accept(event('e2'))
    expect(await store.commit(turn('e2', 0, { state: { at: 'stale' }, requests: ['r1'] }))).to.equal('stale')
    const now = await store.conversation('c1')
    expect(now?.state).to.deep.equal({ at: 'e1' })
    expect(now?.version).to.equal(1)
    expect((await store.pending('c1'))?.eventId).to.equal('e2')
    expect(await store.activities('c1', 0, 10)).to.have.length(3)
    expect(await store.requesters('r1')).to.deep.equal([])
  })

  it('commits a turn that leaves no state, as one does that broke at the beginning', async () => {
    await store.accept(event('e1'))
    expect(await store.commit(turn('e1', 0, { state: undefined }))).to.equal('committed')
    expect((await store.conversation('c1'))?.state).to.equal(undefined)
    expect(await store.pending('c1')).to.equal(undefined)
  })

  it('lets one of many writers of the same version win', async () => {
    await store.accept(event('e1'))
    const all = await Promise.all(Array.from({ length: 20 }, () => store.commit(turn('e1', 0))))
    expect(all.filter((outcome) => outcome === 'committed')).to.have.length(1)
    expect((await store.conversation('c1'))?.version).to.equal(1)
  })

  it('accepts events for other conversations with the turn that tells them, or not at all', async () => {
    const told = event('from-c1', { conversation: 'c2', logged: false })
    await store.accept(event('e1'))
    await store.commit(turn('e1', 5, { tells: [told] }))
    expect(await store.pending('c2')).to.equal(undefined)
    await store.commit(turn('e1', 0, { tells: [told] }))
    expect((await store.pending('c2'))?.eventId).to.equal('from-c1')
  })
}
