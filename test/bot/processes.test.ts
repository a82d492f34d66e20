import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { connect } from '../support/directLine.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { type Served, serve } from '../support/process.ts'

const CUSTOMERS = 200
const MESSAGES = 8

interface Said {
  id: string
  text: string
  from: { role?: string }
  replyToId?: string
}

/** One customer who writes to whichever process comes next. */
class Customer {
  readonly #processes: Served[]
  readonly #token: string
  readonly conversation: string

  constructor(processes: Served[], token: string, conversation: string) {
    this.#processes = processes
    this.#token = token
    this.conversation = conversation
  }

  static async of(processes: Served[]): Promise<Customer> {
    const [first] = processes as [Served]
    const answer = await fetch(`${first.url}/v3/directline/tokens/generate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${first.secret}` },
    })
    const { token, conversationId } = (await answer.json()) as { token: string; conversationId: string }
    const customer = new Customer(processes, token, conversationId)
    // Begun at both at the same instant: it is one conversation all the same.
    await Promise.all(processes.map((_, at) => customer.#taken(at, '', { method: 'POST' })))
    return customer
  }

  /** All at the same instant; each is sent again until a process has taken it. */
  async write(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, n) => this.#insist(n)))
  }

  async log(): Promise<Said[]> {
    const answer = await this.#taken(0, `${this.#path}/activities?watermark=0`)
    return ((await answer.json()) as { activities: Said[] }).activities
  }

  /** The log, once every message has its answers. */
  async answered(count: number): Promise<Said[]> {
    for (;;) {
      const said = await this.log()
      const replied = new Set(said.map(({ replyToId }) => replyToId).filter(Boolean))
      if (replied.size === count) return said
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Resolves when everything that stands in the log has its answer. */
  async answeredSoFar(): Promise<void> {
    for (;;) {
      const said = await this.log()
      const replied = new Set(said.map(({ replyToId }) => replyToId))
      if (said.every(({ id, from }) => from.role === 'bot' || replied.has(id))) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** The same customer, who knows only these processes. */
  on(processes: Served[]): Customer {
    return new Customer(processes, this.#token, this.conversation)
  }

  async #insist(n: number): Promise<void> {
    const body = JSON.stringify({
      type: 'message',
      text: `number ${n}`,
      channelData: { clientActivityID: `n${n}` },
    })
    await this.#taken(n, `${this.#path}/activities`, { method: 'POST', body })
  }

  /** Asked again, of whichever comes next, until one of them answers other than with "not now". */
  async #taken(first: number, path: string, init: RequestInit = {}): Promise<Response> {
    for (let to = first; ; to++) {
      const answer = await this.#ask(to, path, init).catch(() => undefined)
      if (answer?.ok) return answer
      // 408: half of it had come when that one stood still.
      if (answer && answer.status < 500 && answer.status !== 408)
        throw new Error(`${answer.status} ${await answer.text()}`)
    }
  }

  get #path(): string {
    return `/${this.conversation}`
  }

  #ask(to: number, path: string, init: RequestInit = {}): Promise<Response> {
    const { url } = this.#processes[to % this.#processes.length] as Served
    return fetch(`${url}/v3/directline/conversations${path}`, {
      ...init,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(8000),
    })
  }
}

/** Each message once, each answered once, and the answers in the order of the messages. */
function expectWhole(said: Said[], count: number): void {
  const asked = said.filter(({ from }) => from.role !== 'bot')
  expect(new Set(asked.map(({ text }) => text)).size, 'messages').to.equal(count)
  expect(asked, 'messages, none twice').to.have.length(count)
  const answers = said.filter(({ replyToId }) => replyToId)
  const order = [...new Set(answers.map(({ replyToId }) => replyToId))]
  expect(order).to.deep.equal(asked.map(({ id }) => id))
  const turns = answers.map(({ replyToId }) => replyToId).filter((id, i, all) => id !== all[i - 1])
  expect(turns, 'no message answered twice').to.deep.equal(order)
}

describe('two processes on one PostgreSQL', function () {
  this.timeout(300_000)
  let one: Served
  let other: Served

  before(async () => {
    const storage = { STORAGE_URL: (await sharedPostgres()).place(), LOG_LEVEL: 'error' }
    one = await serve(storage)
    await one.start()
    other = await serve(storage)
    // Both know the same keys, as they would by one secret of their operator.
    copyFileSync(join(one.dir, 'link.key'), join(other.dir, 'link.key'))
    await other.start()
  })
  after(() => Promise.all([one.end(), other.end()]))

  it(`take ${CUSTOMERS} new customers with ${MESSAGES} messages each at the same instant, all in order`, async () => {
    const customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => Customer.of([one, other])))
    await Promise.all(customers.map((customer) => customer.write(MESSAGES)))
    expect(new Set(customers.map(({ conversation }) => conversation)).size).to.equal(CUSTOMERS)
    for (const customer of customers) expectWhole(await customer.answered(MESSAGES), MESSAGES)
  })

  it('let a customer hear at the one what the other has said', async () => {
    const customer = await Customer.of([other])
    const client = connect({ url: one.url, secret: one.secret, conversationId: customer.conversation })
    await customer.write(1)
    await client.until(({ replyToId }) => replyToId !== undefined)
    client.end()
  })

  it('lose and double nothing when one of them stands still longer than its work is kept for it', async () => {
    const customers = await Promise.all(Array.from({ length: 20 }, () => Customer.of([one, other])))
    const writing = Promise.all(customers.map((customer) => customer.write(20)))
    while ((await customers[0]?.log())?.length === 0) await new Promise((resolve) => setImmediate(resolve))
    one.signal('SIGSTOP')
    const alone = customers.map((customer) => customer.on([other]))
    for (const customer of alone) await customer.answeredSoFar()
    one.signal('SIGCONT')
    await writing
    for (const customer of customers) expectWhole(await customer.answered(20), 20)
  })
})
