import { expect } from 'chai'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import type { WebSocketLike } from '../../../web/chat/rim.ts'
import { ChatFeed } from '../../../web/desk/chatFeed.ts'
import type { ChatView, Line } from '../../../web/desk/chatView.ts'
import { LiveLine } from '../../../web/desk/liveLine.ts'
import { type DeskVisitor, firstAdmin, invited } from '../../support/desk.ts'
import { customerAt } from '../../support/deskCustomer.ts'
import { dial } from '../../support/deskSocket.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'

type Agent = DeskVisitor & { id: string }

describe('the live line of the desk', function () {
  this.timeout(300_000)
  let kaijo: Running
  let admin: DeskVisitor
  let hana: Agent

  before(async () => {
    kaijo = await runKaijo()
    admin = await firstAdmin(kaijo)
    hana = await invited(admin, { name: 'hana', role: 'agent', shown: '花子' })
  })
  after(() => kaijo.end())

  const taken = async () => {
    await hana.ask('GET', '/desk/api/chats')
    const customer = await customerAt(kaijo)
    await customer.say('担当者')
    await kaijo.desk.take({ conversation: customer.id, agent: { id: hana.id, shown: '花子' }, key: 'taken' })
    await customer.settled()
    return customer
  }

  const strangers: [string, Record<string, string>, number][] = [
    ['without a session', { cookie: '' }, 401],
    ['with a cookie that was never one', { cookie: `__Host-kaijo_desk=${'x'.repeat(43)}` }, 401],
    ['from another page', { origin: 'https://bank.example.evil.example' }, 403],
    ['from a page that hides where it is from', { origin: 'null' }, 403],
  ]
  for (const [how, headers, status] of strangers)
    it(`lets nobody in ${how}`, async () => {
      expect(await dial(hana, headers).opened).to.equal(status)
    })

  it('hints at what a page shows, without a word of anybody', async () => {
    const customer = await taken()
    const page = dial(hana)
    await page.opened
    page.socket.send(JSON.stringify({ at: customer.id }))
    await page.until((hint) => hint === JSON.stringify({ conversation: customer.id }))
    page.heard.length = 0
    await customer.say('内緒の話です')
    await page.until((hint) => hint.includes(customer.id))
    await page.until((hint) => hint.includes('chats'))
    expect(page.heard.join()).to.not.include('内緒')
    page.socket.terminate()
  })

  it('says nothing of what customers and the bot say to each other', async () => {
    const page = dial(hana)
    await page.opened
    await page.until((hint) => hint.includes('chats'))
    page.heard.length = 0
    const alone = await customerAt(kaijo)
    await alone.say('ログオンできない')
    const waiting = await taken()
    await page.until((hint) => hint.includes('chats'))
    expect(page.heard.join()).to.not.include(alone.id).and.not.include(waiting.id)
    page.socket.terminate()
  })

  it('shows who looks at a chat until the page is gone', async () => {
    const customer = await taken()
    const ken = await invited(admin, { name: 'ken', role: 'agent', shown: '健' })
    const page = dial(ken)
    await page.opened
    page.socket.send(JSON.stringify({ at: customer.id }))
    await page.until((hint) => hint.includes(customer.id))
    const path = `/desk/api/chats/${encodeURIComponent(customer.id)}`
    expect((await hana.ask('GET', path)).body.viewers).to.have.lengthOf(1)
    const own = dial(hana)
    await own.opened
    own.socket.send(JSON.stringify({ at: customer.id }))
    await own.until((hint) => hint.includes(customer.id))
    own.heard.length = 0
    page.socket.terminate()
    await own.until((hint) => hint.includes(customer.id))
    expect((await hana.ask('GET', path)).body.viewers).to.deep.equal([])
    own.socket.terminate()
  })

  it('says nothing of a chat that the agent may not see, and counts nobody as looking at it', async () => {
    const alone = await customerAt(kaijo)
    const page = dial(hana)
    await page.opened
    await page.until((hint) => hint.includes('chats'))
    page.socket.send(JSON.stringify({ at: alone.id }))
    page.socket.send(JSON.stringify({ at: 'no-such-chat' }))
    page.socket.send(JSON.stringify({ at: alone.id }))
    await alone.say('ログオンできない')
    const waiting = await taken()
    await page.until((hint) => hint.includes('chats'))
    page.socket.send(JSON.stringify({ at: waiting.id }))
    await page.until((hint) => hint.includes(waiting.id))
    expect(page.heard.join()).to.not.include(alone.id)
    page.socket.terminate()
  })

  it('closes with 4401 when the account is disabled, and nobody is here any more', async () => {
    const gone = await invited(admin, { name: 'gone', role: 'agent' })
    const page = dial(gone)
    await page.opened
    await admin.ask('PUT', `/desk/api/accounts/${gone.id}`, { disabled: true })
    expect(await page.closed).to.equal(4401)
    expect(kaijo.presence.isHere(gone.id)).to.equal(false)
  })

  it('sends away whoever says something else than what the page shows', async () => {
    const page = dial(hana)
    await page.opened
    page.socket.send('{"take":"everything"}')
    expect(await page.closed).to.equal(1008)
  })

  it('shows each message once and in order, whatever is cut a thousand times', async () => {
    const customer = await taken()
    const page = new CutPage(hana, customer.id)
    page.open()
    const texts: string[] = []
    for (let round = 0; page.cuts < 1000; round++) {
      page.cut()
      // Some come while nothing is said, some while a lot is.
      if (round % 4 !== 0) {
        await new Promise((resolve) => setTimeout(resolve, 2))
        continue
      }
      const text = `第${texts.length}便`
      const press = { conversation: customer.id, agent: { id: hana.id, shown: '花子' }, key: `send-${round}` }
      await kaijo.desk.send({ ...press, text })
      texts.push(text)
    }
    await page.until((lines) => lines.at(-1)?.text === texts.at(-1))
    const shown = page.lines.filter(({ by, text }) => by === 'agent' && text.startsWith('第'))
    expect(shown.map(({ text }) => text)).to.deep.equal(texts)
    const seqs = page.lines.map(({ seq }) => seq)
    expect(seqs).to.deep.equal([...new Set(seqs)].sort((a, b) => a - b))
    page.close()
  })
})

/** The desk's own page without its looks, in a world where anything can be cut. */
class CutPage {
  readonly lines: Line[] = []
  /** What was really cut: an open socket, a request, an answer. */
  cuts = 0
  readonly #agent: DeskVisitor
  readonly #path: string
  readonly #line: LiveLine
  readonly #feed: ChatFeed<ChatView>
  readonly #random: () => number
  #socket: WebSocket | undefined
  #fault: 'before' | 'after' | undefined
  #told = () => {}

  constructor(agent: DeskVisitor, conversation: string) {
    this.#agent = agent
    this.#path = `/desk/api/chats/${encodeURIComponent(conversation)}`
    const chances = fc.sample(fc.double({ min: 0, max: 0.999, noNaN: true }), { numRuns: 997, seed: 6 })
    let at = 0
    this.#random = () => chances[at++ % chances.length] ?? 0
    const rim = {
      // Seconds are as long as milliseconds here.
      after: (ms: number, run: () => void) => {
        const timer = setTimeout(run, ms / 1000)
        return () => clearTimeout(timer)
      },
      random: this.#random,
      now: () => performance.now(),
      socket: () => this.#dial(),
    }
    this.#feed = new ChatFeed<ChatView>({
      rim,
      read: (after) => this.#read(after),
      onView: (_, lines) => {
        this.lines.push(...(lines as Line[]))
        this.#told()
      },
      isOver: () => false,
    })
    this.#line = new LiveLine({
      rim,
      onHint: (hint) => hint.conversation && this.#feed.wake(),
      onBack: () => this.#feed.wake(),
      onLink: () => {},
    })
    this.#line.show(conversation)
  }

  open(): void {
    void this.#line.run()
  }

  close(): void {
    this.#line.stop()
    this.#feed.stop()
  }

  /** Cuts some of these: the socket, the next request on its way there, its answer on its way back. */
  cut(): void {
    if (this.#random() < 0.6 && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.terminate()
      this.cuts++
    }
    if (this.#random() < 0.6) this.#fault ??= this.#random() < 0.5 ? 'before' : 'after'
  }

  async until(fits: (lines: Line[]) => boolean): Promise<void> {
    this.#fault = undefined
    while (!fits(this.lines))
      await new Promise<void>((resolve) => {
        this.#told = resolve
      })
  }

  async #read(after: number): Promise<ChatView> {
    const fault = this.#fault
    this.#fault = undefined
    if (fault) this.cuts++
    if (fault === 'before') throw new Error('the request never arrived')
    const { status, body } = await this.#agent.ask('GET', `${this.#path}?after=${after}`)
    if (fault === 'after') throw new Error('the answer was lost')
    if (status !== 200) throw new Error(`the server answered ${status}`)
    return body as ChatView
  }

  #dial(): WebSocketLike {
    const { socket } = dial(this.#agent)
    this.#socket = socket
    const like: WebSocketLike = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text),
      close: () => socket.terminate(),
    }
    socket.on('open', () => like.onopen?.())
    socket.on('message', (data) => like.onmessage?.({ data: String(data) }))
    socket.on('close', () => like.onclose?.())
    return like
  }
}
