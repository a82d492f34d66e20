import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { copyStore } from '../../../bot/store/copy.ts'
import { makeDeskTables } from '../../../bot/store/deskTables.ts'
import { openPostgres } from '../../../bot/store/postgres.ts'
import { openSql } from '../../../bot/store/sql.ts'
import { openSqlite } from '../../../bot/store/sqlite.ts'
import { sharedPostgres } from '../../support/postgres.ts'

const command = join(import.meta.dirname, '..', '..', '..', 'bot', 'storeCopyCommand.ts')

describe('the copy of a store', () => {
  let dir: string
  let file: string
  let url: string
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-copy-'))
    file = join(dir, 'kaijo.db')
    url = (await sharedPostgres()).place()
    await fill(file)
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('goes on in PostgreSQL where it stood in SQLite', async () => {
    const copied = await copyStore(file, url)
    expect(copied.find(({ table }) => table === 'activities')?.rows).to.equal(6059)
    const store = await openPostgres({ url })
    expect(await store.waiting()).to.deep.equal(['c29'])
    expect((await store.accept(event('e1', 'c1'))).seen).to.equal(true)
    expect((await store.conversation('c1'))?.state).to.deep.equal({ at: 'c1', text: '𠮷\u0000' })
    expect((await store.pass('12345678'))?.isSpent).to.equal(false)
    await store.accept(event('new', 'c1'))
    expect((await store.pending('c1'))?.eventId).to.equal('new')
    await store.close()
  })

  it('goes on where it stood when it was killed, again and again, and ends the same', async () => {
    let kills = 0
    for (let ms = 500; ; ms += 150) {
      const child = spawn(process.execPath, [command, `sqlite:${file}`, url], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const printed = text(child)
      const timer = setTimeout(() => kills++ < 6 && child.kill('SIGKILL'), ms)
      const [code] = await once(child, 'exit')
      clearTimeout(timer)
      if (code === null) continue
      expect(code).to.equal(0)
      expect(await printed)
        .to.match(/activities +6059 rows/)
        .and.include('Both sides are the same')
      break
    }
    expect(kills).to.be.greaterThan(0)
  }).timeout(300_000)

  it('says what stands in the way, and copies nothing then', async () => {
    const said = async (...[from, to]: [string, string]) =>
      ((await copyStore(from, to).catch((error: Error) => error)) as Error).message
    expect(await said(join(dir, 'nothing.db'), url)).to.match(/no file .*nothing\.db/)
    const store = await openPostgres({ url })
    await store.accept(event('e1', 'c1'))
    await store.close()
    expect(await said(file, url)).to.match(/rows in "\w+" already; copy into an empty/)
    const other = (await sharedPostgres()).place()
    const busy = new DatabaseSync(file)
    busy.exec('BEGIN IMMEDIATE')
    expect(await said(file, other)).to.match(/is in use; stop the bot/)
    busy.close()
    await copyStore(file, other)
  })

  it('finds what is not the same on both sides', async () => {
    await (await openPostgres({ url })).close()
    const sql = openSql(url)
    // As if somebody had used the target while a copy was broken off.
    await sql.run('CREATE TABLE copying (name text PRIMARY KEY, last text)')
    await sql.run("INSERT INTO unanswered (question, locale, kind, at) VALUES ('mine', 'en', 'none', 5)")
    await sql.close()
    const failure = (await copyStore(file, url).catch((error: Error) => error)) as Error
    expect(failure.message).to.match(/"unanswered" is not the same on both sides/)
  })
}).timeout(180_000)

async function text({ stdout }: ChildProcess): Promise<string> {
  let all = ''
  for await (const chunk of stdout ?? []) all += chunk
  return all
}

function event(eventId: string, conversation: string) {
  return {
    channel: 'line',
    eventId,
    conversation,
    activity: { type: 'message', text: eventId },
    logged: true,
  }
}

/** Thirty conversations, one of them long and one with an event that waits. */
async function fill(file: string): Promise<void> {
  const store = openSqlite(file)
  for (let i = 0; i < 30; i++) {
    await store.accept(event(`e${i}`, `c${i}`))
    const said = Array.from({ length: i === 7 ? 6001 : 1 }, (_, place) => ({
      type: 'message',
      text: `手順 ${place}`,
    }))
    const pass = { id: '12345678', flow: 'f', step: 's', request: 'r1', expiresAt: Date.now() + 60_000 }
    if (i < 29)
      await store.commit({
        conversation: `c${i}`,
        channel: 'line',
        version: 0,
        state: { at: `c${i}`, text: '𠮷\u0000' },
        eventId: `e${i}`,
        eventChannel: 'line',
        said,
        requests: ['r1'],
        ...(i === 1 && { passes: [pass] }),
      })
  }
  await store.close()
  const sql = openSql(`sqlite:${file}`)
  await makeDeskTables(sql)
  await sql.close()
}
