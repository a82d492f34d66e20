import { randomBytes } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { openPostgres } from '../../bot/store/postgres.ts'
import type { State } from '../../dialogs/index.ts'
import { byWidget, customers, type Place, settled } from '../support/channelCustomers.ts'
import { runKaijo } from '../support/kaijo.ts'
import { readable } from '../support/lineCustomer.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { type Served, serve } from '../support/process.ts'
import { TeamsCustomer } from '../support/teamsCustomer.ts'
import { insist } from '../support/traffic.ts'
import { until } from '../support/until.ts'
import { act, conversationTable, type Surroundings, type Tried } from './conversationTable.ts'

conversationTable('on PostgreSQL', customers, {
  most: 8,
  async start({ bank, teams, line }) {
    const STORAGE_URL = (await sharedPostgres()).place()
    const kaijo = await runKaijo({ ...bank.env, ...teams.env, ...line.env, STORAGE_URL })
    return { place: () => kaijo, end: () => kaijo.end() }
  },
})

// A terminal speaks with the process that it was opened in.
const { console: _, ...overNetwork } = customers

conversationTable(
  'on PostgreSQL with two processes, each message to the other one in turn',
  { ...overNetwork, widget: byWidget },
  { most: 12, start: startTwo, also: redeliveries },
)

/** What comes twice comes to the other process the second time, or to both at once. */
function redeliveries(tried: () => Surroundings & { place(): Place }): void {
  it('tells a customer once what the bank has told both at once', async () => {
    const { bank, place } = tried()
    const here = place()
    const customer = await byWidget(here, 'ja')
    for (const press of ['service-suspended', 'user', 'all', 'known'])
      await act({ place: here, bank, customer, one: { press, at: '' }, locale: 'ja' })
    const stored = async () => {
      const { state, version = 0 } = (await here.kaijo.store.conversation(customer.conversation)) ?? {}
      return { version, request: (state as State).run?.request?.id ?? '' }
    }
    const { version, request: id } = await stored()
    Object.assign(bank.requests.get(id) ?? {}, { state: 'cleared' })
    const { headers, body } = bank.webhook(id, 'cleared')
    const posts = Array.from({ length: 6 }, () => insist(`${here.kaijo.url}/unlock/callback`, headers, body))
    expect(new Set(await Promise.all(posts))).to.deep.equal(new Set([204]))
    await settled(here.kaijo, customer.conversation)
    expect((await stored()).version, 'turns').to.equal(version + 1)
    const log = await here.kaijo.store.activities(customer.conversation, 0, 1000)
    const said = log.filter(({ activity }) => activity.from?.role === 'bot')
    const { words } = await customer.seen(said.length)
    expect(words.match(/解除されたことを確認しました/g)).to.have.length(1)
    await customer.end()
  })

  it('answers an event of LINE once that is delivered again to the other one', async () => {
    const { line, place } = tried()
    const { kaijo } = place()
    const user = `U${randomBytes(16).toString('hex')}`
    const message = { type: 'text', id: '1', text: 'ログオンできない' }
    const event = line.event(user, { type: 'message', message })
    const again = { ...event, deliveryContext: { isRedelivery: true } }
    for (const one of [event, again, again]) while ((await line.post(kaijo.url, [one])).status !== 200);
    await settled(kaijo, `line:${user}`)
    await until(async () => line.got(user).length > 0 && !(await kaijo.store.outgoing(`line:${user}`)))
    const log = (await kaijo.store.activities(`line:${user}`, 0, 100)).map(({ activity }) => activity)
    expect(log.filter(({ from }) => from?.role !== 'bot')).to.have.length(1)
    const words = line.got(user).map(({ messages }) => readable(messages))
    for (const { text = '', from } of log)
      if (from?.role === 'bot') expect(words.join('\n').split(text.split('\n')[0] ?? '')).to.have.length(2)
  })

  it('answers a message of Teams once that is delivered again to the other one', async () => {
    const { teams, place } = tried()
    const { kaijo } = place()
    const customer = new TeamsCustomer(kaijo, teams, { locale: 'ja-JP' })
    const message = customer.activity({ type: 'message', text: 'ログオンできない' })
    for (let n = 0; n < 3; n++) while (!(await customer.post(message)).ok);
    await settled(kaijo, `teams:${customer.id}`)
    const log = await kaijo.store.activities(`teams:${customer.id}`, 0, 100)
    expect(log.filter(({ activity }) => activity.from?.role !== 'bot')).to.have.length(1)
    await until(async () => !(await kaijo.store.outgoing(`teams:${customer.id}`)))
    expect(teams.count(customer.id)).to.equal(log.length - 1)
  })

  it('opens one stream for a ticket that the other one has given, and never a second one', async () => {
    const { kaijo } = tried().place()
    const headers = { authorization: `Bearer ${await kaijo.token()}` }
    const begun = await fetch(`${kaijo.url}/v3/directline/conversations`, { method: 'POST', headers })
    const { streamUrl } = (await begun.json()) as { streamUrl: string }
    const { pathname, search } = new URL(streamUrl)
    const open = () => {
      const socket = new WebSocket(`${kaijo.url.replace('http', 'ws')}${pathname}${search}`)
      return new Promise<boolean>((resolve) => {
        socket.on('open', () => resolve(true))
        socket.on('error', () => resolve(false))
      }).finally(() => socket.terminate())
    }
    expect([await open(), await open(), await open()]).to.deep.equal([true, false, false])
  })
}

async function startTwo({ bank, teams, line }: Surroundings): Promise<Tried> {
  const STORAGE_URL = (await sharedPostgres()).place()
  const env = { ...bank.env, ...teams.env, ...teams.trust, ...line.env, STORAGE_URL, LOG_LEVEL: 'error' }
  const [one, other] = [await serve(env), await serve(env)]
  await one.start()
  // Both know the same keys, as they would by one secret of their operator.
  copyFileSync(join(one.dir, 'link.key'), join(other.dir, 'link.key'))
  await other.start()
  const store = await openPostgres({ url: STORAGE_URL })
  return {
    place: () => inTurn([one, other], store),
    output: () => one.output() + other.output(),
    async end() {
      await store.close()
      await Promise.all([one.end(), other.end()])
    },
  }
}

/** Whoever asks where to go is sent to the other process each time. */
function inTurn(processes: Served[], store: Place['kaijo']['store']): Place['kaijo'] {
  let asked = 0
  const next = () => (processes[asked++ % processes.length] as Served).url
  const elsewhere = () => Promise.reject(new Error('Turns are taken in processes of their own here'))
  const turns = { accept: elsewhere, wake: () => {}, idle: () => Promise.resolve() }
  return {
    store,
    turns,
    get url() {
      return next()
    },
    async token() {
      const headers = { authorization: `Bearer ${processes[0]?.secret}` }
      const answer = await fetch(`${next()}/v3/directline/tokens/generate`, { method: 'POST', headers })
      return ((await answer.json()) as { token: string }).token
    },
  }
}
