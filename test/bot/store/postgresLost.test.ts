import { mock } from 'node:test'
import { expect } from 'chai'
import type { Store } from '../../../bot/store/index.ts'
import { openPostgres } from '../../../bot/store/postgres.ts'
import { sharedPostgres } from '../../support/postgres.ts'
import { startToxicProxy, type Toxic, type ToxicProxy } from '../../support/toxicProxy.ts'
import { until } from '../../support/until.ts'

describe('the PostgreSQL store behind a line that breaks', () => {
  let proxy: ToxicProxy
  let store: Store
  let told: string[]

  beforeEach(async () => {
    const postgres = await sharedPostgres()
    proxy = await startToxicProxy(postgres.port)
    store = await openPostgres({ url: postgres.place(proxy.port) })
    told = []
    store.onLogged((conversation) => told.push(conversation))
  })
  afterEach(async () => {
    await store.close()
    await proxy.end()
  })

  const event = {
    channel: 'line',
    eventId: 'e1',
    conversation: 'c1',
    activity: { type: 'message', text: 'e1' },
    logged: true,
  }
  const turn = {
    conversation: 'c1',
    channel: 'line',
    version: 0,
    state: { at: 'e1' },
    eventId: 'e1',
    eventChannel: 'line',
    said: [{ type: 'message', text: 'answer' }],
    requests: [],
  }
  const toxicOf = (kind: 'lostAnswer' | 'lostRequest'): Extract<Toxic, { marker: string }> => ({
    ...{ kind, marker: 'COMMIT', share: 1, random: () => 0 },
  })
  const failing = (work: Promise<unknown>) =>
    work.then(
      () => Promise.reject(new Error('It was done.')),
      () => undefined,
    )

  it('has an event that was stored although its answer was lost, and says of the same again that it was seen', async () => {
    proxy.set(toxicOf('lostAnswer'))
    await failing(store.accept(event))
    proxy.set()
    expect((await store.accept(event)).seen).to.equal(true)
  })

  it('has nothing of an event whose storing never arrived', async () => {
    proxy.set(toxicOf('lostRequest'))
    await failing(store.accept(event))
    proxy.set()
    expect((await store.accept(event)).seen).to.equal(false)
  })

  it('tells listeners of a turn whose commit was answered into the void, at once and when it has looked', async () => {
    await store.accept(event)
    told.length = 0
    proxy.set(toxicOf('lostAnswer'))
    await failing(store.commit(turn))
    proxy.set()
    expect(told).to.deep.equal(['c1'])
    expect(await store.pending('c1')).to.equal(undefined)
    expect(told).to.deep.equal(['c1', 'c1'])
    expect(await store.activities('c1', 0, 10)).to.have.length(2)
    await store.pending('c1')
    expect(told).to.have.length(2)
  })

  it('knows an event whose one statement was answered into the void, with all that came of it', async () => {
    const { seq, version } = await store.open('c1', 'line')
    proxy.set({ ...toxicOf('lostAnswer'), marker: 'WITH moved' })
    await failing(store.commit({ ...turn, version, sends: true, accepts: { inbound: event, seq } }))
    proxy.set()
    expect(told).to.deep.equal(['c1'])
    expect(await store.accept(event)).to.deep.equal({ seen: true, activityId: 'c1|0000001' })
    // It has waited for the statement, if that was still on its way; another process may have the lane now.
    expect(told, 'who listens looks once more').to.deep.equal(['c1', 'c1'])
    expect(await store.pending('c1')).to.equal(undefined)
    expect(told).to.have.length(2)
    expect(await store.activities('c1', 0, 10)).to.have.length(2)
    expect(await store.sending(), 'nobody was woken for it: it is found by looking').to.deep.equal(['c1'])
  })

  it('has nothing of an event whose one statement never arrived, and stores it by itself', async () => {
    const { seq, version } = await store.open('c1', 'line')
    proxy.set({ ...toxicOf('lostRequest'), marker: 'WITH moved' })
    await failing(store.commit({ ...turn, version, accepts: { inbound: event, seq } }))
    proxy.set()
    expect(await store.accept(event)).to.deep.equal({ seen: false, activityId: 'c1|0000001' })
    expect((await store.pending('c1'))?.eventId).to.equal('e1')
    expect((await store.conversation('c1'))?.state).to.equal(undefined)
  })

  it('tells other processes what it could not tell them at first, and lets its own listeners look once more', async () => {
    const place = (await sharedPostgres()).place(proxy.port)
    const one = await openPostgres({ url: place })
    const other = await openPostgres({
      url: place.replace(`:${proxy.port}/`, `:${(await sharedPostgres()).port}/`),
    })
    const heard: string[] = []
    other.onLogged((conversation) => heard.push(conversation))
    // Until the other one listens, a hint may be missed.
    for (let n = 0; heard.length === 0; n++)
      await one.accept({ ...event, eventId: `before${n}`, conversation: 'c0' })
    const looked = new Promise<void>((resolve) => one.onLogged(() => undefined, resolve))
    proxy.set({ kind: 'lostRequest', marker: ' logged', share: 1, random: () => 0 })
    const cuts = proxy.cuts()
    await one.accept(event)
    await until(() => proxy.cuts() > cuts)
    proxy.set()
    await until(() => heard.includes('c1'))
    await looked
    await one.close()
    await other.close()
  })

  it('lets its listeners look again when nothing comes any more by the line on which it listens, and nobody said so', async () => {
    mock.timers.enable({ apis: ['setInterval'] })
    try {
      const postgres = await sharedPostgres()
      const place = postgres.place(proxy.port)
      const one = await openPostgres({ url: place })
      const other = await openPostgres({ url: place.replace(`:${proxy.port}/`, `:${postgres.port}/`) })
      const looked = Promise.withResolvers<void>()
      let isListening = false
      one.onLogged(
        () => {
          isListening = true
        },
        () => isListening && looked.resolve(),
      )
      for (let n = 0; !isListening; n++) await other.accept({ ...event, eventId: `before${n}` })
      proxy.set({ kind: 'forgotten' })
      mock.timers.tick(10_000)
      await looked.promise
      await Promise.all([one.close(), other.close()])
    } finally {
      mock.timers.reset()
    }
  })
})
