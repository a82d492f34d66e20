import { connect } from 'node:net'
import { expect } from 'chai'
import type { State } from '../../dialogs/index.ts'
import type { UnlockState } from '../../unlock/index.ts'
import type { BadBank } from '../support/badBank.ts'
import type { Running } from '../support/kaijo.ts'
import { mutationsOf } from '../unlock/mutations.ts'
import { runBanked } from './bankedKaijo.ts'
import { type Customer, customer } from './customer.ts'

const cleared = '解除を確認しました'
type Webhook = ReturnType<BadBank['webhook']>

describe('the callback of the running whole', function () {
  this.timeout(300_000)
  let bank: BadBank
  let kaijo: Running
  let end: () => Promise<void>

  beforeEach(async () => {
    ;({ bank, kaijo, end } = await runBanked())
  })
  afterEach(() => end())

  /** A customer who waits for a request. */
  async function waiting(): Promise<Customer & { request: string }> {
    const one = await customer(kaijo)
    await one.walk(['ログオンできない', '利用者', '3つともあります', 'わかります'])
    const kept = await kaijo.store.conversation(one.conversation)
    return { ...one, request: (kept?.state as State | undefined)?.run?.request?.id ?? '' }
  }
  const settle = (id: string, state: UnlockState) => Object.assign(bank.requests.get(id) ?? {}, { state })
  const post = ({ headers, body }: Webhook) =>
    fetch(`${kaijo.url}/unlock/callback`, { method: 'POST', headers, body: new Uint8Array(body) })
  /** How often the customer was told that the lock is cleared. */
  const told = async (one: Customer) =>
    (await one.log()).filter(({ from, text }) => from.role === 'bot' && text?.includes(cleared)).length

  /** Sent byte for byte: a client would mend or refuse some of it. */
  function postRaw(headers: Record<string, string | string[] | undefined>, body: Buffer): Promise<number> {
    const { hostname, port, host } = new URL(kaijo.url)
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      // What is a list in the test goes over the wire as a header that is there twice.
      value === undefined
        ? []
        : [value, ...(Array.isArray(value) ? [value] : [])].map((one) => `${name}: ${one}`),
    )
    const start = [`POST /unlock/callback HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines]
    start.push(`Content-Length: ${body.length}`, '', '')
    return new Promise((resolve, reject) => {
      let answer = ''
      const socket = connect(Number(port), hostname, () => {
        socket.write(start.join('\r\n'))
        socket.write(body)
      })
      socket.on('data', (chunk) => (answer += chunk))
      socket.on('close', () => resolve(Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1])))
      socket.on('error', reject)
    })
  }

  it('refuses every change of what the bank has signed, tells nobody, and takes the original afterwards', async () => {
    const one = await waiting()
    settle(one.request, 'cleared')
    const { headers, body } = bank.webhook(one.request, 'cleared')
    const mutations = mutationsOf(headers as Parameters<typeof mutationsOf>[0], body)
    expect(mutations.length).to.be.at.least(40)
    const calls = bank.calls
    for (const [name, change] of mutations) {
      const status = await postRaw({ ...headers, ...change.headers }, change.body ?? body)
      expect(status, name).to.be.oneOf([400, 401, 413, 431])
    }
    expect(bank.calls, 'the API was asked for what nobody has signed').to.equal(calls)
    await kaijo.turns.idle()
    expect(await told(one)).to.equal(0)
    expect(await postRaw(headers, body)).to.equal(204)
    await kaijo.turns.idle()
    expect(await told(one)).to.equal(1)
  })

  it('takes a thousand copies at once for one', async () => {
    const one = await waiting()
    settle(one.request, 'cleared')
    const webhook = bank.webhook(one.request, 'cleared')
    const answers = await Promise.all(Array.from({ length: 1000 }, () => post(webhook)))
    for (const { status } of answers) expect(status).to.be.oneOf([204, 503])
    expect(answers.some(({ status }) => status === 204)).to.equal(true)
    await kaijo.turns.idle()
    expect(await told(one)).to.equal(1)
    await post(webhook)
    await kaijo.turns.idle()
    expect(await told(one)).to.equal(1)
  })

  it('believes the API and not the news: what the API does not confirm is not told, whatever was signed', async () => {
    const one = await waiting()
    for (const state of ['created', 'opened', 'verified', 'rejected', 'expired'] as const) {
      settle(one.request, state)
      expect((await post(bank.webhook(one.request, 'cleared'))).status).to.equal(204)
      await kaijo.turns.idle()
    }
    expect(await told(one)).to.equal(0)
  })

  it('tells once, whatever order the news come in and however often', async () => {
    const one = await waiting()
    settle(one.request, 'cleared')
    const news = (['cleared', 'created', 'verified', 'opened', 'cleared'] as const).map((state) =>
      bank.webhook(one.request, state),
    )
    for (const webhook of [...news, ...news.toReversed()]) expect((await post(webhook)).status).to.equal(204)
    await kaijo.turns.idle()
    expect(await told(one)).to.equal(1)
  })

  it('brings two hundred clearings that come together to two hundred chats, none lost and none twice', async () => {
    const all: Awaited<ReturnType<typeof waiting>>[] = []
    for (let n = 0; n < 10; n += 1) all.push(...(await Promise.all(Array.from({ length: 20 }, waiting))))
    await Promise.all(
      all.map(async ({ request }) => {
        settle(request, 'cleared')
        expect((await post(bank.webhook(request, 'cleared'))).status).to.equal(204)
      }),
    )
    await kaijo.turns.idle()
    for (const one of all) expect(await told(one)).to.equal(1)
  })
})
