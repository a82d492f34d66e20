import { expect } from 'chai'
import { chance } from '../../support/chance.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'
import { LineCustomer, readable, tappable } from '../../support/lineCustomer.ts'
import { type LineStandIn, standInForLine } from '../../support/lineStandIn.ts'
import { until } from '../../support/until.ts'
import { hostile } from './hostileLine.ts'

const hello = 'サービスがご利用できなくなりましたと出てログオンできません'

describe('LINE', function () {
  this.timeout(300_000)
  let line: LineStandIn
  let kaijo: Running
  let customer: LineCustomer

  before(async () => {
    line = await standInForLine()
    kaijo = await runKaijo(line.env)
  })
  after(async () => {
    await kaijo.end()
    await line.end()
  })
  beforeEach(() => {
    customer = new LineCustomer(line, kaijo.url)
  })
  afterEach(() => {
    expect(line.invalid).to.deep.equal([])
  })

  it('does nothing with a webhook that is for another account', async () => {
    await until(async () => (await fetch(`${kaijo.url}/line/back`)).ok)
    const event = line.event(customer.user, {
      type: 'message',
      message: { type: 'text', id: '1', text: hello },
    })
    const body = Buffer.from(JSON.stringify({ destination: 'Uother', events: [event] }))
    expect((await line.postRaw(kaijo.url, body)).status).to.equal(200)
    await settled()
    expect(await kaijo.store.conversation(`line:${customer.user}`)).to.equal(undefined)
    expect(kaijo.lines.some((one) => one.includes('line.elsewhere'))).to.equal(true)
    expect((await line.post(kaijo.url, [event])).status).to.equal(200)
    await until(() => customer.got.length > 0)
    expect(customer.reads).to.include('ロックされたのはどなたですか？')
  })

  const settled = async () => {
    await kaijo.turns.idle()
    await until(async () => (await kaijo.store.sending()).length === 0)
  }
  const log = (user: string) => kaijo.store.activities(`line:${user}`, 0, 500)
  const calls = (path: string) => line.calls.filter((call) => call.path.endsWith(path))
  let written = 0
  const writes = (user: string, text: string, more: object = {}) =>
    line.event(user, {
      type: 'message',
      message: { type: 'text', id: `m${++written}`, text },
      ...more,
    })
  const post = (...events: object[]) => line.post(kaijo.url, events)
  const steps = ['利用者', '3つともあります', 'わかります']

  it('leads a customer through the whole guide by free replies, with a guide number for the PC', async () => {
    await customer.says(hello)
    for (const choice of steps) await customer.taps(choice)
    expect(customer.reads)
      .to.include('手順 1 / 6')
      .and.match(/\d{4} \d{4}/)
    expect([...tappable(line.last(customer.user)).values()].map(({ type }) => type)).to.include('clipboard')
    for (let number = 2; number <= 6; number++) {
      await customer.taps('できた・次へ')
      expect(customer.reads).to.include(`手順 ${number} / 6`)
    }
    expect(customer.got.every(({ by, messages }) => by === 'reply' && messages.length <= 5)).to.equal(true)
    expect(calls('/push')).to.have.length(0)
  })

  it('shows the help of a step, goes back, answers a question on the way, and speaks English', async () => {
    await customer.says(hello)
    for (const choice of steps) await customer.taps(choice)
    expect(await customer.taps('うまくいかない')).to.include('どのような状態ですか')
    expect(await customer.taps('戻る')).to.include('手順 1 / 6')
    expect(await customer.says('電子証明書とは何ですか')).to.include('電子証明書')
    expect(await customer.says('English'))
      .to.include('Step 1 of 6')
      .and.include('5 more to go')
  })

  it('greets who follows, once, in the language of the profile', async () => {
    line.profiles.set(customer.user, 'en-US')
    expect(await customer.sends({ type: 'follow', follow: { isUnblocked: false } })).to.match(/[Hh]ello|help/)
    await post(line.event(customer.user, { type: 'follow', follow: { isUnblocked: true } }))
    await settled()
    expect(customer.got).to.have.length(1)
    expect(calls(`/profile/${customer.user}`)).to.have.length(1)
  })

  it('speaks Japanese to a customer whose profile does not come within a second', async () => {
    line.faults.set('/profile/Uquiet', ['hang'])
    const quiet = new LineCustomer(line, kaijo.url, 'Uquiet')
    expect(await quiet.sends({ type: 'follow' })).to.include('こんにちは')
  })

  it('refuses what is not signed, and nothing happens', async () => {
    const event = writes(customer.user, hello)
    const answers = [
      await line.post(kaijo.url, [event], { secret: 'another secret' }),
      await fetch(`${kaijo.url}/line/webhook`, { method: 'POST', body: JSON.stringify({ events: [event] }) }),
    ]
    expect(answers.map(({ status }) => status)).to.deep.equal([401, 401])
    expect(await kaijo.store.conversation(`line:${customer.user}`)).to.equal(undefined)
  })

  it("answers the console's trial: no events, and tokens of zeros", async () => {
    expect((await post()).status).to.equal(200)
    const trial = { ...writes('Utrial', 'Hello'), replyToken: '0'.repeat(32) }
    expect((await post(trial)).status).to.equal(200)
    expect(await kaijo.store.conversation('line:Utrial')).to.equal(undefined)
  })

  it('keeps 20 customers of one webhook apart', async () => {
    const customers = Array.from({ length: 20 }, () => new LineCustomer(line, kaijo.url))
    const [step, faq] = [hello, 'スマホで使えますか']
    await post(...customers.map(({ user }, i) => writes(user, i % 2 ? step : faq)))
    await until(() => customers.every(({ got }) => got.length === 1))
    for (const [i, { user, reads }] of customers.entries()) {
      expect(reads.includes('ロックされたのはどなたですか'), user).to.equal(i % 2 === 1)
    }
  })

  it('answers five quick messages of a customer in order, each by its own token', async () => {
    const events = ['一', '二', '三', '四', '五'].map((text) => writes(customer.user, `${text}番目`))
    await Promise.all(events.map((event) => post(event)))
    await until(() => customer.got.length === 5)
    const said = (await log(customer.user)).filter(({ activity }) => activity.from?.role === 'user')
    const order = said.map(({ activity }) => activity.text)
    const used = calls('/reply').map(({ body }) => body.replyToken)
    const tokens = events.map((event) => event.replyToken)
    expect(new Set(order).size).to.equal(5)
    const positions = order.map((text) =>
      used.indexOf(tokens[events.findIndex((event) => text === (event.message as { text: string }).text)]),
    )
    expect(positions).to.deep.equal([...positions].sort((a, b) => a - b))
    expect(positions).not.to.include(-1)
  })

  it('lets one send that hangs delay nobody else', async () => {
    let release = () => {}
    line.stuck.set(customer.user, new Promise<void>((resolve) => (release = resolve)))
    await post(writes(customer.user, hello))
    const others = Array.from({ length: 10 }, () => new LineCustomer(line, kaijo.url))
    await Promise.all(others.map((other) => other.says(hello)))
    expect(customer.got).to.have.length(0)
    release()
    line.stuck.clear()
    await until(() => customer.got.length === 1)
  })

  it('applies an event once, however often and however late it comes', async () => {
    const event = writes(customer.user, hello)
    await Promise.all(Array.from({ length: 10 }, () => post(event)))
    await until(() => customer.got.length === 1)
    await post({ ...event, deliveryContext: { isRedelivery: true } })
    await settled()
    expect(customer.got).to.have.length(1)
    expect(
      (await log(customer.user)).filter(({ activity }) => activity.from?.role === 'user'),
    ).to.have.length(1)
  })

  it('shows the current step, and moves nothing, for an old message that LINE delivers late', async () => {
    const late = writes(customer.user, '管理者', { timestamp: Date.now() - 60_000 })
    await customer.says(hello)
    await post({ ...late, deliveryContext: { isRedelivery: true } })
    await until(() => customer.got.length === 2)
    expect(customer.reads).to.include('ロックされたのはどなたですか')
  })

  it('shows the current step for an old button, a double tap and data that is not ours', async () => {
    await customer.says(hello)
    const first = tappable(line.last(customer.user)).get('利用者') as { data: string }
    for (const choice of steps) await customer.taps(choice)
    const old = tappable(line.last(customer.user)).get('できた・次へ') as { data: string }
    await customer.taps('できた・次へ')
    for (const data of [first.data, old.data, old.data, 'richmenu=1', 'v=1&r=9&s=gone/step&c=done']) {
      expect(await customer.presses({ type: 'postback', data }), data).to.include('手順 2 / 6')
    }
  })

  it('writes into the transcript what stood on the button', async () => {
    await customer.says(hello)
    await customer.taps('利用者')
    expect((await log(customer.user)).map(({ activity }) => activity.text)).to.include('利用者')
  })

  for (const type of ['sticker', 'image', 'video', 'audio', 'file', 'location', 'hologram']) {
    it(`asks for words, and not for an account's data, when a ${type} comes`, async () => {
      expect(await customer.sends({ type: 'message', message: { type, id: '1' } })).to.match(
        /文字でお書きください/,
      )
    })
  }

  it('answers five pictures chosen together once', async () => {
    const pictures = [1, 2, 3, 4, 5].map((index) => {
      const imageSet = { id: `set${customer.user}`, index, total: 5 }
      return line.event(customer.user, {
        type: 'message',
        message: { type: 'image', id: `${index}`, imageSet },
      })
    })
    await Promise.all(pictures.map((picture) => post(picture)))
    await until(() => customer.got.length > 0)
    await settled()
    expect(customer.got).to.have.length(1)
  })

  it('masks a secret before it is stored, and warns', async () => {
    expect(await customer.says('暗証番号は８３０１９２です')).to.include('記録せずに消しました')
    expect(JSON.stringify(await log(customer.user))).not.to.match(/830192|８３０１９２/)
  })

  it('leaves a group with one polite refusal, whatever is said there', async () => {
    const inGroup = (more: object) =>
      line.event('Cgroup', { source: { type: 'group', groupId: 'Cgroup', userId: customer.user }, ...more })
    await post(inGroup({ type: 'join' }))
    await until(() => calls('/group/Cgroup/leave').length === 1)
    expect(readable(line.last('Cgroup')))
      .to.include('グループではご案内できません')
      .and.include('one to one')
    await post(inGroup({ type: 'leave' }), inGroup({ type: 'memberLeft' }))
    await post(
      line.event('Rroom', { source: { type: 'room', roomId: 'Rroom' }, type: 'message', message: {} }),
    )
    await until(() => calls('/room/Rroom/leave').length === 1)
    expect(line.delivered.filter(({ to }) => to === 'Cgroup')).to.have.length(1)
    expect(customer.got).to.have.length(0)
  })

  it('says nothing where it must not: standby, unfollow, account links, beacons, what is to come', async () => {
    const silent = [
      writes(customer.user, hello, { mode: 'standby', replyToken: undefined }),
      ...[
        'unfollow',
        'accountLink',
        'beacon',
        'things',
        'videoPlayComplete',
        'membership',
        'inventedNextYear',
      ].map((type) => line.event(customer.user, { type })),
    ]
    const before = line.calls.length
    expect((await post(...silent)).status).to.equal(200)
    await settled()
    expect(line.calls.slice(before)).to.deep.equal([])
  })

  it('forgets the words of a message that was taken back, and takes an edited one as edited', async () => {
    const [kept, gone] = [writes(customer.user, '残る言葉'), writes(customer.user, '消える言葉')]
    await post(kept, gone)
    await until(() => customer.got.length === 2)
    const { id } = gone.message as { id: string }
    await post(
      line.event(customer.user, { type: 'unsend', unsend: { messageId: id }, replyToken: undefined }),
    )
    const { id: other } = kept.message as { id: string }
    await post(
      line.event(customer.user, {
        type: 'messageEdited',
        message: { type: 'text', id: other, text: '直した言葉' },
      }),
    )
    await settled()
    const text = JSON.stringify(await log(customer.user))
    expect(text).not.to.match(/消える言葉|残る言葉/)
    expect(text).to.include('直した言葉').and.include('messageDelete')
    expect(customer.got).to.have.length(2)
  })

  it('answers 503 when it cannot store, so that LINE sends again, and then applies it once', async () => {
    const event = writes(customer.user, hello)
    const real = kaijo.store.accept
    kaijo.store.accept = () => Promise.reject(new Error('the disk is full'))
    expect((await post(event)).status).to.equal(503)
    kaijo.store.accept = real
    expect((await post(event)).status).to.equal(200)
    await until(() => customer.got.length === 1)
  })

  it('lives through 1,000 webhooks of any shape: none fails, and no invalid message', async () => {
    const seed = chance(20_261_123)
    const before = kaijo.lines.length
    const statuses = new Map<number, number>()
    for (let batch = 0; batch < 1000; batch += 40) {
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => line.postRaw(kaijo.url, hostile(seed, line))),
      )
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    // What a busy machine does not store in time is told to come again.
    expect([...statuses.keys()].filter((status) => status >= 500 && status !== 503)).to.deep.equal([])
    const unstored = kaijo.lines.slice(before).filter((text) => text.includes('line.unstored'))
    expect(unstored).to.deep.equal([])
    expect(statuses.get(200)).to.be.greaterThan(500)
    await settled()
    expect(await customer.says(hello)).to.include('ロックされたのはどなたですか')
  })

  it('is not there when it is not configured', async () => {
    const without = await runKaijo()
    const { status } = await line.post(without.url, [])
    await without.end()
    expect(status).to.equal(404)
  })
})
