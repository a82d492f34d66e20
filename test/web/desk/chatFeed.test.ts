import { expect } from 'chai'
import type { WebSocketLike } from '../../../web/chat/rim.ts'
import { ChatFeed } from '../../../web/desk/chatFeed.ts'
import { blanksIn, fillBlank, withBlanks } from '../../../web/desk/draftBlanks.ts'
import { type Hint, LiveLine } from '../../../web/desk/liveLine.ts'

/** A clock that runs when the test says so. */
class Clock {
  time = 0
  #timers: { at: number; run: () => void }[] = []
  after = (ms: number, run: () => void) => {
    const timer = { at: this.time + ms, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }
  now = () => this.time
  random = () => 0.5
  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    for (;;) {
      await settled()
      const next = this.#timers.sort((a, b) => a.at - b.at)[0]
      if (!next || next.at > end) break
      this.#timers.shift()
      this.time = next.at
      next.run()
    }
    this.time = end
    await settled()
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('what the desk reads of a chat', () => {
  /** A server with a log, whose answers wait until they are let go. */
  function feedOf(log: number[], page = 100) {
    const clock = new Clock()
    const shown: number[] = []
    const asked: number[] = []
    const faults: unknown[] = []
    let letGo = () => {}
    const feed = new ChatFeed({
      rim: clock,
      async read(after) {
        asked.push(after)
        const lines = log.slice(after, after + page).map((seq) => ({ seq }))
        await new Promise<void>((resolve) => {
          letGo = resolve
        })
        const fault = faults.shift()
        if (fault) throw fault
        return { lines, seq: lines.at(-1)?.seq ?? after, hasMore: lines.length === page }
      },
      onView: (_, lines) => shown.push(...lines.map(({ seq }) => seq)),
      isOver: (error) => error === 'over',
    })
    const answer = async () => {
      letGo()
      await settled()
    }
    return { clock, feed, shown, asked, faults, answer }
  }

  it('reads once more when something changes while it reads', async () => {
    const log = [1, 2]
    const { feed, shown, asked, answer } = feedOf(log)
    feed.wake()
    log.push(3)
    feed.wake()
    feed.wake()
    await answer()
    await answer()
    expect(shown).to.deep.equal([1, 2, 3])
    expect(asked).to.deep.equal([0, 2])
  })

  it('reads page by page until there is no more', async () => {
    const { feed, shown, asked, answer } = feedOf([1, 2, 3, 4, 5], 2)
    feed.wake()
    for (let n = 0; n < 3; n++) await answer()
    expect(shown).to.deep.equal([1, 2, 3, 4, 5])
    expect(asked).to.deep.equal([0, 2, 4])
  })

  it('tries again by itself after a failure, later each time', async () => {
    const { clock, feed, shown, asked, faults, answer } = feedOf([1])
    faults.push('cut', 'cut')
    feed.wake()
    await answer()
    await clock.pass(1000)
    await answer()
    await clock.pass(1000)
    expect(asked).to.have.lengthOf(2)
    await clock.pass(1000)
    await answer()
    expect(shown).to.deep.equal([1])
  })

  it('ends when there is nothing to read any more', async () => {
    const { clock, feed, asked, faults, answer } = feedOf([1])
    faults.push('over')
    feed.wake()
    await answer()
    feed.wake()
    await clock.pass(100_000)
    expect(asked).to.have.lengthOf(1)
  })
})

describe('the line on which the desk hears hints', () => {
  function line() {
    const clock = new Clock()
    const sockets: (WebSocketLike & { sent: string[] })[] = []
    const heard: Hint[] = []
    let backs = 0
    const socket = () => {
      const made = { sent: [] as string[], onopen: null, onmessage: null, onclose: null, close() {} }
      const like = Object.assign(made, {
        send: (text: string) => void made.sent.push(text),
      }) as WebSocketLike & {
        sent: string[]
      }
      sockets.push(like)
      return like
    }
    const live = new LiveLine({
      rim: { ...clock, after: clock.after, now: clock.now, random: clock.random, socket },
      onHint: (hint) => heard.push(hint),
      onBack: () => backs++,
      onLink: () => {},
    })
    return { clock, sockets, heard, live, backs: () => backs }
  }

  it('says which chat the page shows, also on each new connection', async () => {
    const { clock, sockets, live } = line()
    void live.run()
    live.show('c1')
    sockets[0]?.onopen?.()
    live.show('c2')
    sockets[0]?.onclose?.()
    await clock.pass(5000)
    sockets[1]?.onopen?.()
    expect(sockets.map(({ sent }) => sent)).to.deep.equal([['{"at":"c1"}', '{"at":"c2"}'], ['{"at":"c2"}']])
  })

  it('gives a connection up that has been silent for too long, and says when it is back', async () => {
    const { clock, sockets, live, backs } = line()
    void live.run()
    sockets[0]?.onopen?.()
    await clock.pass(30_000)
    expect(sockets).to.have.lengthOf(1)
    await clock.pass(40_000)
    expect(sockets).to.have.lengthOf.greaterThan(1)
    sockets.at(-1)?.onopen?.()
    expect(backs()).to.equal(2)
  })

  it('leaves out what is no hint', () => {
    const { sockets, heard, live } = line()
    void live.run()
    for (const data of ['', 'null', '3', '{', '{"chats":true}']) sockets[0]?.onmessage?.({ data })
    expect(heard).to.deep.equal([{ chats: true }])
  })
})

describe('the places that an approved text leaves open', () => {
  const ask = [{ name: 'form', label: '書類の名前' }]

  it('are named in the agent’s language until they are filled in, wherever they stand', () => {
    const draft = withBlanks('“{{ask.form}}” and {{ ask.form }}', ask)
    expect(draft).to.equal('“{{書類の名前}}” and {{書類の名前}}')
    expect(blanksIn(draft)).to.deep.equal(['書類の名前'])
    expect(fillBlank(draft, '書類の名前', '$& 依頼書')).to.equal('“$& 依頼書” and $& 依頼書')
    expect(blanksIn('{{}} {a}')).to.deep.equal([])
  })
})
