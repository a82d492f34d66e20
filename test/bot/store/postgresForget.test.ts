import { expect } from 'chai'
import type { Store } from '../../../bot/store/index.ts'
import { openPostgres } from '../../../bot/store/postgres.ts'
import { addressed, type Connections, openConnections } from '../../../bot/store/postgresPool.ts'
import { sharedPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'

describe('the erasure of a conversation on PostgreSQL, while its customer writes', () => {
  let one: Store
  let other: Store
  let rows: Connections
  beforeEach(async () => {
    const url = (await sharedPostgres()).place()
    ;[one, other] = await Promise.all([openPostgres({ url }), openPostgres({ url })])
    const { address, schema } = addressed(url)
    rows = openConnections(address, schema, () => {}, {})
    await one.open('c1', 'line')
  })
  afterEach(() => Promise.all([one.close(), other.close(), rows.close()]))

  const event = (eventId: string) => ({
    ...{ channel: 'line', eventId, conversation: 'c1', logged: true },
    activity: { type: 'message', text: eventId },
  })
  const waits = async (query: string) => {
    const waiting = "SELECT 1 AS one FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1"
    await until(async () => (await rows.query(waiting, [query])).length > 0)
  }
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
  const turnInTheMiddle = async () => {
    const isHeld = Promise.withResolvers<void>()
    const goesOn = Promise.withResolvers<void>()
    const done = rows.transaction(async (query) => {
      await query("UPDATE conversations SET version = version + 1, seq = seq + 1 WHERE id = 'c1'")
      isHeld.resolve()
      await goesOn.promise
      await query("INSERT INTO activities (conversation, seq, activity) VALUES ('c1', 1, '{}')")
      await query(`INSERT INTO inbox (channel, event, conversation, activity_id, activity, accepted_at)
        VALUES ('line', 'e1', 'c1', 'c1|1', '{}', 0)`)
      await query("INSERT INTO outbox (conversation, channel, activities) VALUES ('c1', 'line', '[]')")
    })
    await isHeld.promise
    return { done, goOn: () => goesOn.resolve() }
  }

  it('leaves nothing of a turn that commits at the same instant', async () => {
    const turn = await turnInTheMiddle()
    const forgotten = one.forget('c1')
    await waits('%conversations%')
    turn.goOn()
    await Promise.all([turn.done, forgotten])
    expect(await left()).to.deep.equal({ conversations: 0, activities: 0, inbox: 0, outbox: 0 })
    await other.accept(event('e2'))
    expect((await other.activities('c1', 0, 10)).map(({ activity }) => activity.text)).to.deep.equal(['e2'])
  })

  it('leaves a conversation whole that begins anew while another one erases it, too', async () => {
    const isHeld = Promise.withResolvers<void>()
    const goesOn = Promise.withResolvers<void>()
    // What another erasure does, up to its end, and then what the customer writes at once.
    const erasing = rows.transaction(async (query) => {
      await query("SELECT 1 AS one FROM conversations WHERE id = 'c1' FOR UPDATE")
      isHeld.resolve()
      await goesOn.promise
      await query("DELETE FROM conversations WHERE id = 'c1'")
    })
    await isHeld.promise
    // In the way of whoever goes on erasing, until the customer has written.
    const stopped = Promise.withResolvers<void>()
    const standing = rows.transaction(async (query) => {
      await query('LOCK TABLE handoffs IN EXCLUSIVE MODE')
      await stopped.promise
    })
    const forgotten = one.forget('c1')
    await waits('%conversations%')
    goesOn.resolve()
    await erasing
    await other.accept(event('e1'))
    stopped.resolve()
    await Promise.all([standing, forgotten])
    expect(await left()).to.deep.equal({ conversations: 1, activities: 1, inbox: 1, outbox: 0 })
  })

  it('and a turn that applies an event that waits do not wait for each other for ever', async () => {
    await one.accept(event('e1'))
    const isHeld = Promise.withResolvers<void>()
    const goesOn = Promise.withResolvers<void>()
    const turn = rows.transaction(async (query) => {
      await query("UPDATE conversations SET version = version + 1 WHERE id = 'c1'")
      isHeld.resolve()
      await goesOn.promise
      await query("UPDATE inbox SET activity = NULL WHERE event = 'e1'")
    })
    await isHeld.promise
    const forgotten = one.forget('c1')
    await waits('%conversations%')
    goesOn.resolve()
    await Promise.all([turn, forgotten])
    expect((await left()).inbox).to.equal(0)
  })
})
