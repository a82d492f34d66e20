import { expect } from 'chai'
import { Sending } from '../../../bot/sending.ts'
import type { Store } from '../../../bot/store/index.ts'
import type { Connections } from '../../../bot/store/postgresPool.ts'
import { inTheMiddle, openTwoStores, type TwoStores } from '../../support/twoStores.ts'

describe('the outbox that two processes share on PostgreSQL', () => {
  let one: Store
  let other: Store
  let rows: Connections
  let waits: TwoStores['waits']
  let close: TwoStores['close']
  beforeEach(async () => {
    ;({ one, other, rows, waits, close } = await openTwoStores())
  })
  afterEach(() => close())

  /** Puts words into the outbox, a turn for each. */
  const say = async (texts: readonly string[], conversation = 'c1') => {
    for (const text of texts) {
      const eventId = `${conversation}-${text}`
      const inbound = { channel: 'line', eventId, conversation, activity: {}, logged: false }
      await one.accept(inbound)
      const version = (await one.conversation(conversation))?.version as number
      const said = [{ type: 'message', text }]
      const turn = { conversation, channel: 'line', version, state: {}, said, requests: [], sends: true }
      await one.commit({ ...turn, eventId, eventChannel: 'line' })
    }
  }
  const textOf = (unsent: { activities: { text?: string }[] } | undefined) => unsent?.activities[0]?.text

  it('is one process’s until the last is sent; the other has asked for it meanwhile, and finds nothing', async () => {
    await say(['a', 'b'])
    const { out } = (await one.holdToSend('c1', 60_000))!
    expect(textOf(out)).to.equal('a')
    expect(await other.holdToSend('c1', 60_000)).to.equal(undefined)
    expect(await other.sending()).to.deep.equal([])
    const { next } = await one.sent(out!)
    expect(textOf(next)).to.equal('b')
    expect(await other.holdToSend('c1', 60_000), 'there is more').to.equal(undefined)
    expect(await one.sent(next!)).to.deep.equal({ isWanted: true })
    expect(await other.holdToSend('c1', 60_000)).to.deep.equal({})
  })

  it('is taken up by the other process when the time of the first is over', async () => {
    await say(['a'])
    const { out } = (await one.holdToSend('c1', 0))!
    expect(textOf((await other.holdToSend('c1', 60_000))?.out)).to.equal('a')
    // It has been sent, however late; the other one keeps its claim.
    expect(await one.sent(out!)).to.deep.equal({ isWanted: false })
    expect(await one.holdToSend('c1', 60_000)).to.equal(undefined)
  })

  it('shows nobody what was sent while he waited for his claim', async () => {
    await say(['a', 'b'])
    const { out } = (await one.holdToSend('c1', 60_000))!
    // What `sent` does, with a pause before it is done.
    const sent = await inTheMiddle(
      rows,
      `WITH taken AS (DELETE FROM outbox WHERE id = ${out?.id}) DELETE FROM leases WHERE work = 'send c1'`,
    )
    const claimed = other.holdToSend('c1', 60_000)
    await waits('%lane%outbox%')
    await sent()
    expect(textOf((await claimed)?.out)).to.equal('b')
  })

  it('is asked for again by who stood still while the other one sent, and is read anew', async () => {
    await say(['a', 'b'])
    const still = Promise.withResolvers<void>()
    const sleepy: Store = Object.create(one, {
      holdToSend: { value: (id: string) => one.holdToSend(id, 0) },
      sent: {
        async value(out: { id: number; conversation: string }) {
          const answer = await one.sent(out)
          await still.promise
          return answer
        },
      },
    })
    const sending = new Sending(sleepy, 'c1')
    expect(await sending.hold(0)).to.equal(true)
    const isMore = sending.sent((await sending.next())!)
    const renewed = sending.hold(0)
    let taken: Awaited<ReturnType<Store['holdToSend']>>
    while (!taken?.out || textOf(taken.out) === 'a') taken = await other.holdToSend('c1', 60_000)
    still.resolve()
    expect(await isMore).to.equal(true)
    expect(await renewed, 'the other one is at it').to.equal(false)
    expect(await other.sent(taken.out)).to.deep.equal({ isWanted: true })
    expect(await sending.hold(0)).to.equal(true)
    expect(await sending.next(), 'the other one has sent it').to.equal(undefined)
  })

  it('shows everything once, and in order, to two who send side by side', async () => {
    const conversations = Array.from({ length: 20 }, (_, i) => `c${i}`)
    const texts = ['a', 'b', 'c', 'd', 'e']
    for (const conversation of conversations) await say(texts, conversation)
    const seen = new Map<string, string[]>(conversations.map((conversation) => [conversation, []]))
    const empty = async (store: Store, conversation: string) => {
      for (;;) {
        let unsent = await store.holdToSend(conversation, 60_000)
        if (unsent && !unsent.out) return void (await store.letGo(`send ${conversation}`))
        while (unsent?.out) {
          seen.get(conversation)?.push(textOf(unsent.out) as string)
          const { next } = await store.sent(unsent.out)
          unsent = { out: next }
        }
      }
    }
    await Promise.all(conversations.flatMap((id) => [empty(one, id), empty(other, id)]))
    for (const [conversation, sent] of seen) expect(sent, conversation).to.deep.equal(texts)
  })
})
