import { expect } from 'chai'
import type { Store } from '../../../../bot/store/index.ts'
import { event, turn } from './conversation.ts'

/** What a store must hold to of events that come in. */
export function inboxContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('accepts an event once, whoever sends it again', async () => {
    const first = await store.accept(event('e1'))
    const again = await store.accept(event('e1'))
    expect(first.seen).to.equal(false)
    expect(again).to.deep.equal({ seen: true, activityId: first.activityId })
    expect(await store.activities('c1', 0, 10)).to.have.length(1)
  })

  it('takes the same event id from two channels for two events', async () => {
    await store.accept(event('e1'))
    expect((await store.accept(event('e1', { channel: 'line', conversation: 'c2' }))).seen).to.equal(false)
  })

  it('gives the same answer to copies that arrive at the same instant', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => store.accept(event('e1'))))
    expect(all.filter(({ seen }) => !seen)).to.have.length(1)
    expect(new Set(all.map(({ activityId }) => activityId)).size).to.equal(1)
  })

  it('keeps pending events in the order in which they were accepted, until each is applied', async () => {
    for (const id of ['e1', 'e2', 'e3']) await store.accept(event(id))
    for (const [version, id] of ['e1', 'e2', 'e3'].entries()) {
      expect((await store.pending('c1'))?.eventId).to.equal(id)
      await store.commit(turn(id, version))
    }
    expect(await store.pending('c1')).to.equal(undefined)
    expect(await store.waiting()).to.deep.equal([])
  })

  it('names the conversations that wait for a turn', async () => {
    await store.accept(event('e1'))
    await store.accept(event('e2', { conversation: 'c2' }))
    await store.commit(turn('e1', 0))
    expect(await store.waiting()).to.deep.equal(['c2'])
  })

  it('gives a conversation for an event that can be applied at once, and for no other', async () => {
    expect(await store.free(event('e1')), 'no conversation').to.equal(undefined)
    const opened = await store.open('c1', 'directline')
    expect(await store.free(event('e1'))).to.deep.equal(opened)
    await store.accept(event('e1'))
    expect(await store.free(event('e2')), 'another one waits').to.equal(undefined)
    await store.commit(turn('e1', 0))
    expect(await store.free(event('e1')), 'known').to.equal(undefined)
    expect((await store.free(event('e2')))?.version).to.equal(1)
  })

  it('notes a new event with its commit, and does nothing when it was noted before', async () => {
    await store.open('c1', 'directline')
    const press = (version: number) =>
      store.commit(turn('press', version, { eventChannel: 'desk', isNew: true }))
    expect(await press(0)).to.equal('committed')
    expect(await press(0)).to.equal('seen')
    expect(await press(1)).to.equal('seen')
    expect((await store.conversation('c1'))?.version).to.equal(1)
    expect(await store.activities('c1', 0, 10)).to.have.length(1)
    expect(await store.pending('c1')).to.equal(undefined)
    expect((await store.accept(event('press', { channel: 'desk' }))).seen).to.equal(true)
    expect(await store.knows('desk', 'press')).to.equal(true)
    expect(await store.knows('desk', 'other')).to.equal(false)
  })

  it('does not note a new event whose commit is stale', async () => {
    await store.open('c1', 'directline')
    const press = (version: number) =>
      store.commit(turn('press', version, { eventChannel: 'desk', isNew: true }))
    expect(await press(3)).to.equal('stale')
    expect(await press(0)).to.equal('committed')
  })

  it('lets one of many presses of the same version win, and one of many copies of a press', async () => {
    await store.open('c1', 'directline')
    const press = (id: string, version: number) =>
      store.commit(turn(id, version, { eventChannel: 'desk', isNew: true }))
    const takes = await Promise.all(Array.from({ length: 10 }, (_, i) => press(`take-${i}`, 0)))
    expect(takes.filter((outcome) => outcome === 'committed')).to.have.length(1)
    const copies = await Promise.all(Array.from({ length: 10 }, () => press('again', 1)))
    expect(copies.sort().slice(0, 2)).to.deep.equal(['committed', 'seen'])
    expect(copies.filter((outcome) => outcome === 'committed')).to.have.length(1)
  })
}
