import { expect } from 'chai'
import type { Store } from '../../../../bot/store/index.ts'
import { event, turn } from './conversation.ts'

/** What a store must hold to of unlock requests, and of the passes that lead to them. */
export function unlocksContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('finds the conversation that waits for an unlock request', async () => {
    await store.accept(event('e1'))
    await store.commit(turn('e1', 0, { requests: ['r1', 'r2'] }))
    await store.accept(event('e2', { conversation: 'c2' }))
    await store.commit(turn('e2', 0, { conversation: 'c2', requests: ['r2'] }))
    expect((await store.requesters('r2')).sort()).to.deep.equal(['c1', 'c2'])
    expect(await store.requesters('r3')).to.deep.equal([])
  })

  it('lets a pass be spent once, by one of many who try at the same instant', async () => {
    const pass = { id: '12345678', flow: 'f', step: 's', request: 'r1', expiresAt: Date.now() + 60_000 }
    await store.accept(event('e1'))
    await store.commit(turn('e1', 0, { passes: [pass] }))
    expect(await store.pass('12345678')).to.deep.equal({ ...pass, isSpent: false })
    const all = await Promise.all(Array.from({ length: 50 }, () => store.spend('12345678')))
    expect(all.filter(Boolean)).to.deep.equal([pass])
    expect(await store.pass('12345678')).to.deep.equal({ ...pass, isSpent: true })
  })

  it('accepts what a spent pass tells with its spending, and nothing when it cannot be spent', async () => {
    const pass = { id: '12345678', flow: 'f', step: 's', request: 'r1', expiresAt: Date.now() + 60_000 }
    await store.accept(event('e1'))
    await store.commit(turn('e1', 0, { passes: [pass], requests: ['r1'] }))
    const tells = (spent: typeof pass, requesters: string[]) =>
      requesters.map((conversation) => event(`used-${spent.id}`, { conversation, logged: false }))
    expect(await store.spend('12345678', tells)).to.deep.equal(pass)
    expect((await store.pending('c1'))?.eventId).to.equal('used-12345678')
    await store.commit(turn('used-12345678', 1))
    expect(await store.spend('12345678', tells)).to.equal(undefined)
    expect(await store.pending('c1')).to.equal(undefined)
    const again = { ...pass, id: '87654321' }
    await store.accept(event('e2'))
    await store.commit(turn('e2', 2, { passes: [again] }))
    const failing = store.spend('87654321', () => {
      throw new Error('cannot be told')
    })
    expect((await Promise.allSettled([failing]))[0].status).to.equal('rejected')
    expect((await store.pass('87654321'))?.isSpent).to.equal(false)
  })

  it('lets a pass be spent only before it expires, and one that was never made not at all', async () => {
    const pass = { id: '12345678', flow: 'f', step: 's', request: 'r1', expiresAt: Date.now() - 1 }
    await store.accept(event('e1'))
    await store.commit(turn('e1', 0, { passes: [pass] }))
    expect(await store.spend('12345678')).to.equal(undefined)
    expect(await store.spend('87654321')).to.equal(undefined)
    expect(await store.pass('87654321')).to.equal(undefined)
  })

  it('refuses a commit whose pass has the id of another one, and changes nothing', async () => {
    const pass = { id: '12345678', flow: 'f', step: 's', request: 'r1', expiresAt: Date.now() + 60_000 }
    await store.accept(event('e1'))
    await store.commit(turn('e1', 0, { passes: [pass] }))
    await store.accept(event('e2'))
    const again = store.commit(turn('e2', 1, { passes: [{ ...pass, request: 'r2' }] }))
    expect((await Promise.allSettled([again]))[0].status).to.equal('rejected')
    expect((await store.conversation('c1'))?.version).to.equal(1)
    expect((await store.pass('12345678'))?.request).to.equal('r1')
  })
}
