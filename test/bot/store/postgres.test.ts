import { expect } from 'chai'
import type { Store } from '../../../bot/store/index.ts'
import { openPostgres } from '../../../bot/store/postgres.ts'
import { addressed, openConnections } from '../../../bot/store/postgresPool.ts'
import { sharedPostgres } from '../../support/postgres.ts'
import { inTheMiddle, openTwoStores, type TwoStores } from '../../support/twoStores.ts'
import { until } from '../../support/until.ts'
import { event, turn } from './contract/conversation.ts'
import { storeContract } from './contract/index.ts'

describe('the PostgreSQL store', () => {
  storeContract(async () => openPostgres({ url: (await sharedPostgres()).place() }))

  it('forgets old events beside what customers do, however many there are', async () => {
    const url = (await sharedPostgres()).place()
    const { address, schema } = addressed(url)
    const errors: unknown[] = []
    let now = 0
    const store = await openPostgres({ url, now: () => now, onError: (error) => errors.push(error) })
    const rows = openConnections(address, schema, () => {}, {})
    await rows.query(`INSERT INTO inbox (channel, event, conversation, activity_id, accepted_at)
      SELECT 'line', 'old' || n, 'c1', 'old' || n, 1 FROM generate_series(1, 25000) AS n`)
    now = 31 * 24 * 3_600_000
    const left = async () => (await rows.query('SELECT count(*) AS count FROM inbox'))[0]?.count
    const letGo = await inTheMiddle(rows, "SELECT 1 AS one FROM inbox WHERE event = 'old7' FOR UPDATE")
    expect((await store.accept(event('new'))).seen).to.equal(false)
    await until(async () => (await left()) === 2)
    await letGo()
    now += 2 * 3_600_000
    await store.accept(event('newer'))
    await until(async () => (await left()) === 2)
    await store.close()
    await rows.close()
    expect(errors).to.deep.equal([])
  })

  describe('of several processes', () => {
    let one: Store
    let other: Store
    let close: TwoStores['close']
    beforeEach(async () => {
      ;({ one, other, close } = await openTwoStores())
    })
    afterEach(() => close())

    const saying = (eventId: string, version: number) => turn(eventId, version, { sends: true })

    it('accepts an event once, whichever of them it comes to', async () => {
      const all = await Promise.all(
        Array.from({ length: 40 }, (_, i) => (i % 2 ? one : other).accept(event('e1'))),
      )
      expect(all.filter(({ seen }) => !seen)).to.have.length(1)
    })

    it('lets one of them apply an event, and the other know it, however they meet', async () => {
      for (let n = 0; n < 40; n++) {
        const conversation = `met${n}`
        await one.open(conversation, 'directline')
        const inbound = event(`m${n}`, { conversation })
        const arriving = { ...saying(`m${n}`, 0), conversation, accepts: { inbound, seq: 0 } }
        const met = n % 2 ? other.commit(arriving) : other.accept(inbound).then(({ seen }) => !seen)
        const [mine, theirs] = await Promise.all([one.commit(arriving), met])
        const isTheirs = theirs === true || theirs === 'committed'
        expect([mine, isTheirs]).to.deep.equal(isTheirs ? ['stale', true] : ['committed', false])
        const log = await one.activities(conversation, 0, 10)
        expect(log.filter(({ activity }) => activity.text === `m${n}`)).to.have.length(1)
      }
    })

    it('lets an event be applied at once, or another one be stored before it, and says which', async () => {
      for (let n = 0; n < 60; n++) {
        const conversation = `beside${n}`
        await one.open(conversation, 'directline')
        const inbound = event(`a${n}`, { conversation })
        const arriving = { ...saying(`a${n}`, 0), conversation, accepts: { inbound, seq: 0 } }
        const beside = other.accept(event(`b${n}`, { conversation }))
        const [mine] = await Promise.all([one.commit(arriving), beside])
        const log = (await one.activities(conversation, 0, 10)).map(({ activity }) => activity.text)
        expect(log).to.deep.equal(
          mine === 'committed' ? [`a${n}`, `answer to a${n}`, `b${n}`] : [`b${n}`],
          mine,
        )
      }
    })

    it('does not apply an event at once where another one, of no log, waits', async () => {
      await one.open('c1', 'directline')
      await other.accept(event('news', { logged: false }))
      const arriving = { ...saying('e1', 0), accepts: { inbound: event('e1'), seq: 0 } }
      expect(await one.commit(arriving)).to.equal('stale')
    })

    it('gives one of them the work of a conversation, until that lets go or its time is over', async () => {
      await one.accept(event('e1'))
      expect(await one.hold('turn c1', 60_000)).to.equal(true)
      expect(await one.hold('turn c1', 60_000)).to.equal(true)
      expect(await other.hold('turn c1', 60_000)).to.equal(false)
      expect(await other.hold('send c1', 60_000)).to.equal(true)
      expect(await other.waiting()).to.deep.equal([])
      expect(await one.waiting()).to.deep.equal(['c1'])
      expect(await other.letGo('turn c1')).to.equal(false)
      expect(await other.hold('turn c1', 60_000)).to.equal(false)
      // Whoever had it looks once more for what the other one has brought.
      expect(await one.letGo('turn c1')).to.equal(true)
      expect(await other.waiting()).to.deep.equal(['c1'])
      expect(await other.hold('turn c1', 0)).to.equal(true)
      expect(await one.hold('turn c1', 60_000)).to.equal(true)
    })

    it('tells the others of what it stored last before it was closed', async () => {
      const url = (await sharedPostgres()).place()
      const [first, last] = await Promise.all([openPostgres({ url }), openPostgres({ url })])
      const heard: string[] = []
      last.onLogged((conversation) => heard.push(conversation))
      // Until the other one listens, a hint may be missed.
      for (let n = 0; heard.length === 0; n++) await first.accept(event(`before${n}`, { conversation: 'c0' }))
      await first.accept(event('e1'))
      await first.close()
      await until(() => heard.includes('c1'))
      await last.close()
      expect(new Set(heard)).to.deep.equal(new Set(['c0', 'c1']))
    })

    it('refuses the commit of one that was held up while the other went on', async () => {
      await one.accept(event('e1'))
      await other.accept(event('e2'))
      expect(await other.commit(saying('e1', 0))).to.equal('committed')
      expect(await one.commit(saying('e1', 0))).to.equal('stale')
      expect(await one.commit(saying('e2', 1))).to.equal('committed')
      const log = await other.activities('c1', 0, 10)
      expect(log.map(({ activity }) => activity.text)).to.deep.equal([
        'e1',
        'e2',
        'answer to e1',
        'answer to e2',
      ])
    })

    it('refuses the commit of one that stood still before it read where the conversation is', async () => {
      await one.accept(event('e1'))
      expect((await one.pending('c1'))?.eventId).to.equal('e1')
      expect(await other.commit(saying('e1', 0))).to.equal('committed')
      const { version = 0 } = (await one.conversation('c1')) ?? {}
      expect(await one.commit(saying('e1', version))).to.equal('stale')
      expect(await other.activities('c1', 0, 10)).to.have.length(2)
      expect(await other.conversation('c1')).to.deep.include({ version: 1, seq: 2 })
    })

    it('tells each of them of what the other one has logged', async () => {
      const heard = new Promise<[string, number]>((resolve) => {
        other.onLogged((conversation, seq) => resolve([conversation, seq]))
      })
      // Until the other one listens, a hint may be missed.
      let isHeard = false
      void heard.then(() => {
        isHeard = true
      })
      for (let i = 0; !isHeard; i++) await one.accept(event(`e${i}`))
      expect((await heard)[0]).to.equal('c1')
    })
  })
}).timeout(180_000)
