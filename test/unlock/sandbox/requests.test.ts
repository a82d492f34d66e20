import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import fc from 'fast-check'
import { isFinal, nextState, readUpdate, type UnlockState, type UnlockStep } from '../../../unlock/index.ts'
import { openDatabase } from '../../../unlock/sandbox/database.ts'
import type { BankDeed } from '../../../unlock/sandbox/deed.ts'
import { openRequests, type Requests } from '../../../unlock/sandbox/requests.ts'

const minute = 60_000
const asked = {
  purpose: 'clear-user-suspension',
  locale: 'ja',
  channel: 'directline',
  callbackUrl: 'http://127.0.0.1:9/',
} as const

describe('the requests of the sandbox', () => {
  let dir: string
  let db: DatabaseSync
  let requests: Requests
  let now: number
  let keys = 0
  let deeds: BankDeed[] = []
  let isDiskFull = false

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-requests-'))
    db = openDatabase(dir)
    // A machine's crash is not what is tested here, and thousands of runs are.
    db.exec('PRAGMA synchronous = OFF')
    requests = openRequests({
      db,
      clock: () => new Date(now),
      lifetime: 30 * minute,
      onChange: () => {},
      writeDeed(deed) {
        if (isDiskFull) throw new Error('The disk is full')
        deeds.push(deed)
      },
    })
  })
  beforeEach(() => {
    deeds = []
    isDiskFull = false
    now = Date.parse('2026-04-01T09:00:00Z')
  })
  after(() => {
    db.close()
    rmSync(dir, { recursive: true })
  })

  function create(customer?: string) {
    const made = requests.create({ ...asked, ...(customer && { customer }) }, `key-${++keys}`)
    if ('code' in made) throw new Error(made.code)
    return made
  }
  const told = (id: string) =>
    db
      .prepare('SELECT body FROM events WHERE request = ? ORDER BY seq')
      .all(id)
      .map(({ body }) => readUpdate(Buffer.from(String(body)))?.state)
  const wrong = (code: string) => (code === '0000' ? '0001' : '0000')

  it('reject themselves after five wrong binding codes, and then the right one helps no more', () => {
    const { id, bindingCode } = create()
    const answers = Array.from({ length: 5 }, () => requests.enterCode(id, wrong(bindingCode)))
    expect(answers).to.deep.equal(['wrong', 'wrong', 'wrong', 'wrong', 'closed'])
    expect(requests.enterCode(id, bindingCode)).to.equal('closed')
    expect(requests.read(id)).to.include({ state: 'rejected', reason: 'wrong-code' })
  })

  it('take the binding code in full width too', () => {
    const { id, bindingCode } = create()
    const wide = bindingCode.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
    expect(requests.enterCode(id, ` ${wide} `)).to.equal('right')
  })

  it('expire when they are read, when they are used, and when nobody looks', () => {
    const [read, used, forgotten] = [create(), create(), create()]
    now += 30 * minute
    expect(requests.read(read.id)?.state).to.equal('expired')
    expect(requests.enterCode(used.id, used.bindingCode)).to.equal('closed')
    requests.expire()
    for (const { id } of [read, used, forgotten]) expect(told(id)).to.deep.equal(['expired'])
  })

  /** Opened with its code, so that an administrator can log on for it. */
  function opened() {
    const made = create()
    requests.enterCode(made.id, made.bindingCode)
    return made
  }

  it('are three at most for one customer at a time, who is told when the next one is possible', () => {
    const customer = 'customer-000000001'
    const made = [create(customer), create(customer), create(customer)]
    now += 10 * minute
    const refused = requests.create({ ...asked, customer }, 'fourth')
    expect(refused).to.deep.equal({ code: 'too-many-open', retryAfter: 20 * 60 })
    expect(create('customer-000000002').state).to.equal('created')
    expect(create().state).to.equal('created')
    requests.step(made[0]!.id, 'reject', 'declined')
    expect(requests.create({ ...asked, customer }, 'fourth')).to.include({ state: 'created' })
  })

  it('count as open no longer than they live, whether or not somebody has looked', () => {
    const customer = 'customer-000000003'
    for (let n = 0; n < 3; n += 1) create(customer)
    now += 30 * minute
    expect(create(customer).state).to.equal('created')
  })

  it('are five at most for one customer in an hour', () => {
    const customer = 'customer-000000004'
    for (let n = 0; n < 5; n += 1) requests.step(create(customer).id, 'reject', 'declined')
    now += 15 * minute
    const refused = requests.create({ ...asked, customer }, 'sixth')
    expect(refused).to.deep.equal({ code: 'too-many-this-hour', retryAfter: 45 * 60 })
    now += 45 * minute
    expect(requests.create({ ...asked, customer }, 'sixth')).to.include({ state: 'created' })
  })

  it('are given again for their key, whatever limit is reached', () => {
    const customer = 'customer-000000005'
    const first = requests.create({ ...asked, customer }, 'first of three')
    create(customer)
    create(customer)
    expect(requests.create({ ...asked, customer }, 'first of three')).to.deep.equal(first)
    expect(requests.create({ ...asked, customer: 'customer-000000006' }, 'first of three')).to.include({
      code: 'key-reused',
    })
  })

  it('are verified twenty times at most for one contract in a day; the next one is rejected with its reason', () => {
    for (let n = 0; n < 20; n += 1) expect(requests.verify(opened().id, '0001234567')).to.equal('verified')
    const { id } = opened()
    expect(requests.verify(id, '0001234567')).to.equal('too-many')
    expect(requests.read(id)).to.include({ state: 'rejected', reason: 'too-many' })
    expect(told(id)).to.deep.equal(['opened', 'rejected'])
    expect(requests.verify(opened().id, '0007654321')).to.equal('verified')
    now += 24 * 60 * minute
    expect(requests.verify(opened().id, '0001234567')).to.equal('verified')
  })

  it('are cleared by the contract whose administrator has logged on for them, and by no other', () => {
    const { id } = opened()
    expect(requests.clear(id, '0003')).to.equal(undefined)
    expect(requests.verify(id, '0003')).to.equal('verified')
    expect(requests.verify(id, '0004')).to.equal('closed')
    expect(requests.clear(id, '0004')).to.equal(undefined)
    expect(requests.read(id)?.state).to.equal('verified')
    expect(requests.clear(id, '0003')).to.include({ state: 'cleared' })
    expect(requests.clear(id, '0003')).to.equal(undefined)
  })

  it('write each change down: who, what, from which state to which, and why', () => {
    const { id, bindingCode } = create()
    requests.enterCode(id, wrong(bindingCode))
    requests.enterCode(id, bindingCode)
    requests.verify(id, '0005')
    requests.clear(id, '0005')
    const late = create()
    now += 30 * minute
    requests.read(late.id)
    const who = 'administrator'
    expect(deeds).to.deep.equal([
      { who, what: 'code.wrong', request: id },
      { who, what: 'request.opened', request: id, before: 'created', after: 'opened' },
      { who, what: 'request.verified', request: id, before: 'opened', after: 'verified', contract: '0005' },
      { who, what: 'request.cleared', request: id, before: 'verified', after: 'cleared', contract: '0005' },
      { who: 'bank', what: 'request.expired', request: late.id, before: 'created', after: 'expired' },
    ])
  })

  it('do not change when the change cannot be written down', () => {
    const { id } = opened()
    isDiskFull = true
    expect(() => requests.verify(id, '0006')).to.throw('full')
    expect(requests.read(id)?.state).to.equal('opened')
    expect(told(id)).to.deep.equal(['opened'])
    isDiskFull = false
    expect(requests.verify(id, '0006')).to.equal('verified')
  })

  it('tell their events page by page, for thirty days', () => {
    now = Date.parse('2027-01-01T00:00:00Z')
    const made = Array.from({ length: 120 }, () => opened())
    let after: string | undefined
    const listed: string[] = []
    for (let more = true; more; ) {
      const read = requests.events({ undelivered: true, ...(after && { after }) })
      expect(read.events.length).to.be.within(1, 100)
      listed.push(...read.events.map(({ body }) => readUpdate(Buffer.from(body))?.id ?? ''))
      after = read.events.at(-1)?.id
      more = read.more
    }
    expect(listed).to.deep.equal(made.map(({ id }) => id))
    now += 30 * 24 * 60 * minute
    expect(requests.events({ undelivered: true })).to.deep.equal({ events: [], more: false })
  })

  it('of an earlier version of the database are still there', () => {
    const old = mkdtempSync(join(tmpdir(), 'kaijo-requests-'))
    const before = openDatabase(old)
    before.exec(
      `INSERT INTO requests (id, idempotency_key, purpose, locale, channel, callback_url, binding_code, state,
         created_at, updated_at, expires_at) VALUES ('A', 'k', 'clear-user-suspension', 'ja', 'line', 'http://a/', '1234',
         'opened', '2026-01-01', '2026-01-01', '9999-01-01')`,
    )
    for (let n = 0; n < 2; n += 1) {
      const opened = openRequests({
        db: before,
        clock: () => new Date(),
        lifetime: minute,
        onChange: () => {},
      })
      expect(opened.read('A')).to.include({ state: 'opened' }).and.not.have.property('customer')
    }
    before.close()
    rmSync(old, { recursive: true })
  })

  it('do as the table says, tell each change once, and never go back, whatever happens and whatever the clock does', () => {
    type Command =
      | { kind: 'step'; step: UnlockStep }
      | { kind: 'code'; right: boolean }
      | { kind: 'clock'; by: number }
    const command: fc.Arbitrary<Command> = fc.oneof(
      fc.record({
        kind: fc.constant('step' as const),
        step: fc.constantFrom('open', 'verify', 'clear', 'reject'),
      }),
      fc.record({ kind: fc.constant('code' as const), right: fc.boolean() }),
      fc.record({
        kind: fc.constant('clock' as const),
        by: fc.integer({ min: -5 * minute, max: 10 * minute }),
      }),
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 50 }), (commands) => {
        const { id, bindingCode, expiresAt } = create()
        const been: UnlockState[] = []
        let state: UnlockState = 'created'
        let mistakes = 0
        const take = (step: UnlockStep) => {
          const next = nextState(state, step)
          if (next) been.push(next)
          state = next ?? state
        }
        for (const one of commands) {
          if (one.kind === 'clock') now += one.by
          const isOpen = !isFinal(state)
          if (now >= Date.parse(expiresAt)) take('expire')
          if (one.kind === 'step') {
            requests.step(id, one.step)
            take(one.step)
          }
          if (one.kind === 'code') {
            requests.enterCode(id, one.right ? bindingCode : wrong(bindingCode))
            if (isOpen && !isFinal(state)) {
              if (one.right) take('open')
              else if (++mistakes >= 5) take('reject')
            }
          }
          expect(requests.read(id)?.state).to.equal(state)
        }
        expect(told(id)).to.deep.equal(been)
        expect(new Set(been).size).to.equal(been.length)
        requests.step(id, 'reject')
      }),
      { numRuns: 300 },
    )
  }).timeout(180_000)
})
