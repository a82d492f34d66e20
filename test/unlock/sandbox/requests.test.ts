import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import fc from 'fast-check'
import { isFinal, nextState, readUpdate, type UnlockState, type UnlockStep } from '../../../unlock/index.ts'
import { openDatabase } from '../../../unlock/sandbox/database.ts'
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

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-requests-'))
    db = openDatabase(dir)
    // A machine's crash is not what is tested here, and thousands of runs are.
    db.exec('PRAGMA synchronous = OFF')
    requests = openRequests({ db, clock: () => new Date(now), lifetime: 30 * minute, onChange: () => {} })
  })
  beforeEach(() => {
    now = Date.parse('2026-04-01T09:00:00Z')
  })
  after(() => {
    db.close()
    rmSync(dir, { recursive: true })
  })

  function create() {
    const made = requests.create(asked, `key-${++keys}`)
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
  }).timeout(30_000)
})
