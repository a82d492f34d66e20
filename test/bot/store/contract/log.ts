import { expect } from 'chai'
import type { Store } from '../../../../bot/store/index.ts'
import { event, turn } from './conversation.ts'

/** What a store must hold to of the log of a conversation. */
export function logContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('logs what both sides said under rising numbers, and events that nobody said not at all', async () => {
    await store.accept(event('e1'))
    await store.accept(event('joined', { logged: false }))
    await store.commit(turn('e1', 0))
    const log = await store.activities('c1', 0, 10)
    expect(log.map(({ seq, activity }) => [seq, activity.text])).to.deep.equal([
      [1, 'e1'],
      [2, 'answer to e1'],
    ])
    expect(log.map(({ activity }) => activity.id)).to.deep.equal(['c1|0000001', 'c1|0000002'])
    expect(await store.activities('c1', 1, 10)).to.have.length(1)
    expect(await store.activities('c1', 0, 1)).to.have.length(1)
  })

  it('tells listeners of each change of a log, after it can be read', async () => {
    const told: [string, number, number][] = []
    const reads: Promise<void>[] = []
    const off = store.onLogged((conversation, seq) => {
      reads.push(
        store
          .activities(conversation, 0, 10)
          .then(({ length }) => void told.push([conversation, seq, length])),
      )
    })
    await store.accept(event('e1'))
    await store.commit(turn('e1', 0))
    off()
    await store.accept(event('e2'))
    await Promise.all(reads)
    expect(told.map(([conversation, seq]) => [conversation, seq])).to.deep.equal([
      ['c1', 1],
      ['c1', 2],
    ])
    for (const [, seq, length] of told) expect(length).to.be.at.least(seq)
  })

  it('keeps text of every script, and JSON of every shape, as it was', async () => {
    const text = '𠮷野家 👩‍👩‍👧 ﾊﾝｶｸ \u0000 "\\ é'
    const state = { deep: [{ a: null, b: [1.5, true, ''] }], text }
    await store.accept(event('e1', { activity: { type: 'message', text } }))
    await store.commit(turn('e1', 0, { state }))
    expect((await store.activities('c1', 0, 1))[0]?.activity.text).to.equal(text)
    expect((await store.conversation('c1'))?.state).to.deep.equal(state)
  })

  it('takes the words out of what was taken back, and out of its event when that still waits', async () => {
    const { activityId } = await store.accept(
      event('e1', { activity: { type: 'message', text: 'gone', value: { a: 1 } } }),
    )
    await store.accept(event('e2'))
    await store.erase('c1', activityId)
    await store.erase('c1', 'c1|0000099')
    await store.erase('nobody', activityId)
    const [gone, kept] = await store.activities('c1', 0, 10)
    expect(gone).to.deep.equal({ seq: 1, activity: { type: 'messageDelete', id: activityId } })
    expect(kept?.activity.text).to.equal('e2')
    expect((await store.pending('c1'))?.activity).to.deep.equal({ type: 'messageDelete', id: activityId })
    await store.commit(turn('e1', 0))
    await store.erase('c1', activityId)
    expect((await store.pending('c1'))?.eventId).to.equal('e2')
  })

  it('takes the words of a line with the commit of the turn that has used them, or not at all', async () => {
    const said = {
      type: 'message',
      text: 'gone',
      value: { a: 1 },
      channelData: { clientActivityID: 'x', b: 2 },
    }
    const { activityId } = await store.accept(event('e1', { activity: said }))
    await store.commit(turn('e1', 7, { unsays: activityId }))
    expect((await store.activities('c1', 0, 10))[0]?.activity.text).to.equal('gone')
    await store.commit(turn('e1', 0, { unsays: activityId, said: [{ type: 'message', text: 'thanks' }] }))
    const [gone, thanks] = await store.activities('c1', 0, 10)
    const kept = { type: 'messageDelete', id: activityId, channelData: { clientActivityID: 'x' } }
    expect(gone).to.deep.equal({ seq: 1, activity: kept })
    expect(thanks?.activity.text).to.equal('thanks')
    expect(await store.pending('c1')).to.equal(undefined)
  })
}
