import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createLog } from '../../bot/log.ts'
import { nextTry, waitOf } from '../../bot/retry.ts'
import type { Store } from '../../bot/store/index.ts'
import { openSqlite } from '../../bot/store/sqlite.ts'
import { type Bot, type Reply, takeTurns } from '../../bot/turn.ts'
import { until } from '../support/until.ts'

const news = {
  channel: 'unlock',
  eventId: 'msg_1/c1',
  conversation: 'c1',
  activity: { type: 'event', name: 'unlock.updated', value: { id: 'R', state: 'cleared' } },
  logged: false,
}
const message = (text: string) => ({
  channel: 'test',
  eventId: text,
  conversation: 'c1',
  activity: { type: 'message', text },
  logged: true,
})

describe("news of the bank's whose turn a mistake of ours has spoiled", () => {
  let dir: string
  let store: Store
  /** When the dialogs are mended. */
  let mended = Number.POSITIVE_INFINITY
  let now: number
  const log = createLog('silent')

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-retry-'))
    now = Date.parse('2026-11-23T00:00:00Z')
    store = openSqlite(join(dir, 'kaijo.db'), () => now)
    // Nobody waits for the bank who has not said a word.
    const turns = start()
    await turns.accept(message('hello'))
    await turns.idle()
  })
  afterEach(async () => {
    await store.close()
    rmSync(dir, { recursive: true })
  })

  const bot: Bot = {
    allowedDigits: [],
    expectsDigits: () => false,
    apology: () => ({ type: 'message', text: 'sorry' }),
    async reply({ activity, state }): Promise<Reply> {
      if (activity.name === 'unlock.updated' && now < mended) throw new Error('a mistake of ours')
      const said = [{ type: 'message', text: activity.name ? activity.value.state : `re ${activity.text}` }]
      return { said, state: state ?? {}, requests: [], passes: [], trace: { event: 'answered' } }
    },
  }
  const start = () => takeTurns({ store, bot: () => bot, log, now: () => now })
  const heard = async () =>
    (await store.activities('c1', 0, 100))
      .map(({ activity }) => activity)
      .filter(({ from }) => from?.role === 'bot')
      .map(({ text }) => text)
      .filter((text) => text !== 're hello')

  /** Lets time pass, and everybody who waits look at the clock. */
  async function later(turns: ReturnType<typeof start>, ms: number) {
    now += ms
    turns.wake('c1')
    await turns.idle()
  }

  it('is told when the mistake is mended, once, and says nothing until then', async () => {
    mended = now + 20_000
    const turns = start()
    await turns.accept(news)
    await turns.idle()
    for (let n = 0; n < 10; n += 1) await later(turns, 500)
    expect(await heard()).to.deep.equal([])
    await later(turns, 60_000)
    expect(await heard()).to.deep.equal(['cleared'])
    await turns.accept(news)
    await later(turns, 24 * 3600_000)
    expect(await heard()).to.deep.equal(['cleared'])
  })

  it('keeps nobody waiting meanwhile', async () => {
    mended = now + 3000
    const turns = start()
    for (const event of [news, message('a'), message('b')]) await turns.accept(event)
    await turns.idle()
    expect(await heard()).to.deep.equal(['re a', 're b'])
    await later(turns, 2000)
    await turns.accept(message('c'))
    await turns.idle()
    await later(turns, 10_000)
    expect(await heard()).to.deep.equal(['re a', 're b', 're c', 'cleared'])
  })

  it('is told after a crash too', async () => {
    mended = now + 1000
    const before = start()
    await before.accept(news)
    await before.idle()
    await before.stop()
    now += 5000
    const after = start()
    await after.start()
    await after.idle()
    expect(await heard()).to.deep.equal(['cleared'])
  })

  it('wakes by itself when its time has come', async () => {
    mended = now
    const turns = takeTurns({ store, bot: () => bot, log })
    const again = { tries: 1, due: Date.now() + 30, moved: 0 }
    await turns.accept({ ...news, activity: { ...news.activity, channelData: { again } } })
    now = Date.now()
    await until(async () => (await heard()).length > 0)
    expect(await heard()).to.deep.equal(['cleared'])
  })

  it('ends with an apology when it was tried for hours', async () => {
    mended = Number.POSITIVE_INFINITY
    const turns = start()
    await turns.accept(news)
    await turns.idle()
    let tries = 0
    for (; (await heard()).length === 0 && tries < 20; tries += 1) await later(turns, 6 * 3600_000)
    expect(tries).to.equal(7)
    expect(await heard()).to.deep.equal(['sorry'])
    expect(await store.waiting()).to.deep.equal([])
  })

  it('is not what a customer has said: that is answered with an apology at once', () => {
    const { channel, eventId, activity } = message('a')
    expect(nextTry({ channel, eventId, activity }, 'c1', now)).to.equal(undefined)
    expect(waitOf({ channel, eventId, activity }, now)).to.equal(0)
  })
})
