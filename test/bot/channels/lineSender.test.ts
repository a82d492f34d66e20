import { expect } from 'chai'
import { openLineApi } from '../../../bot/channels/lineApi.ts'
import { lineSender } from '../../../bot/channels/lineSender.ts'
import { createLog } from '../../../bot/log.ts'
import type { Outgoing } from '../../../bot/store/index.ts'
import { readable } from '../../support/lineCustomer.ts'
import { type Fault, type LineStandIn, standInForLine } from '../../support/lineStandIn.ts'

const user = 'Uone'
const conversation = `line:${user}`
const choice = { type: 'messageBack', title: 'はい', value: { run: '1', step: 'a/b', choice: 'yes' } }
const said = [{ type: 'message', text: 'わかりますか？', suggestedActions: { to: [], actions: [choice] } }]

/** What became of a turn: how the outbox was told to go on each time, until it was done with. */
interface Course {
  result: 'sent' | 'dropped' | 'waits'
  pauses: number[]
  notes: object[]
}

describe('an answer to a LINE customer', function () {
  this.timeout(300_000)
  let line: LineStandIn
  let lines: string[]

  beforeEach(async () => {
    line = await standInForLine()
    lines = []
  })
  afterEach(() => line.end())

  const drawing = () => ({
    say: (key: string) => key,
    place: { help: { shown: '-', url: 'https://x.example' } },
  })

  /** Sends it as the outbox does, again and again without the pauses. */
  const send = async (
    out: Partial<Outgoing>,
    { most = 8, now = Date.now, channelId = '', url = line.url, born = -60_000, secret = 's' } = {},
  ): Promise<Course> => {
    const log = createLog('info', { write: (text) => lines.push(text) })
    const token = line.env.LINE_CHANNEL_ACCESS_TOKEN as string
    const api = openLineApi({ apiUrl: url, token: channelId ? 'stale' : token, secret, channelId })
    let clock = () => Date.now() + born
    const parts = {
      api,
      drawing,
      settle: () => true,
      log,
      random: () => 0.5,
      /** Short only for what never comes: a slow machine is no hanging LINE. */
      get within() {
        const isHanging = [...line.faults.values()].some(([next]) => next?.startsWith('hang'))
        const ms = isHanging ? 400 : 30_000
        return { reply: ms, push: ms }
      },
    }
    const sender = lineSender({ ...parts, now: () => clock() })
    clock = now
    const course: Course = { result: 'waits', pauses: [], notes: [] }
    let note = out.note
    for (let attempts = 0; attempts < most; attempts++) {
      const row = {
        id: 1,
        conversation,
        channel: 'line',
        activities: said,
        ...out,
        attempts,
        note,
      } as Outgoing
      const result = await sender.send(row, async (more) => {
        note = more
        course.notes.push(more)
      })
      if (typeof result === 'string') {
        course.result = result
        break
      }
      course.pauses.push(result.after)
    }
    await api.close()
    return course
  }
  const reply = () => ({ token: line.event(user, {}).replyToken as string, at: Date.now() })
  const fail = (path: string, ...faults: Fault[]) => line.faults.set(path, faults)
  const callsTo = (path: string) => line.calls.filter((call) => call.path.endsWith(path))
  const ways = () => line.delivered.map(({ by }) => by)

  it('is one free reply, remembered by nobody', async () => {
    expect(await send({ reply: reply() })).to.deep.equal({ result: 'sent', pauses: [], notes: [] })
    expect(ways()).to.deep.equal(['reply'])
    expect(callsTo('/push')).to.have.length(0)
  })

  const unknown: [Fault, string][] = [
    ['500 before', 'LINE failed before it took it'],
    ['500 after', 'LINE failed after it took it'],
    ['hang', 'no answer came and nothing was taken'],
    ['hang after', 'no answer came though it was taken'],
    ['reset after', 'the connection broke after it was taken'],
  ]
  for (const [fault, what] of unknown) {
    it(`is seen once, by the same token tried once more, when ${what}`, async () => {
      fail('/reply', fault)
      expect(await send({ reply: reply() })).to.deep.include({ result: 'sent', pauses: [1000] })
      expect(ways()).to.deep.equal(['reply'])
      expect(new Set(callsTo('/reply').map(({ body }) => body.replyToken)).size).to.equal(1)
      expect(callsTo('/reply')).to.have.length(2)
      expect(callsTo('/push')).to.have.length(0)
    })
  }

  it('is tried with its token less and less often while nobody knows what became of it, and seen once', async () => {
    fail('/reply', 'hang', '500 before', 'reset after')
    expect(await send({ reply: reply() })).to.deep.include({ result: 'sent', pauses: [1000, 2000, 4000] })
    expect([ways(), callsTo('/push')]).to.deep.equal([['reply'], []])
  })

  it('is never pushed after unknown outcomes, nor tried when its token may have run out, and that is said', async () => {
    fail('/reply', 'hang after', 'hang', '500 before', '500 before')
    expect((await send({ reply: reply() })).result).to.equal('dropped')
    expect([ways(), callsTo('/push')]).to.deep.equal([['reply'], []])
    expect(callsTo('/reply')).to.have.length(4)
    expect(lines.join()).to.include('line.undelivered')
  })

  it('counts as sent when LINE takes it and answers with broken JSON', async () => {
    fail('/reply', 'bad json')
    expect(await send({ reply: reply() })).to.deep.equal({ result: 'sent', pauses: [], notes: [] })
  })

  it('is pushed once, with a key remembered before, when its token has run out', async () => {
    const out = { reply: reply() }
    line.age(61_000)
    const course = await send(out)
    expect([course.result, ways()]).to.deep.equal(['sent', ['push']])
    const [push] = callsTo('/push')
    expect(course.notes[0]).to.have.nested.property('push.key', push?.retryKey)
    expect(callsTo('/reply').every(({ retryKey }) => retryKey === undefined)).to.equal(true)
  })

  for (const [fault] of unknown) {
    it(`is pushed with the same key and bytes and seen once after "${fault}"`, async () => {
      fail('/push', fault)
      const course = await send({})
      expect([course.result, ways(), course.pauses]).to.deep.equal(['sent', ['push'], [1000]])
      const pushes = callsTo('/push')
      expect(pushes).to.have.length(2)
      expect(new Set(pushes.map(({ retryKey, body }) => retryKey + JSON.stringify(body))).size).to.equal(1)
      expect(line.invalid).to.deep.equal([])
    })
  }

  it('goes on with the remembered key after a crash in the middle of a push', async () => {
    fail('/push', '500 after')
    const first = await send({}, { most: 1 })
    const again = await send({ note: first.notes.at(-1) as object })
    expect([again.result, ways()]).to.deep.equal(['sent', ['push']])
  })

  it('is pushed four times at most, and not after a day, when LINE would forget the key', async () => {
    fail('/push', 'hang', 'hang', 'hang', 'hang', 'hang', 'hang')
    const course = await send({})
    expect([course.result, callsTo('/push').length]).to.deep.equal(['dropped', 4])
    expect(course.pauses).to.deep.equal([1000, 4000, 15_000, 0])
    const since = Date.now() - 24 * 3600 * 1000
    line.faults.clear()
    const key = 'a7a1c0de-0000-4000-8000-000000000000'
    expect((await send({ note: { push: { key, tries: 1, since } } })).result).to.equal('dropped')
    expect(ways()).to.deep.equal([])
  })

  it('comes in words with its quick replies, by the same token, when LINE refuses what was drawn', async () => {
    fail('/reply', 'content')
    expect((await send({ reply: reply() })).result).to.equal('sent')
    expect(ways()).to.deep.equal(['reply'])
    const [message] = line.last(user)
    expect(message?.type).to.equal('text')
    expect(message?.quickReply?.items).to.have.length(1)
    expect(readable(line.last(user))).to.include('わかりますか？\n\n1. はい')
  })

  it('is given up, and not sent for ever, when LINE refuses the words too', async () => {
    fail('/reply', 'content', 'content', 'content')
    expect([(await send({ reply: reply() })).result, ways()]).to.deep.equal(['dropped', []])
    expect(callsTo('/reply')).to.have.length(2)
  })

  it('waits longer each time LINE is asked too often, three times, and is then given up', async () => {
    fail('/reply', '429', '429')
    expect(await send({ reply: reply() })).to.deep.include({ result: 'sent', pauses: [1000, 2000] })
    fail('/reply', '429', '429', '429', '429', '429')
    expect(await send({ reply: reply() })).to.deep.include({ result: 'dropped', pauses: [1000, 2000, 4000] })
  })

  it('is given up at once when the month has no messages left, and the operator is told', async () => {
    line.quota = { type: 'limited', value: 200, used: 200 }
    expect(await send({})).to.deep.include({ result: 'dropped', pauses: [] })
    expect(lines.join()).to.match(/line\.undelivered.*quota/)
    expect(callsTo('/quota/consumption')).to.have.length(1)
  })

  it('waits for a token that is refused to be mended, and is not lost', async () => {
    fail('/reply', '401')
    const course = await send({ reply: reply() })
    expect(course).to.deep.include({ result: 'sent', pauses: [1000] })
    expect(lines.join()).to.include('line.unauthorized')
  })

  it('goes on at once with a new token where the channel ID is known', async () => {
    expect(await send({ reply: reply() }, { channelId: '1234567890' })).to.deep.include({
      result: 'sent',
      pauses: [],
    })
    expect(callsTo('/oauth2/v3/token')).to.have.length(1)
    expect(ways()).to.deep.equal(['reply'])
  })

  it('waits while LINE cannot be reached, which is no try: nothing was taken', async () => {
    const course = await send({ reply: reply() }, { url: 'http://127.0.0.1:1', most: 7 })
    expect(course.result).to.equal('waits')
    expect(course.pauses).to.deep.equal([1000, 4000, 15_000, 60_000, 300_000, 900_000, 1_800_000])
    expect(lines.join()).to.include('ECONNREFUSED')
  })

  it('is not pushed as well when the store could not write down that its reply was taken', async () => {
    const log = createLog('silent')
    const api = openLineApi({
      apiUrl: line.url,
      token: line.env.LINE_CHANNEL_ACCESS_TOKEN as string,
      secret: 's',
    })
    const sender = lineSender({ api, drawing, settle: () => true, log, now: Date.now })
    const row = { id: 1, conversation, channel: 'line', activities: said, attempts: 0, reply: reply() }
    const keep = async () => {}
    expect([await sender.send(row, keep), await sender.send(row, keep)]).to.deep.equal(['sent', 'sent'])
    expect(ways()).to.deep.equal(['reply'])
    await api.close()
  })

  it('counts as sent when a process before this one has used its fresh token', async () => {
    const used = { reply: reply() }
    await send(used)
    expect((await send(used, { born: 1000 })).result).to.equal('sent')
    expect(ways()).to.deep.equal(['reply'])
  })

  it('is rather pushed than lost when a process before this one may have sent it a long time ago', async () => {
    const old = { token: 'gone', at: Date.now() - 55_000 }
    expect((await send({ reply: old }, { born: 1000 })).result).to.equal('sent')
    expect(ways()).to.deep.equal(['push'])
  })

  it('is a reply of five messages and a push of the rest when there is very much to say', async () => {
    const text = 'あ。'.repeat(14_000)
    const course = await send({ reply: reply(), activities: [{ type: 'message', text }] })
    expect([course.result, ways()]).to.deep.equal(['sent', ['reply', 'push']])
    expect(line.delivered.map(({ messages }) => messages.length)).to.deep.equal([5, 1])
    expect(readable(line.delivered.flatMap(({ messages }) => messages)).replaceAll('\n', '')).to.equal(text)
  })

  it('writes request ids to the log, and neither tokens nor words', async () => {
    await send({ reply: reply() })
    expect(lines.join()).to.match(
      /"event":"line.sent".*"id":"[\w-]{36}"|"id":"[\w-]{36}".*"event":"line.sent"/,
    )
    expect(lines.join()).not.to.match(/わかり|stand-in|replyToken/)
  })
})
