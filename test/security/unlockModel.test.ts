import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Inbound } from '../../bot/store/index.ts'
import { takeEvent } from '../../bot/unlockEvents.ts'
import type { Reply, State } from '../../dialogs/index.ts'
import {
  readUpdate,
  signWebhook,
  UnlockNotFound,
  UnlockRefused,
  type UnlockRequest,
  type UnlockState,
  UnlockUnavailable,
  verifyWebhook,
} from '../../unlock/index.ts'
import { openDatabase } from '../../unlock/sandbox/database.ts'
import { type KeptRequest, openRequests, type Requests } from '../../unlock/sandbox/requests.ts'
import { writeUpdate } from '../../unlock/update.ts'
import { buttons, Mind } from '../support/mind.ts'

const minute = 60_000
const runs = 2000
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const clearedWords = /解除を確認しました|解除されたことを、銀行に確認しました/
const states: UnlockState[] = ['created', 'opened', 'verified', 'cleared', 'rejected', 'expired']
const mayFollow: Record<UnlockState, UnlockState[]> = {
  created: ['opened', 'rejected', 'expired'],
  opened: ['verified', 'rejected', 'expired'],
  verified: ['cleared', 'rejected', 'expired'],
  cleared: [],
  rejected: [],
  expired: [],
}

type Command =
  | { do: 'presses'; button: number }
  | { do: 'code'; which: number; right: boolean }
  | { do: 'verify' | 'clear'; which: number; contract: string }
  | { do: 'decline'; which: number }
  | { do: 'clock'; by: number }
  | { do: 'deliver'; which: number }
  | { do: 'lie'; which: number; state: UnlockState }
  | { do: 'recover' | 'expire' | 'down' | 'up' }

const which = fc.nat({ max: 9 })
const contract = fc.constantFrom('0001', '0002')
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('presses' as const),
      // The first button is the way on; most people take it.
      button: fc.oneof(fc.constant(0), fc.nat({ max: 5 })),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('code' as const), which, right: fc.boolean() }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom('verify' as const, 'clear' as const), which, contract }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('decline' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      by: fc.integer({ min: -10 * minute, max: 45 * minute }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lie' as const), which, state: fc.constantFrom(...states) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('recover' as const, 'expire', 'down', 'up', 'up') }),
  },
)

/** One customer, one bank, two administrators, and everything that can happen between them. */
class Journey {
  now = Date.now()
  isDown = false
  state: State
  /** What can be pressed now. */
  offered: ReturnType<typeof buttons> = []
  /** The customer's requests at the bank, oldest first. */
  readonly made: string[] = []
  readonly seen = new Set<string>()
  /** How often the customer was told that a request is cleared. */
  readonly told = new Map<string, number>()
  readonly verifiedBy = new Map<string, string>()
  readonly last = new Map<string, UnlockState>()
  readonly db: DatabaseSync
  readonly mind: Mind
  readonly requests: Requests
  readonly #newest: StatementSync
  #looked = 0

  constructor(db: DatabaseSync, mind: Mind, start: State) {
    this.db = db
    this.mind = mind
    this.state = start
    db.exec('DELETE FROM events; DELETE FROM requests')
    this.#newest = db.prepare('SELECT seq, body FROM events WHERE seq > ? ORDER BY seq')
    const clock = () => new Date(this.now)
    this.requests = openRequests({ db, clock, lifetime: 30 * minute, onChange: () => {} })
    Object.assign(mind.bank, {
      create: async (_: unknown, key: string) => this.#create(key),
      read: async (id: string) => this.#read(id),
    })
  }

  #create(key: string): UnlockRequest {
    if (this.isDown) throw new UnlockUnavailable('down')
    const asked = { purpose: 'clear-user-suspension', locale: 'ja', channel: 'test' } as const
    const customer = 'customer-of-this-journey'
    const made = this.requests.create({ ...asked, customer, callbackUrl: 'http://127.0.0.1:9/' }, key)
    if ('code' in made) throw new UnlockRefused('too-many-open', made.retryAfter)
    if (!this.made.includes(made.id)) this.made.push(made.id)
    return shown(made)
  }

  #read(id: string): UnlockRequest {
    if (this.isDown) throw new UnlockUnavailable('down')
    const found = this.requests.read(id)
    if (!found) throw new UnlockNotFound('none')
    return shown(found)
  }

  /** Whether the bank has it as cleared; nobody can undo that. */
  isCleared(id: string): boolean {
    return this.requests.read(id)?.state === 'cleared'
  }

  async says(text: string): Promise<void> {
    this.#hear(await this.mind.says(this.state, text))
  }

  async presses(nth: number): Promise<void> {
    const value = this.offered[nth % Math.max(1, this.offered.length)]?.value
    if (value) this.#hear(await this.mind.presses(this.state, value))
  }

  /** What the customer hears is true, and new but once. */
  #hear(reply: Reply): void {
    const isSaid = reply.said.some(({ text }) => clearedWords.test(text ?? ''))
    const news = reply.state.told.filter((id) => !this.state.told.includes(id))
    const cleared = news.filter((id) => this.isCleared(id))
    if (isSaid) expect(this.made.some((id) => this.isCleared(id))).to.equal(true)
    for (const id of cleared) {
      expect(isSaid).to.equal(true)
      this.told.set(id, (this.told.get(id) ?? 0) + 1)
    }
    this.state = reply.state
    if (reply.said.length > 0) this.offered = buttons(reply)
  }

  /** The bank's news, signed and checked as they are over the wire; what cannot be taken now comes again. */
  async deliver(event: string, body: Buffer): Promise<void> {
    const now = new Date(this.now)
    const headers = signWebhook({ id: event, body, keys: [privateKey], now })
    const verdict = verifyWebhook({ headers, body, keys: [publicKey], now })
    const update = readUpdate(body)
    if (!verdict.valid || !update) throw new Error('The webhook is good and was refused')
    const accept = async ({ eventId, activity }: Inbound) => {
      const seen = this.seen.has(eventId)
      this.seen.add(eventId)
      if (!seen) this.#hearNews(await this.mind.hear(this.state, activity))
      return { seen, activityId: '' }
    }
    const requesters = async (id: string) => (this.made.includes(id) ? ['c'] : [])
    const parts = { client: this.mind.bank, store: { requesters }, turns: { accept } }
    try {
      await takeEvent(parts, { id: verdict.id, update, by: 'callback' })
    } catch (error) {
      if (!(error instanceof UnlockUnavailable)) throw error
    }
  }

  /** News that nobody asked for must be news. */
  #hearNews(reply: Reply): void {
    const isSaid = reply.said.some(({ text }) => clearedWords.test(text ?? ''))
    const isNew = reply.state.told.some((id) => !this.state.told.includes(id) && this.isCleared(id))
    expect(isSaid).to.equal(isNew)
    this.#hear(reply)
  }

  events(): { id: string; body: Buffer }[] {
    const rows = this.db.prepare('SELECT id, body FROM events ORDER BY seq').all()
    return rows.map(({ id, body }) => ({ id: String(id), body: Buffer.from(String(body)) }))
  }

  async carryOut(one: Command): Promise<void> {
    const id = 'which' in one ? (this.made[one.which % Math.max(1, this.made.length)] ?? '') : ''
    if (one.do === 'presses') await this.presses(one.button)
    if (one.do === 'clock') this.now += one.by
    if (one.do === 'down') this.isDown = true
    if (one.do === 'up') this.isDown = false
    if (one.do === 'expire') this.requests.expire()
    if (one.do === 'decline') this.requests.step(id, 'reject', 'declined')
    if (one.do === 'code') {
      const code = this.requests.read(id)?.bindingCode ?? ''
      this.requests.enterCode(id, one.right ? code : code === '0000' ? '1' : '0000')
    }
    if (one.do === 'verify' && this.requests.verify(id, one.contract) === 'verified')
      this.verifiedBy.set(id, one.contract)
    if (one.do === 'clear' && this.requests.clear(id, one.contract))
      expect(this.verifiedBy.get(id)).to.equal(one.contract)
    if (one.do === 'deliver') {
      const events = this.events()
      const event = events[one.which % Math.max(1, events.length)]
      if (event) await this.deliver(event.id, event.body)
    }
    if (one.do === 'recover') for (const { id: event, body } of this.events()) await this.deliver(event, body)
    if (one.do === 'lie' && id) {
      const at = new Date(this.now).toISOString()
      await this.deliver(`lie_${this.seen.size}`, Buffer.from(writeUpdate({ id, state: one.state, at })))
    }
    this.look()
  }

  /** No request has skipped a state, gone back, or left its end. */
  look(): void {
    // Looking is what lets a request expire; so look first, then see what was told of it.
    const now = this.made.map((id) => [id, this.requests.read(id)?.state] as const)
    for (const { seq, body } of this.#newest.all(this.#looked)) {
      this.#looked = Number(seq)
      const update = readUpdate(Buffer.from(String(body)))
      if (!update) throw new Error(`${body} is no update`)
      expect(mayFollow[this.last.get(update.id) ?? 'created']).to.include(update.state)
      this.last.set(update.id, update.state)
    }
    for (const [id, state] of now) {
      expect(state).to.equal(this.last.get(id) ?? 'created')
      this.last.set(id, state ?? 'created')
    }
  }
}

function shown({ id, state, bindingCode, createdAt, expiresAt, reason }: KeptRequest): UnlockRequest {
  const link = `https://bank.example/requests/${id}`
  return { id, state, bindingCode, link, createdAt, expiresAt, ...(reason && { reason }) }
}

describe('an unlock request, whatever customers, administrators, clocks and the network do', function () {
  this.timeout(180_000)
  let dir: string
  let db: DatabaseSync
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-model-'))
    db = openDatabase(dir)
    // A machine's crash is not what is tested here, and thousands of runs are.
    db.exec('PRAGMA synchronous = OFF')
  })
  after(() => {
    db.close()
    rmSync(dir, { recursive: true })
  })

  it('skips no state and never goes back; "cleared" is said only when it is so, and exactly once', async () => {
    const mind = new Mind()
    let start: State | undefined
    for (const text of ['ログオンできない', '利用者', '3つともあります'])
      start = (await mind.says(start, text)).state
    const ends = new Map<UnlockState, number>()
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 50, size: 'max' }), async (commands) => {
        const journey = new Journey(db, mind, start as State)
        await journey.says('わかります')
        expect(journey.made).to.have.length(1)
        for (const one of commands) await journey.carryOut(one)
        journey.isDown = false
        for (const { id, body } of journey.events()) await journey.deliver(id, body)
        for (const { id, body } of journey.events()) await journey.deliver(id, body)
        journey.look()
        for (const [id, state] of journey.last) {
          expect(journey.told.get(id) ?? 0, `told of a request that is ${state}`).to.equal(
            state === 'cleared' ? 1 : 0,
          )
          ends.set(state, (ends.get(state) ?? 0) + 1)
        }
      }),
      { numRuns: runs },
    )
    // A model that never comes anywhere proves nothing.
    for (const state of states) expect(ends.get(state) ?? 0, state).to.be.greaterThan(10)
  })
})
