import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { calendar, dayOf } from '../../../bot/day.ts'
import { csvOf } from '../../../bot/desk/csv.ts'
import { leftIn, type NumberSources, readNumbers } from '../../../bot/desk/numbers.ts'
import { conversationTable, stepTable } from '../../../bot/desk/numbersTables.ts'
import { spread } from '../../../bot/desk/spread.ts'
import { createLog } from '../../../bot/log.ts'
import type { Store } from '../../../bot/store/index.ts'
import { openSqlite } from '../../../bot/store/sqlite.ts'
import { takeTurns } from '../../../bot/turn.ts'
import { chance } from '../../support/chance.ts'
import { chat } from '../../support/chat.ts'
import { agents, deskChat } from '../../support/deskChat.ts'
import { looks } from '../../support/looks.ts'
import { Wanderer } from '../../support/wanderer.ts'

const minute = 60_000
const hour = 60 * minute
const today = '2026-11-23'
const period = { from: today, to: today }

/** The same draws in each run. */
function draws(seed: number): (below: number) => number {
  const random = chance(seed)
  return (below) => Math.floor(random() * below)
}

/** So many conversations that stopped at a step within a month, written past the store. */
function fill(file: string, count: number, now: number): void {
  const db = new DatabaseSync(file)
  const state = JSON.stringify({ locale: 'ja', run: { flow: 'service-suspended', path: [{ step: 'role' }] } })
  const activity = JSON.stringify({ type: 'message', text: 'a'.repeat(1000) })
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
  db.prepare(
    `INSERT INTO conversations (id, channel, version, state, seq, touched_at)
     ${numbers} SELECT 'c' || i, 'test', 1, ?, 1, ? - i * ? FROM n`,
  ).run(state, now - hour, Math.floor((29 * 24 * hour) / count))
  db.prepare(
    `INSERT INTO activities (conversation, seq, activity) ${numbers} SELECT 'c' || i, 1, ? FROM n`,
  ).run(activity)
  db.close()
}

function sourcesOf(store: Store, now: () => number): NumberSources {
  const { live } = chat({ silent: true })
  const source = () => ({ content: live.content(), words: live.words() })
  return { store, source, timezone: () => 'Asia/Tokyo', now }
}

describe('the numbers of the desk', () => {
  it('are those of fifty customers, whatever is delivered twice, raced or interrupted by a restart', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'kaijo-numbers-'))
    const now = Date.parse('2026-11-23T10:00:00+09:00')
    const { live } = chat({ silent: true })
    const open = () => openSqlite(join(dir, 'kaijo.db'), () => now)
    const take = () => takeTurns({ store, bot: () => live.bot(), log: createLog('silent'), now: () => now })
    let store = open()
    let turns = take()
    const restart = async () => {
      await turns.stop()
      await store.close()
      store = open()
      turns = take()
      await turns.start()
      await turns.idle()
    }
    const draw = draws(20261123)
    const tally = new Map<string, number>()
    const wanderers = Array.from({ length: 50 }, (_, number) => {
      const conversation = `w${number}`
      const send = async (eventId: string, activity: object) => {
        const inbound = { channel: 'test', eventId, conversation, activity, logged: true }
        // Sometimes the process ends between the two: it was accepted, and had no turn.
        if (draw(20) === 0) await store.accept(inbound).then(restart)
        else {
          // Another instance that takes the same turn at the same instant.
          const other = draw(5) === 0 ? take() : turns
          await Promise.all([turns.accept(inbound), other.accept(inbound), turns.accept(inbound)])
          await Promise.all([turns.idle(), other.idle()])
        }
        if (draw(3) === 0) await turns.accept(inbound)
        await turns.idle()
      }
      const walk = { conversation, store: () => store, content: live.content(), draw, send, tally }
      return { wanderer: new Wanderer(walk), send }
    })
    for (const { wanderer, send } of wanderers) {
      await send(`hello-${wanderers.findIndex((one) => one.wanderer === wanderer)}`, {
        type: 'conversationUpdate',
        locale: 'ja',
      })
      for (let left = 1 + draw(16); left > 0 && (await wanderer.press()); ) left--
    }

    const counted = new Map(
      (await store.counts(today, today)).map(({ flow, step, what, detail, times }) => [
        `${flow}/${step} ${what} ${detail}`.trim(),
        times,
      ]),
    )
    const sorted = (map: Map<string, number>) =>
      Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)))
    expect(sorted(counted)).to.deep.equal(sorted(tally))
    expect(tally.size).to.be.greaterThan(40)

    const numbers = await readNumbers(
      sourcesOf(store, () => now + 2 * hour),
      period,
      'ja',
    )
    const [flow] = numbers.flows
    const [first] = flow?.steps ?? []
    expect(first).to.deep.include({ id: 'role', title: 'ロックされたのはどなたですか？' })
    expect(first?.reached).to.equal(tally.get('service-suspended/role reached'))
    await turns.stop()
    await store.close()
    rmSync(dir, { recursive: true })
  }).timeout(300_000)

  it('count a walk once at each step, however often the customer goes back and forth', async () => {
    const one = chat()
    await one.user('ログオンできない').user('利用者').user('戻る').user('管理者').user('戻る').user('利用者')
    const counts = await one.store.counts('0000', '9999')
    const times = (step: string, what: string) =>
      counts.find((count) => count.step === step && count.what === what)?.times ?? 0
    expect([times('role', 'reached'), times('role', 'done')]).to.deep.equal([1, 1])
    expect([times('at-hand', 'reached'), times('at-hand', 'done')]).to.deep.equal([1, 0])
    expect([times('at-hand', 'back'), times('admin-at-hand/pins', 'back')]).to.deep.equal([1, 1])
    await one.user('最初から').user('利用者')
    const [again] = (await one.store.counts('0000', '9999')).filter(
      ({ step, what }) => step === 'role' && what === 'done',
    )
    expect(again?.times).to.equal(2)
  })

  it('name the symptom that was written as well as the one that was pressed, and votes for answers', async () => {
    const one = chat()
    await one.user('ログオンできない').user('利用者').user('3つともあります').user('わかります')
    await one.types('「管理者ログオン」が見つからない').user('うまくいかない').user('どれでもない')
    const other = chat({ store: one.store })
    await other.types('再発行には何日かかりますか').user('いいえ')
    const counts = await one.store.counts('0000', '9999')
    const troubles = counts.filter(({ what }) => what === 'trouble')
    expect(troubles.map(({ step, detail, times }) => [step, detail, times])).to.deep.equal([
      [troubles[0]?.step, 'no-button', 1],
      [troubles[0]?.step, 'none', 1],
    ])
    const votes = counts.filter(({ flow, step }) => flow === '' && step === 'how-long')
    expect(votes.map(({ what, times }) => [what, times])).to.deep.equal([
      ['answered', 1],
      ['unhelpful', 1],
    ])
  })

  it('say where customers have left: at a step of the bot, an hour without a word', async () => {
    let now = Date.parse('2026-11-23T10:00:00+09:00')
    const store = openSqlite(':memory:', () => now)
    const shared = { store, now: () => now }
    await chat(shared).user('ログオンできない').user('利用者')
    await chat(shared).user('ログオンできない').user('利用者')
    await chat(shared).user('ログオンできない')
    const solved = chat(shared).user('ログオンできない').user('管理者')
    await solved
    const sources = sourcesOf(store, () => now)
    const steps = async () => (await leftIn(sources, period)).map(({ step }) => step).sort()
    now += hour
    expect(await steps()).to.deep.equal([])
    now += minute
    expect(await steps()).to.deep.equal(['admin-at-hand/pins', 'at-hand', 'at-hand', 'role'])
    await solved.user('戻る')
    expect(await steps()).to.deep.equal(['at-hand', 'at-hand', 'role'])
    const numbers = await readNumbers(sources, period, 'en')
    expect(numbers.flows[0]?.steps.find(({ id }) => id === 'at-hand')?.left).to.equal(2)
  })

  it('measure how long customers wait for a person, those who gave up among them, and how long that takes', async () => {
    const one = deskChat()
    const there = () => one.presence.here(agents.yamada.id)
    await one.user('担当者').later(45_000).also(there).later(45_000).also(there)
    await one.agent((desk, press) => desk.take(press())).later(40_000)
    await one.agent((desk, press) => desk.close(press()))
    const other = deskChat({ beside: one })
    await other.user('担当者')
    await one.later(5 * minute)
    await other.user('待つのをやめる')
    const { handoffs } = await readNumbers(sourcesOf(one.store, one.clock), period, 'ja')
    expect(handoffs).to.deep.include({ begun: 2, accepted: 1 })
    expect(handoffs.ended).to.deep.equal({ returned: 0, closed: 1, cancelled: 1, expired: 0 })
    expect(handoffs.waiting).to.deep.include({ count: 2, median: 90, most: 300 })
    expect(handoffs.handling).to.deep.include({ count: 1, median: 40 })
    expect(spread([], [60])).to.deep.equal({
      count: 0,
      median: null,
      most: null,
      buckets: [
        { upTo: 60, times: 0 },
        { upTo: null, times: 0 },
      ],
    })
  })

  it('let turns be taken in between, however many conversations there are', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'kaijo-numbers-'))
    const file = join(dir, 'kaijo.db')
    const now = Date.parse('2026-11-23T10:00:00+09:00')
    const store = openSqlite(file, () => now)
    fill(file, 20_000, now)
    const sources = sourcesOf(store, () => now)
    const month = { from: '2026-10-25', to: today }
    const turns = await looks(async () => {
      const { flows } = await readNumbers(sources, month, 'ja')
      expect(flows).to.have.lengthOf(0)
      expect(await leftIn(sources, month)).to.have.lengthOf(20_000)
      await csvOf(await conversationTable(sources, month, 'ja', (id) => id))
    })
    await store.close()
    rmSync(dir, { recursive: true })
    // A page has 200 of them, and they are read three times.
    expect(turns).to.be.at.least(300)
  })

  it('count by the bank’s day, also when the machine is elsewhere', () => {
    const at = Date.parse('2026-11-23T15:30:00Z')
    expect(dayOf(at, 'Asia/Tokyo')).to.equal('2026-11-24')
    expect(dayOf(at, 'UTC')).to.equal('2026-11-23')
    let zone = 'UTC'
    const days = calendar(() => zone)
    expect([days(at), days(at + 10 * hour)]).to.deep.equal(['2026-11-23', '2026-11-24'])
    zone = 'Asia/Tokyo'
    expect(days(at)).to.equal('2026-11-24')
  })

  it('come as a table of steps and days, and one of conversations that names nobody', async () => {
    let now = Date.parse('2026-11-23T10:00:00+09:00')
    const store = openSqlite(':memory:', () => now)
    await chat({ store, now: () => now, conversation: 'line:U-somebody' })
      .user('ログオンできない')
      .user('利用者')
    now += 2 * hour
    const sources = sourcesOf(store, () => now)
    const [head, ...rows] = await stepTable(sources, period, 'ja')
    const table = rows.map((row) => Object.fromEntries(row.map((cell, place) => [head?.[place], cell])))
    expect(table.find((row) => row.手順 === 'role')).to.deep.include({
      日付: today,
      来た: 1,
      できた: 1,
      離れた: 0,
    })
    expect(table.find((row) => row.手順 === 'at-hand')).to.deep.include({ 来た: 1, できた: 0, 離れた: 1 })
    const people = await conversationTable(sources, period, 'en', () => 'a-pseudonym')
    expect(people).to.have.length(2)
    expect(people[1]?.slice(0, 9)).to.deep.equal([
      ...['a-pseudonym', today, 'test', 'ja', 'service-suspended', 'at-hand', null, 'bot', 0],
    ])
    expect(JSON.stringify(people)).not.to.include('somebody')
  })
})
