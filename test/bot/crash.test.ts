import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { type Served, serve } from '../support/process.ts'

const CLIENTS = 8
const TURNS = 504
const KILLS = 8

interface Said {
  id: string
  text: string
  from: { role?: string }
  replyToId?: string
  channelData?: { clientActivityID?: string }
}

/** One customer who writes numbered messages, and writes each again until it was taken. */
class Insistent {
  readonly #served: Served
  readonly #name: string
  #token = ''
  conversation = ''
  taken = 0

  constructor(served: Served, name: string) {
    this.#served = served
    this.#name = name
  }

  async begin(): Promise<void> {
    const headers = { authorization: `Bearer ${this.#served.secret}` }
    const answer = await fetch(`${this.#served.url}/v3/directline/tokens/generate`, {
      method: 'POST',
      headers,
    })
    const { token, conversationId } = (await answer.json()) as { token: string; conversationId: string }
    Object.assign(this, { conversation: conversationId })
    this.#token = token
    await this.#post('', {})
  }

  async write(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      await this.#message(n)
      // One in ten arrives twice, as channels do it after a time-out.
      if (n % 10 === 3) await this.#message(n)
      this.taken++
    }
  }

  async log(): Promise<Said[]> {
    const said: Said[] = []
    for (let watermark = '0'; ; ) {
      const answer = await this.#request(`/activities?watermark=${watermark}`, {})
      const page = (await answer.json()) as { activities: Said[]; watermark: string }
      if (page.activities.length === 0) return said
      said.push(...page.activities)
      watermark = page.watermark
    }
  }

  async #message(n: number): Promise<void> {
    const text = `${this.#name} says number ${n}`
    const body = JSON.stringify({
      type: 'message',
      text,
      channelData: { clientActivityID: `${this.#name}-${n}` },
    })
    for (;;) {
      const answer = await this.#post('/activities', { body }).catch(() => undefined)
      if (answer?.ok) return
      if (answer && answer.status < 500) throw new Error(`${answer.status} ${await answer.text()}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  #post(path: string, init: RequestInit): Promise<Response> {
    const at = path === '' ? `${this.#served.url}/v3/directline/conversations` : undefined
    return this.#request(path, { method: 'POST', ...init }, at)
  }

  #request(path: string, init: RequestInit, at?: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(5000)
    return fetch(at ?? `${this.#served.url}/v3/directline/conversations/${this.conversation}${path}`, {
      ...init,
      headers,
      signal,
    })
  }
}

describe('a process that is killed at any moment', function () {
  this.timeout(300_000)
  let served: Served

  before(async () => {
    served = await serve({ LOG_LEVEL: 'error' })
    await served.start()
  })
  after(() => served.end())

  it(`loses none of ${TURNS} turns of ${CLIENTS} customers, applies none twice, and keeps each one's order`, async () => {
    const clients = Array.from({ length: CLIENTS }, (_, i) => new Insistent(served, `client${'abcdefgh'[i]}`))
    for (const client of clients) await client.begin()
    const done = () => clients.reduce((sum, { taken }) => sum + taken, 0)

    const writing = Promise.all(clients.map((client) => client.write(TURNS / CLIENTS)))
    for (let kills = 1; kills <= KILLS; kills++) {
      // Each kill falls after a further share of the turns, in the middle of whatever is going on then.
      while (done() < (kills * TURNS) / (KILLS + 1)) await new Promise((resolve) => setImmediate(resolve))
      await served.kill()
      await served.start()
    }
    await writing

    for (const client of clients) {
      const answersOf = (said: Said[], id: string) => said.filter(({ replyToId }) => replyToId === id)
      let said = await client.log()
      while (said.some(({ id, from }) => from.role !== 'bot' && answersOf(said, id).length === 0))
        said = await client.log()
      const heard = said.filter(({ from }) => from.role !== 'bot')
      const name = heard[0]?.text.split(' ')[0]
      expect(heard.map(({ text }) => text)).to.deep.equal(
        Array.from({ length: TURNS / CLIENTS }, (_, n) => `${name} says number ${n}`),
      )
      const answered = said.flatMap(({ replyToId }) => replyToId ?? [])
      expect(answered).to.deep.equal(heard.map(({ id }) => id))
    }
    expect(await served.stop()).to.equal(0)
    const db = new DatabaseSync(join(served.dir, 'kaijo.db'), { readOnly: true })
    // One turn for the greeting, one for each message: the version counts what was applied.
    const versions = db
      .prepare('SELECT version FROM conversations')
      .all()
      .map((row) => row.version)
    expect(versions).to.deep.equal(clients.map(() => TURNS / CLIENTS + 1))
    expect(db.prepare('PRAGMA integrity_check').get()).to.deep.include({ integrity_check: 'ok' })
    db.close()
  })
})
