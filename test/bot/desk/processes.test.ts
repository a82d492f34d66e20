import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { addressed, type Connections, openConnections } from '../../../bot/store/postgresPool.ts'
import { type DeskVisitor, deskVisitor, firstAdmin, invited, password } from '../../support/desk.ts'
import { dial } from '../../support/deskSocket.ts'
import { sharedPostgres } from '../../support/postgres.ts'
import { type Served, serve } from '../../support/process.ts'
import { until } from '../../support/until.ts'
import { openWidget, type Widget } from '../../support/widgetCustomer.ts'

type Agent = DeskVisitor & { id: string }

describe('the desk over two processes', function () {
  this.timeout(300_000)
  let one: Served
  let other: Served
  let sql: Connections
  let admin: DeskVisitor
  let hana: Agent
  let ken: Agent
  let presses = 0

  before(async () => {
    const STORAGE_URL = (await sharedPostgres()).place()
    const { address, schema } = addressed(STORAGE_URL)
    sql = openConnections(address, schema, () => {})
    const env = { STORAGE_URL, LOG_LEVEL: 'error' }
    one = await serve(env)
    await one.start()
    // It looks after who waits for an agent; the other one finds that taken.
    while ((await sql.query("SELECT 1 AS one FROM leases WHERE work = 'desk'")).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 50))
    other = await serve(env)
    // Both know the same keys, as they would by one secret of their operator.
    copyFileSync(join(one.dir, 'link.key'), join(other.dir, 'link.key'))
    await other.start()
    admin = await firstAdmin({ url: one.url, welcome: welcomeOf(other) })
    hana = await invited(admin, { name: 'hana', role: 'agent', shown: '花子' })
    ken = await invited(admin, { name: 'ken', role: 'agent', shown: '健' })
  })
  after(async () => {
    await sql.close()
    await Promise.all([one.end(), other.end()])
  })

  const press = () => ({ key: `press-of-a-page-${++presses}` })
  const path = (customer: Widget) => `/desk/api/chats/${encodeURIComponent(customer.conversation)}`

  /** An agent whose page is open, and what it hears. */
  const opened = async (agent: Agent, where: Served) => {
    const page = dial(at(agent, where))
    expect(await page.opened).to.equal(101)
    await page.until((hint) => hint.includes('chats'))
    page.heard.length = 0
    return page
  }

  /** A customer who has asked for a person. */
  const waiting = async (where: Served) => {
    const customer = await openWidget(where, 'ja')
    await customer.say({ text: '担当者' })
    await until(() => customer.said().some(({ text }) => text.includes('担当者におつなぎします')))
    return customer
  }

  /** Reads again at each hint, as the page does. */
  const sees = async (agent: DeskVisitor, customer: Widget, fits: (view: ChatView) => boolean) => {
    await until(async () => fits((await agent.ask('GET', path(customer))).body))
  }

  it('lets a customer at the one wait for an agent who is at the other', async () => {
    const page = await opened(hana, one)
    const customer = await waiting(other)
    await page.until((hint) => hint.includes('chats'))
    const { body } = await at(hana, one).ask('GET', '/desk/api/chats')
    expect(body.queue.map(({ conversation }: ChatView) => conversation)).to.include(customer.conversation)
    customer.end()
    page.socket.terminate()
  })

  it('tells an agent at the one what is said and done at the other', async () => {
    const page = await opened(hana, one)
    const customer = await waiting(other)
    page.socket.send(JSON.stringify({ at: customer.conversation }))
    const hinted = () => page.until((hint) => hint.includes(customer.conversation))
    await hinted()
    const atOther = at(ken, other)
    expect((await atOther.ask('POST', `${path(customer)}/take`, press())).status).to.equal(200)
    await hinted()
    await sees(at(hana, one), customer, ({ agent, viewers }) => agent?.shown === '健' && viewers.length === 0)
    page.heard.length = 0
    await customer.say({ text: 'よろしくお願いします' })
    await hinted()
    await sees(at(hana, one), customer, ({ lines }) => lines.at(-1)?.text === 'よろしくお願いします')
    // Nothing of it stands in the customer's log.
    page.heard.length = 0
    await atOther.ask('POST', `${path(customer)}/note`, { ...press(), text: '本人確認済み' })
    await hinted()
    await sees(at(hana, one), customer, ({ notes }) => notes.some(({ text }) => text === '本人確認済み'))
    page.heard.length = 0
    await atOther.ask('POST', `${path(customer)}/release`, press())
    await hinted()
    await sees(at(hana, one), customer, ({ owner }) => owner === 'queue')
    customer.end()
    page.socket.terminate()
  })

  it('shows who looks and who writes at the other', async () => {
    const page = await opened(hana, one)
    const customer = await waiting(one)
    page.socket.send(JSON.stringify({ at: customer.conversation }))
    const elsewhere = await opened(ken, other)
    elsewhere.socket.send(JSON.stringify({ at: customer.conversation }))
    const viewer = ({ viewers }: ChatView) => viewers.find(({ shown }) => shown === '健')
    await sees(at(hana, one), customer, (view) => viewer(view)?.isWriting === false)
    await at(ken, other).ask('POST', `${path(customer)}/typing`, {})
    await sees(at(hana, one), customer, (view) => viewer(view)?.isWriting === true)
    page.heard.length = 0
    elsewhere.socket.terminate()
    await page.until((hint) => hint.includes(customer.conversation))
    await sees(at(hana, one), customer, (view) => !viewer(view))
    customer.end()
    page.socket.terminate()
  })

  it('tells an agent at the one that a customer at the other is writing', async () => {
    const page = await opened(hana, one)
    const customer = await waiting(other)
    page.socket.send(JSON.stringify({ at: customer.conversation }))
    await at(hana, one).ask('POST', `${path(customer)}/take`, press())
    await until(() => customer.said().some(({ text }) => text.includes('花子')))
    await page.until((hint) => hint.includes(customer.conversation))
    customer.types()
    await page.until((hint) => hint.includes('typing'))
    customer.end()
    page.socket.terminate()
  })

  it('knows at the one who is away at the other, and who has come back', async () => {
    const isHere = async (where: Served) => {
      const { agents } = (await at(hana, where).ask('GET', '/desk/api/chats')).body as ChatList
      return agents.find(({ id }) => id === ken.id)?.isHere
    }
    const page = await opened(ken, other)
    await until(() => isHere(one))
    await at(ken, other).ask('PUT', '/desk/api/presence', { away: true })
    await until(async () => !(await isHere(one)))
    expect((await at(ken, one).ask('GET', '/desk/api/chats')).body.isAway).to.equal(true)
    await at(ken, one).ask('PUT', '/desk/api/presence', { away: false })
    await until(() => isHere(other))
    page.socket.terminate()
  })

  it('sends a page at the one away when its session is ended at the other', async () => {
    const gone = await invited(admin, { name: 'gone', role: 'agent' })
    const page = await opened(gone, one)
    await at(admin, other).ask('PUT', `/desk/api/accounts/${gone.id}`, { disabled: true })
    expect(await page.closed).to.equal(4401)
    for (const where of [one, other])
      expect((await at(gone, where).ask('GET', '/desk/api/me')).status).to.equal(401)
  })

  it('counts wrong passwords together', async () => {
    await invited(admin, { name: 'guessed', role: 'agent' })
    const guess = async (n: number) => {
      const stranger = deskVisitor([one, other][n % 2]?.url ?? '')
      return (await stranger.ask('POST', '/desk/api/session', { name: 'guessed', password: `${n}` })).status
    }
    for (let n = 0; n < 5; n++) expect(await guess(n)).to.equal(401)
    expect([await guess(0), await guess(1)]).to.deep.equal([429, 429])
    const own = deskVisitor(other.url)
    expect((await own.ask('POST', '/desk/api/session', { name: 'hana', password })).status).to.equal(200)
  })

  it('tells a customer once that nobody comes, also when the process that looks after it is killed', async () => {
    const expired = async ({ conversation }: Widget) => {
      const log = await sql.query('SELECT activity FROM activities WHERE conversation = $1', [conversation])
      return log.filter(({ activity }) => String(activity).includes('"reason":"late"')).length
    }
    const late = ({ conversation }: Widget) =>
      sql.query('UPDATE conversations SET waiting_since = 0 WHERE id = $1', [conversation])
    const page = await opened(hana, other)
    const [first, second] = [await waiting(one), await waiting(other)]
    await late(first)
    await until(async () => (await expired(first)) > 0)
    await one.kill()
    await late(second)
    await until(async () => (await expired(second)) > 0)
    // Both have looked again since.
    expect(await expired(first)).to.equal(1)
    const { body } = await at(hana, other).ask('GET', '/desk/api/chats')
    expect(body.queue.map(({ conversation }: ChatView) => conversation)).to.not.include(second.conversation)
    for (const customer of [first, second]) customer.end()
    page.socket.terminate()
  })
})

interface ChatView {
  conversation: string
  owner: string
  agent?: { shown: string }
  lines: { text: string }[]
  notes: { text: string }[]
  viewers: { shown: string; isWriting: boolean }[]
}

interface ChatList {
  agents: { id: string; isHere: boolean }[]
}

/** The same browser, led to another process. */
function at(visitor: DeskVisitor, where: Served): DeskVisitor {
  const { cookie, csrf } = visitor
  return Object.assign(deskVisitor(where.url), { cookie, csrf })
}

/** The link that the process has printed for the first admin. */
function welcomeOf(served: Served): string {
  return /\S+#welcome=\S+/.exec(served.output())?.[0] ?? ''
}
