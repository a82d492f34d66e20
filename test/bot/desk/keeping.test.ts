import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createAudited } from '../../../bot/desk/audited.ts'
import { csvOf } from '../../../bot/desk/csv.ts'
import { printed } from '../../../bot/desk/export.ts'
import { createRetention } from '../../../bot/desk/retention.ts'
import { openKeys } from '../../../bot/keys.ts'
import { makeDeskTables } from '../../../bot/store/deskTables.ts'
import { openSql, type SqlConnection } from '../../../bot/store/sql.ts'
import { openSqlite } from '../../../bot/store/sqlite.ts'
import { auditPublicKey, type Deed, verifyAudit } from '../../../unlock/index.ts'
import { type DeskVisitor, firstAdmin, handedOver, invited } from '../../support/desk.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'

const day = 24 * 3600 * 1000

async function addNote(sql: SqlConnection, conversation: string, note: string): Promise<void> {
  const values = [`n-${conversation}`, conversation, 'a1', note, 0]
  await sql.run('INSERT INTO desk_notes (id, conversation, account, note, at) VALUES (?, ?, ?, ?, ?)', values)
}

describe('what is kept of conversations', () => {
  let kaijo: Running
  let admin: DeskVisitor
  let supervisor: DeskVisitor
  let agent: DeskVisitor
  const canary = 'canary-9f1c<script>alert(1)</script>'

  before(async () => {
    kaijo = await runKaijo()
    admin = await firstAdmin(kaijo)
    supervisor = await invited(admin, { name: 'lead', role: 'supervisor' })
    agent = await invited(admin, { name: 'tanaka', role: 'agent', shown: '田中' })
  })
  after(() => kaijo.end())

  /** A customer's conversation with one message, as LINE would have it, and a note. */
  const conversation = async (id: string, text: string, user = id) => {
    const eventId = `e-${id}`
    const activity = {
      type: 'message',
      text,
      from: { id: user, role: 'user' },
      timestamp: new Date(1_800_000_000_000),
    }
    await kaijo.turns.accept({
      channel: 'line',
      eventId,
      conversation: id,
      activity: activity as never,
      reference: { user },
      logged: true,
    })
    while (await kaijo.store.pending(id)) await new Promise((resolve) => setImmediate(resolve))
    const sql = openSql(`sqlite:${join(kaijo.dir, 'kaijo.db')}`)
    await addNote(sql, id, `note on ${text}`)
    await sql.close()
  }
  const inFiles = (text: string) =>
    readdirSync(kaijo.dir, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .filter((file) => readFileSync(join(file.parentPath, file.name)).includes(text))
      .map(({ name }) => name)

  it('can be taken along by supervisors, with notes or without', async () => {
    await conversation('line:U1', canary)
    expect((await agent.ask('GET', '/desk/api/conversations/line:U1/export')).status).to.equal(403)
    // What was said to the bot alone is for whoever answers for everything that is kept.
    expect((await supervisor.ask('GET', '/desk/api/conversations/line:U1/export')).status).to.equal(404)
    expect((await agent.ask('GET', '/desk/conversations/line:U1/print')).status).to.equal(404)
    expect((await admin.ask('GET', '/desk/api/conversations/line:U1/export')).status).to.equal(200)
    await handedOver(kaijo.store, 'line:U1')
    const plain = await supervisor.ask('GET', '/desk/api/conversations/line:U1/export')
    expect(plain.headers.get('content-disposition')).to.match(
      /^attachment; filename="conversation-[0-9a-f]{12}\.json"$/,
    )
    expect(plain.body.conversation).to.include({ id: 'line:U1', channel: 'line', owner: 'queue' })
    const texts = plain.body.activities.map((one: { activity: { text?: string } }) => one.activity.text)
    expect(texts[0]).to.equal(canary)
    expect(texts.length).to.be.greaterThan(1)
    expect(plain.body.notes).to.equal(undefined)
    const full = await supervisor.ask('GET', '/desk/api/conversations/line:U1/export?notes=1')
    expect(full.body.notes).to.deep.equal([{ agent: 'a1', note: `note on ${canary}`, at: 0 }])
    expect((await supervisor.ask('GET', '/desk/api/conversations/nobody/export')).status).to.equal(404)
  })

  it('can be printed, with notes or without, and no word of it becomes markup', async () => {
    const plain = await agent.ask('GET', '/desk/conversations/line:U1/print')
    expect(plain.headers.get('content-type')).to.equal('text/html; charset=utf-8')
    expect(plain.headers.get('content-security-policy')).to.match(/^default-src 'none'; style-src 'self';/)
    expect(plain.body)
      .to.contain('canary-9f1c&#60;script&#62;')
      .and.contain('会話の記録')
      .and.contain('お客様')
    expect(plain.body).not.to.contain('<script').and.not.to.contain('note on')
    const full = await agent.ask('GET', '/desk/conversations/line:U1/print?notes=1')
    expect(full.body).to.contain('note on canary-9f1c&#60;script&#62;').and.contain('class="note"')
    expect((await agent.ask('GET', '/desk/print.css')).status).to.equal(200)
  })

  it('is gone from every file when an admin erases the conversation', async () => {
    expect(inFiles('canary-9f1c')).not.to.be.empty
    for (const visitor of [agent, supervisor])
      expect((await visitor.ask('DELETE', '/desk/api/conversations/line:U1')).status).to.equal(403)
    expect((await admin.ask('DELETE', '/desk/api/conversations/line:U1')).status).to.equal(204)
    expect(inFiles('canary-9f1c')).to.deep.equal([])
    expect((await admin.ask('DELETE', '/desk/api/conversations/line:U1')).status).to.equal(404)
  })

  it('is gone when an admin erases a customer, of whom all conversations are found', async () => {
    await conversation('line:U2', 'canary-two', 'U2')
    await conversation('teams:1', 'canary-three', 'U2')
    await conversation('line:U3', 'somebody else')
    expect((await admin.ask('POST', '/desk/api/erasures', { customer: 'U2' })).body).to.deep.equal({
      erased: 2,
    })
    expect(inFiles('canary-t')).to.deep.equal([])
    expect(inFiles('somebody else')).not.to.be.empty
  })

  it('leaves in the audit log who took along, printed and erased, and no word of what was said', async () => {
    const log = readFileSync(join(kaijo.dir, 'audit.log'), 'utf8')
    for (const what of ['exported', 'printed', 'erased']) expect(log).to.contain(`"what":"desk.${what}"`)
    expect(log).not.to.match(/canary|line:U|note on/)
    const key = auditPublicKey(openKeys(join(kaijo.dir, 'link.key')))
    expect((await verifyAudit(kaijo.dir, key)).findings).to.deep.equal([])
  })
})

describe('a printed conversation', () => {
  it('keeps the order in which things were said, also where a channel does not say when', () => {
    const message = (text: string, role: string, timestamp?: number) => ({
      seq: 0,
      activity: {
        type: 'message',
        text,
        from: { role },
        ...(timestamp && { timestamp: new Date(timestamp) }),
      } as never,
    })
    const kept = {
      conversation: { id: 'c', channel: 'line', owner: 'bot', touchedAt: 0 },
      activities: [
        message('first', 'user'),
        message('second', 'bot', 2000),
        message('third', 'user'),
        message('fifth', 'bot', 6000),
      ],
      handoffs: [],
      notes: [{ agent: 'a', note: 'fourth', at: 5000 }],
    }
    const here = { locale: 'en', now: new Date(9000), timeZone: 'Asia/Tokyo' } as const
    const page = printed(kept, { t: (_, key) => key }, here)
    expect(page.match(/first|second|third|fourth|fifth/g)).to.deep.equal([
      'first',
      'second',
      'third',
      'fourth',
      'fifth',
    ])
  })

  it('has the bank’s time, and the channel and the bot under the names that the desk has for them', () => {
    const said = { type: 'message', text: 'x', from: { id: 'kaijo', name: 'Kaijo', role: 'bot' } } as never
    const kept = {
      conversation: { id: 'c', channel: 'directline', owner: 'bot', touchedAt: 0 },
      activities: [{ seq: 1, activity: said }],
      handoffs: [],
    }
    const here = { locale: 'ja', now: new Date('2026-11-23T16:30:00Z'), timeZone: 'Asia/Tokyo' } as const
    const page = printed(kept, { t: (_, key) => key }, here)
    expect(page)
      .to.match(/2026年11月24日 0?1:30/)
      .and.include('<dd>desk:chats.channel.directline</dd>')
    expect(page).to.include('desk:print.bot').and.not.include('Kaijo')
  })
})

describe('retention', () => {
  it('forgets what has been untouched for longer, with its notes, and nothing else', async () => {
    let now = 1_800_000_000_000
    const dir = mkdtempSync(join(tmpdir(), 'kaijo-retention-'))
    const store = openSqlite(join(dir, 'kaijo.db'), () => now)
    const sql = openSql(`sqlite:${join(dir, 'kaijo.db')}`)
    await makeDeskTables(sql)
    const deeds: Deed[] = []
    const clock = () => new Date(now)
    const retention = createRetention({
      store,
      sql,
      audited: createAudited({ write: (deed) => deeds.push(deed) }, clock),
      days: 90,
      clock,
      onError: (error) => {
        throw error
      },
    })
    const say = (conversation: string, eventId: string) =>
      store.accept({
        channel: 'line',
        eventId,
        conversation,
        activity: { type: 'message', text: 'x' },
        logged: true,
      })
    for (const id of ['old', 'busy']) {
      await say(id, `1-${id}`)
      await addNote(sql, id, id)
    }
    // As a purge leaves it that was broken off.
    await addNote(sql, 'gone', 'gone')
    now += 80 * day
    await say('busy', '2-busy')
    now += 9 * day
    expect(await retention.purge()).to.equal(0)
    now += 2 * day
    expect(await retention.purge()).to.equal(1)
    expect(await store.conversation('old')).to.equal(undefined)
    expect((await store.activities('busy', 0, 10)).length).to.equal(2)
    expect((await sql.all('SELECT note FROM desk_notes')).map(({ note }) => note)).to.deep.equal(['busy'])
    expect(deeds).to.deep.equal([{ who: 'bot', what: 'desk.purged', where: 'desk', why: 'retention' }])
    await store.close()
    await sql.close()
    rmSync(dir, { recursive: true })
  })
})

describe('a table for spreadsheets', () => {
  const cells: [cell: string | number | null, written: string][] = [
    ['=HYPERLINK("http://evil.example","x")', `"'=HYPERLINK(""http://evil.example"",""x"")"`],
    ['+1+cmd|x!A1', "'+1+cmd|x!A1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    [' =1', "' =1"],
    ['\u200b=1', "'\u200b=1"],
    ['＝1+1', "'＝1+1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠x', "'＠x"],
    ['a=1', 'a=1'],
    ['"quoted", with comma', '"""quoted"", with comma"'],
    ['two\nlines', '"two\nlines"'],
    ['ロックされた', 'ロックされた'],
    [-3, '-3'],
    [null, ''],
  ]
  for (const [cell, written] of cells)
    it(`has ${JSON.stringify(cell)} in it, and no formula`, async () => {
      expect((await csvOf([[cell]])).toString()).to.equal(`\ufeff${written}\r\n`)
    })
})
