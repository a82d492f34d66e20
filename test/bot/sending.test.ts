import { expect } from 'chai'
import { Sending, type SendingStore } from '../../bot/sending.ts'
import type { Unsent } from '../../bot/store/index.ts'

describe('a conversation that is being sent', () => {
  const out = (id: number): Unsent => ({
    ...{ id, conversation: 'c1', channel: 'line', activities: [], attempts: 0, dueAt: 0 },
  })
  let calls: string[]
  /** What waits; the first of it is read with the claim. */
  let waiting: Unsent[]
  let isWanted: boolean
  /** The answers to claims wait for it. */
  let answering: Promise<void>

  beforeEach(() => {
    calls = []
    waiting = [out(1), out(2)]
    isWanted = false
    answering = Promise.resolve()
  })

  const store: SendingStore = {
    letGo: async (work) => calls.push(`let go ${work}`) < 0,
    async holdToSend(conversation, ms) {
      calls.push(`hold and read ${conversation} ${ms}`)
      await answering
      return { out: waiting[0] }
    },
    async outgoing(conversation) {
      calls.push(`read ${conversation}`)
      return waiting[0]
    },
    async sent({ id }) {
      calls.push(`sent ${id}`)
      waiting = waiting.filter((one) => one.id !== id)
      return { next: waiting[0], isWanted }
    },
  }
  const begun = async () => {
    const sending = new Sending(store, 'c1')
    expect(await sending.hold(9)).to.equal(true)
    return sending
  }

  it('reads the first with the claim, each other one with the end of the one before, and lets go with the last', async () => {
    const sending = await begun()
    expect((await sending.next())?.id).to.equal(1)
    expect(await sending.sent(out(1))).to.equal(true)
    expect((await sending.next())?.id).to.equal(2)
    expect(await sending.sent(out(2))).to.equal(false)
    expect(await sending.letGo()).to.equal(false)
    expect(calls).to.deep.equal(['hold and read c1 9', 'sent 1', 'sent 2'])
  })

  it('is not ours when another process has it', async () => {
    const sending = new Sending({ ...store, holdToSend: async () => undefined }, 'c1')
    expect(await sending.hold(9)).to.equal(false)
  })

  it('says when another process has asked for it before the last was sent', async () => {
    const sending = await begun()
    isWanted = true
    waiting = []
    expect(await sending.sent(out(1))).to.equal(false)
    expect(await sending.letGo()).to.equal(true)
  })

  it('is read again, and let go of, when the first must wait for another try', async () => {
    const sending = await begun()
    await sending.next()
    expect((await sending.next())?.id).to.equal(1)
    await sending.letGo()
    expect(calls).to.deep.equal(['hold and read c1 9', 'read c1', 'let go send c1'])
  })

  it('is claimed no more once it is given back: the claim would be nobody’s', async () => {
    const sending = await begun()
    const claimed = Promise.withResolvers<void>()
    answering = claimed.promise
    const renewed = sending.hold(9)
    waiting = []
    const isMore = sending.sent(out(1))
    const late = sending.hold(9)
    await new Promise((resolve) => setImmediate(resolve))
    const twice = ['hold and read c1 9', 'hold and read c1 9']
    expect(calls, 'waits for the claim that is on its way').to.deep.equal(twice)
    claimed.resolve()
    expect(await renewed).to.equal(true)
    expect(await isMore).to.equal(false)
    expect(await late).to.equal(true)
    await sending.letGo()
    expect(calls).to.deep.equal([...twice, 'sent 1'])
  })

  it('is kept when what was sent could not be noted: another process would send it again', async () => {
    const failing = new Sending({ ...store, sent: () => Promise.reject(new Error('no database')) }, 'c1')
    await failing.hold(9)
    const error = await failing.sent(out(1)).catch((reason) => reason)
    expect(error.message).to.equal('no database')
    expect(await failing.letGo()).to.equal(false)
    expect(calls).to.deep.equal(['hold and read c1 9'])
  })
})
