import { expect } from 'chai'
import type { Store } from '../../../bot/store/index.ts'
import type { Connections } from '../../../bot/store/postgresPool.ts'
import { inTheMiddle, openTwoStores, type TwoStores } from '../../support/twoStores.ts'

describe('the erasure of a conversation on PostgreSQL, while its customer writes', () => {
  let one: Store
  let other: Store
  let rows: Connections
  let waits: TwoStores['waits']
  let close: TwoStores['close']
  beforeEach(async () => {
    ;({ one, other, rows, waits, close } = await openTwoStores())
    await one.open('c1', 'line')
  })
  afterEach(() => close())

  const event = (eventId: string) => ({
    ...{ channel: 'line', eventId, conversation: 'c1', logged: true },
    activity: { type: 'message', text: eventId },
  })
  const left = async () => {
    const counts: Record<string, number> = {}
    for (const table of ['conversations', 'activities', 'inbox', 'outbox']) {
      const column = table === 'conversations' ? 'id' : 'conversation'
      const found = await rows.query(`SELECT 1 AS one FROM ${table} WHERE ${column} = 'c1'`)
      counts[table] = found.length
    }
    return counts
  }

  /** Holds the conversation as a turn does that is about to commit, with what it writes; resolves when it holds it. */
  const turnInTheMiddle = () =>
    inTheMiddle(rows, "UPDATE conversations SET version = version + 1, seq = seq + 1 WHERE id = 'c1'", [
      "INSERT INTO activities (conversation, seq, activity) VALUES ('c1', 1, '{}')",
      `INSERT INTO inbox (channel, event, conversation, activity_id, activity, accepted_at)
        VALUES ('line', 'e1', 'c1', 'c1|1', '{}', 0)`,
      "INSERT INTO outbox (conversation, channel, activities) VALUES ('c1', 'line', '[]')",
    ])

  it('leaves nothing of a turn that commits at the same instant', async () => {
    const commitTurn = await turnInTheMiddle()
    const forgotten = one.forget('c1')
    await waits('%conversations%')
    await Promise.all([commitTurn(), forgotten])
    expect(await left()).to.deep.equal({ conversations: 0, activities: 0, inbox: 0, outbox: 0 })
    await other.accept(event('e2'))
    expect((await other.activities('c1', 0, 10)).map(({ activity }) => activity.text)).to.deep.equal(['e2'])
  })

  it('leaves a conversation whole that begins anew while another one erases it, too', async () => {
    // What another erasure does, up to its end, and then what the customer writes at once.
    const erase = await inTheMiddle(rows, "SELECT 1 AS one FROM conversations WHERE id = 'c1' FOR UPDATE", [
      "DELETE FROM conversations WHERE id = 'c1'",
    ])
    // In the way of whoever goes on erasing, until the customer has written.
    const stepAside = await inTheMiddle(rows, 'LOCK TABLE handoffs IN EXCLUSIVE MODE')
    const forgotten = one.forget('c1')
    await waits('%conversations%')
    await erase()
    await other.accept(event('e1'))
    await Promise.all([stepAside(), forgotten])
    expect(await left()).to.deep.equal({ conversations: 1, activities: 1, inbox: 1, outbox: 0 })
  })

  it('and a turn that applies an event that waits do not wait for each other for ever', async () => {
    await one.accept(event('e1'))
    const commitTurn = await inTheMiddle(
      rows,
      "UPDATE conversations SET version = version + 1 WHERE id = 'c1'",
      ["UPDATE inbox SET activity = NULL WHERE event = 'e1'"],
    )
    const forgotten = one.forget('c1')
    await waits('%conversations%')
    await Promise.all([commitTurn(), forgotten])
    expect((await left()).inbox).to.equal(0)
  })
})
