import { expect } from 'chai'
import { deskNow, isWithinHours } from '../../../bot/desk/deskNow.ts'
import { createPresence } from '../../../bot/desk/presence.ts'
import { openSqlite } from '../../../bot/store/sqlite.ts'
import type { Support } from '../../../content/index.ts'

const weekdays: Support = {
  hours: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: 9 * 60, to: 17 * 60 },
    { days: ['sat'], from: 0, to: 24 * 60 },
  ],
  closed: ['2026-11-23'],
  timezone: 'Asia/Tokyo',
  waitMinutes: 10,
}

describe('the hours of the desk', () => {
  const cases: [name: string, at: string, isOpen: boolean][] = [
    ['at the first minute', '2026-11-24T09:00:00+09:00', true],
    ['a moment before it', '2026-11-24T08:59:59+09:00', false],
    ['in the last minute', '2026-11-24T16:59:59+09:00', true],
    ['at the end', '2026-11-24T17:00:00+09:00', false],
    ['on a day that has no hours', '2026-11-22T12:00:00+09:00', false],
    ['on a day that is closed', '2026-11-23T12:00:00+09:00', false],
    ['at midnight of a day that is open all day', '2026-11-28T00:00:00+09:00', true],
    ['a moment before that day ends', '2026-11-28T23:59:59+09:00', true],
    ["by the bank's clock and not by the server's", '2026-11-24T00:30:00Z', true],
  ]
  for (const [name, at, isOpen] of cases)
    it(`are ${isOpen ? 'open' : 'closed'} ${name}`, () =>
      expect(isWithinHours(weekdays, Date.parse(at))).to.equal(isOpen))

  it('never close when the bank names none', () => {
    const at = Date.parse('2026-11-22T03:00:00+09:00')
    expect(isWithinHours({ ...weekdays, hours: [], closed: [] }, at)).to.equal(true)
  })
})

describe('the desk as a customer finds it', () => {
  let now = Date.parse('2026-11-24T10:00:00+09:00')
  const store = openSqlite(':memory:')
  const presence = createPresence(() => now)
  const parts = { store, presence, support: () => weekdays, now: () => now }
  const asked = { channel: 'directline', queuedAt: null }
  after(() => store.close())

  it('is closed while nobody is there, and open from the first sign of an agent for a minute', () => {
    expect(deskNow(parts, asked)).to.deep.include({ isOpen: false, why: 'absent' })
    presence.here('a')
    expect(deskNow(parts, asked)).to.deep.include({ isOpen: true })
    now += 60_000
    expect(deskNow(parts, asked)).to.deep.include({ isOpen: false, why: 'absent' })
    presence.here('a')
    presence.gone('a')
    expect(deskNow(parts, asked)).to.deep.include({ isOpen: false, why: 'absent' })
  })

  it('is closed out of hours, whoever is there', () => {
    now = Date.parse('2026-11-24T18:00:00+09:00')
    presence.here('a')
    expect(deskNow(parts, asked)).to.deep.include({ isOpen: false, why: 'hours' })
  })

  it('is not there for an agent who is on the phone', () =>
    expect(deskNow(parts, { ...asked, channel: 'phone' })).to.equal(undefined))
})

describe('an agent who is not heard of', () => {
  let now = 0
  const presence = createPresence(() => now)

  it('may come back within a minute: after a restart, after leaving, after the last sign', () => {
    expect(presence.mayReturn('a')).to.equal(true)
    now = 60_000
    expect(presence.mayReturn('a')).to.equal(false)
    presence.here('a')
    now += 59_999
    expect([presence.isHere('a'), presence.all(), presence.mayReturn('a')]).to.deep.equal([true, ['a'], true])
    presence.gone('a')
    expect([presence.isHere('a'), presence.all(), presence.mayReturn('a')]).to.deep.equal([false, [], true])
    now += 60_000
    expect(presence.mayReturn('a')).to.equal(false)
  })
})
