import { expect } from 'chai'
import type { Store } from '../../../../bot/store/index.ts'
import { event, turn } from './conversation.ts'

/** What a store must hold to of what is counted, and of questions that found no answer. */
export function countsContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('keeps a question without an answer that helped, and forgets who asked', async () => {
    const asking = (eventId: string, version: number, question: object) =>
      store.accept(event(eventId)).then(() => store.commit(turn(eventId, version, { question })))
    await asking('e1', 0, { text: '使えますか', locale: 'ja' })
    expect(await store.unanswered()).to.deep.equal([])
    await asking('e2', 1, { locale: 'ja', kind: 'none' })
    await asking('e3', 2, { text: 'what now', locale: 'en', kind: 'nothing' })
    // Nothing waits any more.
    await asking('e4', 3, { locale: 'ja', kind: 'unhelpful' })
    const kept = await store.unanswered()
    expect(kept.map(({ at: _, ...rest }) => rest)).to.deep.equal([
      { question: '使えますか', locale: 'ja', kind: 'none' },
      { question: 'what now', locale: 'en', kind: 'nothing' },
    ])
  })

  it('counts what happened in a turn with its commit: once, whoever delivers the event again', async () => {
    const day = '2026-11-23'
    const count = (step: string, what: string, detail = '') => ({ flow: 'f', step, what, detail })
    const first = { counts: { day, of: [count('b', 'reached'), count('a', 'done'), count('b', 'reached')] } }
    await store.accept(event('e1'))
    const all = await Promise.all(Array.from({ length: 5 }, () => store.commit(turn('e1', 0, first))))
    expect(all.filter((outcome) => outcome === 'committed')).to.have.length(1)
    const desk = { eventChannel: 'desk', isNew: true, counts: { day, of: [count('b', 'trouble', 'none')] } }
    await store.commit(turn('press', 1, desk))
    expect(await store.commit(turn('press', 2, desk))).to.equal('seen')
    await store.accept(event('e2', { conversation: 'c2' }))
    const other = { conversation: 'c2', channel: 'line', counts: { day, of: [count('a', 'done')] } }
    await store.commit(turn('e2', 0, other))
    await store.accept(event('e3'))
    await store.commit(turn('e3', 2, { counts: { day: '2026-11-24', of: [count('a', 'done')] } }))
    const row = (on: string, channel: string, counted: object, times: number) => ({
      day: on,
      channel,
      ...counted,
      times,
    })
    expect(await store.counts(day, day)).to.deep.equal([
      row(day, 'directline', count('a', 'done'), 1),
      row(day, 'directline', count('b', 'reached'), 2),
      row(day, 'directline', count('b', 'trouble', 'none'), 1),
      row(day, 'line', count('a', 'done'), 1),
    ])
    expect(await store.counts('2026-11-24', '2026-12-31')).to.deep.equal([
      row('2026-11-24', 'directline', count('a', 'done'), 1),
    ])
    await store.forget('c1')
    expect(await store.counts(day, day)).to.have.length(4)
  })

  it('counts every one of many turns that come to the same steps at the same instant', async () => {
    const of = ['a', 'b', 'c', 'd'].map((step) => ({ flow: 'f', step, what: 'reached', detail: '' }))
    const day = '2026-11-23'
    await Promise.all(
      Array.from({ length: 40 }, async (_, number) => {
        const conversation = `c${number}`
        await store.accept(event(conversation, { conversation }))
        const counts = { day, of: number % 2 === 0 ? of : of.toReversed() }
        await store.commit(turn(conversation, 0, { conversation, counts }))
      }),
    )
    const counted = await store.counts(day, day)
    expect(counted.map(({ step, times }) => [step, times])).to.deep.equal(of.map(({ step }) => [step, 40]))
  })
}
