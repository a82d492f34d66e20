import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Store } from '../../../bot/store/index.ts'
import { openStore } from '../../../bot/store/open.ts'
import { openSql } from '../../../bot/store/sql.ts'
import { verifyStore } from '../../../bot/store/verify.ts'
import { sharedPostgres } from '../../support/postgres.ts'

/** 120 conversations, more than are read at once; the last one has something to send, and an event that waits. */
async function fill(store: Store): Promise<void> {
  const begin = async (n: number) => {
    const conversation = `c${n}`
    const event = (eventId: string) => ({
      channel: 'line',
      eventId: `${conversation}/${eventId}`,
      conversation,
      activity: { type: 'message', text: 'hello', channelData: { clientActivityID: eventId } },
      logged: true,
    })
    const { activityId } = await store.accept(event('one'))
    await store.commit({
      conversation,
      channel: 'line',
      version: 0,
      state: {},
      eventId: `${conversation}/one`,
      eventChannel: 'line',
      said: [
        { type: 'message', text: 'hi', from: { id: 'bot', role: 'bot', name: '' }, replyToId: activityId },
      ],
      requests: [],
      sends: n === 219,
    })
    if (n === 219) await store.accept(event('two'))
  }
  await Promise.all(Array.from({ length: 120 }, (_, n) => begin(100 + n)))
}

/** What somebody did to a table, and what is said of it. */
const damages: [name: string, statement: string, said: RegExp][] = [
  [
    'an activity is gone',
    "DELETE FROM activities WHERE conversation = 'c117' AND seq = 1",
    /"c117" has no activity number 1$/,
  ],
  [
    'the last activity is gone',
    "DELETE FROM activities WHERE conversation = 'c199' AND seq = 2",
    /"c199" has 1 activities, and 2 were given a number$/,
  ],
  [
    'an activity is of another place',
    "UPDATE activities SET activity = (SELECT other.activity FROM activities other WHERE other.conversation = 'c101' AND other.seq = 2) WHERE conversation = 'c102' AND seq = 2",
    /Activity 2 of "c102" cannot be read, or has the id of another one$/,
  ],
  [
    'a message is there twice',
    `UPDATE activities SET activity = replace(activity, '"two"', '"one"') WHERE conversation = 'c219' AND seq = 3`,
    /"c219" has the message "one" twice$/,
  ],
  [
    'an activity is no JSON',
    "UPDATE activities SET activity = 'x' WHERE conversation = 'c219' AND seq = 3",
    /Activity 3 of "c219" cannot be read/,
  ],
  [
    'an answer comes before its question',
    `UPDATE activities SET activity = replace(activity, '"replyToId":"c120|0000001"', '"replyToId":"c120|0000009"') WHERE conversation = 'c120' AND seq = 2`,
    /Activity 2 of "c120" answers "c120\|0000009"/,
  ],
  [
    'a conversation is gone',
    "DELETE FROM conversations WHERE id = 'c219'",
    /There are activities of "c219"(.|\n)*A message waits for "c219"(.|\n)*The event "c219\/two" of line waits/,
  ],
  [
    'a message is to be sent twice',
    'INSERT INTO outbox (conversation, channel, activities, attempts, due_at) SELECT conversation, channel, activities, 0, 0 FROM outbox',
    /"c219\|0000002" waits to be sent twice$/,
  ],
]

for (const name of ['SQLite', 'PostgreSQL'])
  describe(`what looks over a store of ${name}`, () => {
    let dir: string
    const place = async () =>
      name === 'SQLite'
        ? `sqlite:${join(mkdtempSync(join(dir, 'x')), 'kaijo.db')}`
        : (await sharedPostgres()).place()
    before(() => {
      dir = mkdtempSync(join(tmpdir(), 'kaijo-verify-'))
    })
    after(() => rmSync(dir, { recursive: true }))

    it('finds nothing where nobody has done anything, while a bot has it open', async () => {
      const url = await place()
      const store = await openStore(url)
      await fill(store)
      expect(await verifyStore(url)).to.deep.equal({
        conversations: 120,
        activities: 241,
        waiting: 1,
        unsent: 1,
        findings: [],
      })
      await store.close()
    })

    it('names what is missing, double or out of place', async () => {
      const url = await place()
      const store = await openStore(url)
      await fill(store)
      await store.close()
      const sql = openSql(url)
      // The later ones are of other conversations, or go on from the damage before.
      for (const [damage, statement, said] of damages) {
        await sql.run(statement)
        const { findings } = await verifyStore(url)
        expect(findings.join('\n'), damage).to.match(new RegExp(said.source, 'm'))
      }
      await sql.close()
    })
  })
