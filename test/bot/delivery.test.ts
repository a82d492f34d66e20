import { mock } from 'node:test'
import { expect } from 'chai'
import { Delivery, pauseAfter, type Sender } from '../../bot/delivery.ts'
import { createLog } from '../../bot/log.ts'
import type { Outgoing, Store } from '../../bot/store/index.ts'
import { openSqlite } from '../../bot/store/sqlite.ts'

describe('the delivery of what was said', () => {
  let store: Store
  const log = createLog('silent')
  const turns = new Map<string, number>()

  beforeEach(() => {
    store = openSqlite(':memory:')
    turns.clear()
  })
  afterEach(() => store.close())

  /** Puts one turn's words into the outbox. */
  const say = async (conversation: string, text: string) => {
    const version = turns.get(conversation) ?? 0
    turns.set(conversation, version + 1)
    const eventId = `${conversation}-${version}`
    await store.accept({ channel: 'test', eventId, conversation, activity: {}, logged: false })
    const said = [{ type: 'message', text }]
    const turn = { conversation, channel: 'test', version, state: {}, said, eventId, eventChannel: 'test' }
    await store.commit({ ...turn, requests: [], sends: true })
  }
  const sending = (send: Sender['send']) => new Delivery({ store, log, senders: [{ channel: 'test', send }] })
  const textOf = (out: Outgoing) => out.activities[0]?.text as string

  it('sends each once, in order within a conversation', async () => {
    const sent: string[] = []
    const delivery = sending(async (out) => {
      await new Promise((resolve) => setImmediate(resolve))
      sent.push(textOf(out))
      return 'sent'
    })
    for (const text of ['a', 'b', 'c']) {
      await say('c1', text)
      delivery.wake('c1')
    }
    await delivery.idle()
    expect(sent).to.deep.equal(['a', 'b', 'c'])
    expect(await store.sending()).to.deep.equal([])
  })

  it('lets one that hangs delay nobody else', async () => {
    const sent: string[] = []
    let release = () => {}
    const hanging = new Promise<void>((resolve) => {
      release = resolve
    })
    const delivery = sending(async (out) => {
      if (textOf(out) === 'slow') await hanging
      sent.push(textOf(out))
      return 'sent'
    })
    await say('c1', 'slow')
    await say('c2', 'quick')
    delivery.wake('c1')
    delivery.wake('c2')
    while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(sent).to.deep.equal(['quick'])
    release()
    await delivery.idle()
    expect(sent).to.deep.equal(['quick', 'slow'])
  })

  it('tries again after the pause that the sender wants, with the note it remembered, before anything later', async () => {
    const tries: [string, number, unknown][] = []
    const delivery = sending(async (out, remember) => {
      tries.push([textOf(out), out.attempts, out.note])
      if (textOf(out) !== 'a' || out.attempts > 1) return 'sent'
      if (!out.note) await remember({ key: 'k' })
      return { after: 1 }
    })
    await say('c1', 'a')
    await say('c1', 'b')
    delivery.wake('c1')
    while ((await store.sending()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    expect(tries).to.deep.equal([
      ['a', 0, undefined],
      ['a', 1, { key: 'k' }],
      ['a', 2, { key: 'k' }],
      ['b', 0, undefined],
    ])
  })

  it('sends nothing twice because the store could not note that it was sent', async () => {
    const sent: string[] = []
    let failures = 2
    const flaky: Store = Object.create(store, {
      isShared: { value: () => false },
      sent: {
        value: (out: Outgoing) => (failures-- > 0 ? Promise.reject(new Error('disk full')) : store.sent(out)),
      },
      holdToSend: { value: (id: string, ms: number) => store.holdToSend(id, ms) },
      letGo: { value: (work: string) => store.letGo(work) },
    })
    const send: Sender['send'] = async (out) => {
      sent.push(textOf(out))
      return 'sent'
    }
    const delivery = new Delivery({ store: flaky, log, senders: [{ channel: 'test', send }] })
    for (const text of ['a', 'b']) await say('c1', text)
    delivery.wake('c1')
    await delivery.idle()
    expect(sent).to.deep.equal(['a', 'b'])
    expect(await store.sending()).to.deep.equal([])
  })

  it('keeps to the pause that another process has set, after that one has sent what was put off here', async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    const tried: string[] = []
    const delivery = sending(async (out) => {
      tried.push(textOf(out))
      return { after: 20 }
    })
    await say('c1', 'a')
    delivery.wake('c1')
    await delivery.idle()
    await store.sent((await store.outgoing('c1'))!)
    mock.timers.tick(20)
    await delivery.idle()
    await say('c1', 'b')
    const { id } = (await store.outgoing('c1'))!
    await store.postpone(id, { dueAt: Date.now() + 60_000, attempts: 1 })
    delivery.wake('c1')
    await delivery.idle()
    mock.timers.reset()
    expect(tried).to.deep.equal(['a'])
  })

  it('goes on after what can never be sent', async () => {
    const tried: string[] = []
    const delivery = sending(async (out) => {
      tried.push(textOf(out))
      return textOf(out) === 'bad' ? 'dropped' : 'sent'
    })
    await say('c1', 'bad')
    await say('c1', 'good')
    delivery.wake('c1')
    await delivery.idle()
    expect(tried).to.deep.equal(['bad', 'good'])
    expect(await store.sending()).to.deep.equal([])
  })

  it('keeps what a sender failed over for the next start, and its note', async () => {
    const failing = sending(async (_, remember) => {
      await remember({ key: 'k' })
      throw new Error('the network is gone')
    })
    await say('c1', 'a')
    failing.wake('c1')
    await failing.idle()
    await failing.stop()
    const out = (await store.outgoing('c1'))!
    expect(out.attempts).to.equal(1)
    expect(out.note).to.deep.equal({ key: 'k' })
    const notes: unknown[] = []
    const next = sending(async ({ note }) => {
      notes.push(note)
      return 'sent'
    })
    await next.start()
    await next.idle()
    expect(notes).to.deep.equal([{ key: 'k' }])
  })

  it('tries again when the pause is over, also when the clock was set back meanwhile', async () => {
    let clock = 1_000_000_000
    const { promise: isSent, resolve: sent } = Promise.withResolvers<void>()
    const send: Sender['send'] = async ({ attempts }) => {
      if (attempts === 0) return { after: 20 }
      sent()
      return 'sent'
    }
    const delivery = new Delivery({ store, log, senders: [{ channel: 'test', send }], now: () => clock })
    await say('c1', 'a')
    delivery.wake('c1')
    await delivery.idle()
    clock -= 3600 * 1000
    await isSent
    await delivery.idle()
    expect(await store.sending()).to.deep.equal([])
  })

  it('keeps to the pause when the clock was set back and more was said meanwhile', async () => {
    let clock = 1_000_000_000
    const tried: string[] = []
    const send: Sender['send'] = async (out) => {
      tried.push(textOf(out))
      return out.attempts === 0 && textOf(out) === 'a' ? { after: 20 } : 'sent'
    }
    const delivery = new Delivery({ store, log, senders: [{ channel: 'test', send }], now: () => clock })
    await say('c1', 'a')
    delivery.wake('c1')
    await delivery.idle()
    clock -= 3600 * 1000
    await say('c1', 'b')
    delivery.wake('c1')
    while ((await store.sending()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    expect(tried).to.deep.equal(['a', 'a', 'b'])
  })

  it('tries again for most of a day, then no more: LINE knows a retry key for 24 hours', async () => {
    let clock = 0
    let tries = 0
    const send = async () => {
      tries++
      throw new Error('the network is gone')
    }
    await say('c1', 'a')
    while ((await store.sending()).length > 0) {
      const out = (await store.outgoing('c1'))!
      clock = Math.max(clock, out.dueAt)
      const delivery = new Delivery({ store, log, senders: [{ channel: 'test', send }], now: () => clock })
      delivery.wake('c1')
      await delivery.idle()
      await delivery.stop()
    }
    const hours = clock / 3_600_000
    expect(hours).to.be.within(22, 23.5)
    const pauses = Array.from({ length: tries - 1 }, (_, attempts) => pauseAfter(attempts))
    expect(pauses.reduce((sum, pause) => sum + pause)).to.equal(clock)
  })
})
