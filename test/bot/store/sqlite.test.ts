import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { openSqlite } from '../../../bot/store/sqlite.ts'
import { held, SqliteDesk } from '../../../bot/store/sqliteDesk.ts'
import { storeContract } from './contract/index.ts'

const THIRTY_DAYS = 30 * 24 * 3600 * 1000

describe('the SQLite store', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-store-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  describe('in a file', () => storeContract(() => openSqlite(join(dir, 'kaijo.db'))))
  describe('in memory', () => storeContract(() => openSqlite(':memory:')))

  it('has everything again after it was closed and opened', async () => {
    const file = join(dir, 'kaijo.db')
    const inbound = { channel: 'x', conversation: 'c1', activity: { text: 'hello' }, logged: true }
    const before = openSqlite(file)
    await before.accept({ ...inbound, eventId: 'e1' })
    await before.close()
    const after = openSqlite(file)
    expect(await after.waiting()).to.deep.equal(['c1'])
    expect((await after.accept({ ...inbound, eventId: 'e1' })).seen).to.equal(true)
    await after.close()
  })

  it('looks for those whom a person has without reading all conversations', async () => {
    const file = join(dir, 'kaijo.db')
    await openSqlite(file).close()
    const db = new DatabaseSync(file)
    const desk = new SqliteDesk(db)
    expect([desk.list({ owner: 'agent', most: 5 }), desk.queueLength()]).to.deep.equal([[], 0])
    for (const owner of ['queue', 'agent'])
      expect(
        db
          .prepare(`EXPLAIN QUERY PLAN SELECT id FROM conversations WHERE ${held} AND owner = ?`)
          .all(owner)[0],
      )
        .to.have.property('detail')
        .that.includes('conversations_owner')
    db.close()
  })

  it('keeps its file from other users of the machine', async () => {
    const store = openSqlite(join(dir, 'inner', 'kaijo.db'))
    await store.open('c1', 'x')
    expect(statSync(join(dir, 'inner', 'kaijo.db')).mode & 0o077).to.equal(0)
    expect(statSync(join(dir, 'inner')).mode & 0o077).to.equal(0)
    await store.close()
  })

  it('keeps what lies beside its file from them too, in a folder that all may read', async () => {
    mkdirSync(join(dir, 'shared'), { mode: 0o755 })
    const store = openSqlite(join(dir, 'shared', 'kaijo.db'))
    await store.open('c1', 'x')
    const files = readdirSync(join(dir, 'shared'))
    expect(files).to.include('kaijo.db-wal')
    for (const file of files) expect(statSync(join(dir, 'shared', file)).mode & 0o077, file).to.equal(0)
    await store.close()
  })

  it('forgets applied events after thirty days, and pending ones never', async () => {
    let now = 0
    const store = openSqlite(join(dir, 'kaijo.db'), () => now)
    const inbound = { channel: 'x', activity: { text: 'hello' }, logged: true }
    await store.accept({ ...inbound, conversation: 'c1', eventId: 'applied' })
    await store.accept({ ...inbound, conversation: 'c2', eventId: 'pending' })
    const turn = {
      conversation: 'c1',
      channel: 'x',
      version: 0,
      state: {},
      eventId: 'applied',
      eventChannel: 'x',
    }
    await store.commit({ ...turn, said: [], requests: [] })
    now = THIRTY_DAYS - 1
    expect((await store.accept({ ...inbound, conversation: 'c1', eventId: 'applied' })).seen).to.equal(true)
    now = THIRTY_DAYS + 1
    await store.accept({ ...inbound, conversation: 'c3', eventId: 'new' })
    expect((await store.accept({ ...inbound, conversation: 'c1', eventId: 'applied' })).seen).to.equal(false)
    expect((await store.pending('c2'))?.eventId).to.equal('pending')
    await store.close()
  })

  it('does not keep a second copy of what was said once it has been applied', async () => {
    const file = join(dir, 'kaijo.db')
    const store = openSqlite(file)
    await store.accept({
      channel: 'x',
      conversation: 'c1',
      eventId: 'e1',
      activity: { text: 'unlogged words' },
      logged: false,
    })
    const turn = { conversation: 'c1', channel: 'x', version: 0, state: {}, eventId: 'e1', eventChannel: 'x' }
    await store.commit({ ...turn, said: [], requests: [] })
    expect(await store.pending('c1')).to.equal(undefined)
    await store.close()
    expect(existsSync(`${file}-wal`)).to.equal(false)
    expect(readFileSync(file).includes('unlogged words')).to.equal(false)
  })

  it('rejects what it cannot write, with nothing half done, and goes on', async () => {
    const store = openSqlite(':memory:')
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const inbound = { channel: 'x', conversation: 'c1', logged: true }
    const [bad, good] = await Promise.allSettled([
      store.accept({ ...inbound, eventId: 'bad', activity: circular }),
      store.accept({ ...inbound, eventId: 'good', activity: { text: 'fine' } }),
    ])
    expect(bad.status).to.equal('rejected')
    expect(good.status).to.equal('fulfilled')
    expect((await store.activities('c1', 0, 10)).map(({ seq }) => seq)).to.deep.equal([1])
    await store.close()
  })

  it('says which file it cannot open', () => {
    writeFileSync(join(dir, 'a-file'), '')
    expect(() => openSqlite(join(dir, 'a-file', 'kaijo.db'))).to.throw(/STORAGE_URL names the file .*a-file/)
  })

  it('takes up a file of the version before the desk, and counts what is in it as touched now', async () => {
    const file = join(dir, 'kaijo.db')
    const old = new DatabaseSync(file)
    old.exec(readFileSync(new URL('./before-desk.sql', import.meta.url), 'utf8'))
    old.exec(
      `INSERT INTO conversations (id, channel, version, state, seq) VALUES ('c1', 'x', 3, '{"a":1}', 1)`,
    )
    old.exec(`INSERT INTO activities VALUES ('c1', 1, '{"type":"message","text":"hello"}')`)
    old.close()
    const now = 1_800_000_000_000
    for (const _ of ['upgraded', 'again']) {
      const store = openSqlite(file, () => now)
      const c1 = await store.conversation('c1')
      expect(c1).to.deep.include({ version: 3, owner: 'bot', agent: null, touchedAt: now, state: { a: 1 } })
      expect(await store.purge(now)).to.deep.equal([])
      expect((await store.conversations({ most: 5 })).map(({ last }) => last?.text)).to.deep.equal(['hello'])
      await store.close()
    }
  })

  it('knows to the minute when a conversation was last touched: by an event, or at the desk', async () => {
    let now = 1_000_000
    const store = openSqlite(':memory:', () => now)
    const touched = async () => (await store.conversation('c1'))?.touchedAt
    const inbound = { channel: 'x', conversation: 'c1', activity: { text: 'hello' }, logged: true }
    await store.accept({ ...inbound, eventId: 'e1' })
    now += 59_999
    await store.accept({ ...inbound, eventId: 'e2' })
    expect(await touched()).to.equal(1_000_000)
    now += 1
    await store.accept({ ...inbound, eventId: 'e3' })
    expect(await touched()).to.equal(1_060_000)
    now += 60_000
    const desk = { eventId: 'press', eventChannel: 'desk', isNew: true, version: 0 }
    await store.commit({ ...desk, conversation: 'c1', channel: 'x', state: {}, said: [], requests: [] })
    expect(await touched()).to.equal(1_120_000)
    await store.close()
  })

  it('forgets old events in pieces that no commit waits long for', async () => {
    const file = join(dir, 'kaijo.db')
    let now = THIRTY_DAYS * 2
    const store = openSqlite(file, () => now)
    const db = new DatabaseSync(file)
    const old = db.prepare(
      "INSERT INTO inbox (channel, event, conversation, activity_id, accepted_at) VALUES ('x', ?, 'c1', '', 1)",
    )
    for (let n = 0; n < 2500; n++) old.run(`old${n}`)
    const left: unknown[] = []
    for (const [n, ms] of [0, 500, 500, 1000, 3_599_000].entries()) {
      now += ms
      const activity = { text: 'hello' }
      await store.accept({ channel: 'x', conversation: 'c1', eventId: `e${n}`, activity, logged: true })
      left.push(db.prepare("SELECT count(*) count FROM inbox WHERE event LIKE 'old%'").get()?.count)
    }
    expect(left).to.deep.equal([1500, 1500, 500, 0, 0])
    db.close()
    await store.close()
  })

  it('remembers nothing of a forgotten conversation in its file', async () => {
    const file = join(dir, 'kaijo.db')
    const store = openSqlite(file)
    const activity = { type: 'message', text: 'a-seeded-canary' }
    await store.accept({ channel: 'x', conversation: 'canary-1', eventId: 'e1', activity, logged: true })
    await store.forget('canary-1')
    await store.close()
    expect(readFileSync(file).includes('canary')).to.equal(false)
  })
})
