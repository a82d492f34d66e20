import { expect } from 'chai'
import type { Handoff, Inbound, Store } from '../../../bot/store/index.ts'

/** Handoffs that began in the same millisecond stand in the order of their ids. */
function closedLast(handoffs: Handoff[]): string | undefined {
  return handoffs.findLast(({ how }) => how === 'closed')?.id
}

/** What every store must hold to; each driver's test calls it with a way to open an empty one. */
export function storeContract(open: () => Promise<Store> | Store): void {
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  const event = (eventId: string, more: Partial<Inbound> = {}): Inbound => ({
    channel: 'directline',
    eventId,
    conversation: 'c1',
    activity: { type: 'message', text: eventId },
    logged: true,
    ...more,
  })
  const turn = (eventId: string, version: number, more: object = {}) => ({
    conversation: 'c1',
    channel: 'directline',
    version,
    state: { at: eventId },
    eventId,
    eventChannel: 'directline',
    said: [{ type: 'message', text: `answer to ${eventId}` }],
    requests: [],
    ...more,
  })

  it('makes a conversation once and gives it as it stands', async () => {
    const made = await store.open('c1', 'directline')
    const { touchedAt: _, ...rest } = made
    const ownership = { owner: 'bot', agent: null, queuedAt: null, waitingSince: null }
    const start = { id: 'c1', channel: 'directline', version: 0, state: undefined, seq: 0 }
    expect(rest).to.deep.equal({ ...start, ...ownership })
    expect(await store.open('c1', 'directline')).to.deep.equal(made)
    expect(await store.conversation('nobody')).to.equal(undefined)
  })

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

  const arriving = (eventId: string, more: object = {}) => ({
    ...turn(eventId, 0),
    accepts: { inbound: event(eventId), seq: 0 },
    ...more,
  })
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

  it('accepts events for other conversations with the turn that tells them, or not at all', async () => {
    const told = event('from-c1', { conversation: 'c2', logged: false })
    await store.accept(event('e1'))
    await store.commit(turn('e1', 5, { tells: [told] }))
    expect(await store.pending('c2')).to.equal(undefined)
    await store.commit(turn('e1', 0, { tells: [told] }))
    expect((await store.pending('c2'))?.eventId).to.equal('from-c1')
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

  it('sends nothing for a turn that said nothing, was stale, or whose channel reads the log', async () => {
    await store.accept(event('e1'))
    await store.commit(turn('e1', 7, { sends: true }))
    await store.commit(turn('e1', 0, { said: [], sends: true }))
    await store.accept(event('e2'))
    await store.commit(turn('e2', 1))
    expect(await store.sending()).to.deep.equal([])
  })

  it('answers a check while it is open', () => store.check())

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

  const queued = (queuedAt: number) => ({
    ownership: { owner: 'queue', agent: null, queuedAt, waitingSince: queuedAt } as const,
  })

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
