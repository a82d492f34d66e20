import { expect } from 'chai'
import type { State } from '../../../dialogs/index.ts'
import { type BadBank, startBadBank } from '../../support/badBank.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'
import { buttonsOf, TeamsCustomer, wordsOf } from '../../support/teamsCustomer.ts'
import { appId, type Posted, TeamsStandIn } from '../../support/teamsStandIn.ts'
import { insist, startTraffic, together } from '../../support/traffic.ts'

const locked = 'サービスがご利用できなくなりましたと出てログオンできません'
const button = (heard: Posted[], title: string) => {
  const found = buttonsOf(heard).find((one) => one.title === title)
  if (!found) throw new Error(`No button "${title}" among ${buttonsOf(heard).map((one) => one.title)}`)
  return found
}

describe('Teams', function () {
  this.timeout(300_000)
  let standIn: TeamsStandIn
  let kaijo: Running
  let bank: BadBank

  before(async () => {
    bank = await startBadBank()
    standIn = await TeamsStandIn.start()
    kaijo = await runKaijo({ ...bank.env, ...standIn.env })
  })
  after(async () => {
    await kaijo.end()
    await standIn.close()
    await bank.close()
  })

  const customer = (more: ConstructorParameters<typeof TeamsCustomer>[2] = { locale: 'ja-JP' }) =>
    new TeamsCustomer(kaijo, standIn, more)
  const stateOf = async ({ id }: TeamsCustomer) =>
    (await kaijo.store.conversation(`teams:${id}`))?.state as State

  it('answers a message with a good token through the connector, with a bearer token of the login', async () => {
    const one = customer()
    const heard = await one.say(locked)
    expect(wordsOf(heard)).to.include('ロックされたのはどなたですか？')
    expect(buttonsOf(heard).map(({ title }) => title)).to.include.members(['利用者', '管理者'])
    for (const { authorization, body } of heard) {
      expect([...standIn.bearers]).to.include(authorization?.slice(7))
      expect(body.from.id).to.equal(`28:${appId}`)
      expect(body.conversation.id).to.equal(one.id)
    }
  })

  it('asks for one bearer token, whoever many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => customer().say('戻る')))
    expect(standIn.asked.filter((path) => path.endsWith('/token')).length).to.equal(1)
  })

  it('greets once when it is installed, however often Teams says so', async () => {
    const one = customer({})
    expect(wordsOf(await one.install()).match(/こんにちは/g)).to.have.length(1)
    await one.post(one.activity({ type: 'installationUpdate', action: 'add-upgrade' }))
    expect(await one.hear()).to.deep.equal([])
  })

  it('goes on in the language of the client, also when the installation did not tell it', async () => {
    expect(wordsOf(await customer({ locale: 'en-US' }).say('hello'))).to.match(/Sorry|Hello/)
    const one = customer({ locale: undefined })
    await one.install()
    const client = { type: 'clientInfo', locale: 'en-US', platform: 'Windows' }
    const heard = wordsOf(await one.say('I cannot log on', { locale: 'en-US', entities: [client] }))
    expect(heard).to.include('Who is locked out?')
    expect((await stateOf(one)).device).to.equal('pc')
    await one.say('日本語', { locale: 'en-US' })
    expect((await stateOf(one)).locale).to.equal('ja')
    await one.say('戻る', { locale: 'en-US' })
    expect((await stateOf(one)).locale).to.equal('ja')
  })

  it('says nothing to what is no message: typing, reactions, other people, its own removal', async () => {
    const one = customer()
    const nothing = [
      { type: 'typing' },
      { type: 'messageReaction', reactionsAdded: [{ type: 'like' }] },
      { type: 'conversationUpdate', membersAdded: [{ id: '29:other' }] },
      { type: 'conversationUpdate', membersRemoved: [{ id: `28:${appId}` }] },
      { type: 'installationUpdate', action: 'remove' },
      { type: 'messageUpdate', text: locked },
      { type: 'somethingNewOneDay', surprise: { deep: [1, 2, 3] } },
    ]
    for (const activity of nothing) expect((await one.post(one.activity(activity))).status).to.equal(200)
    await kaijo.turns.idle()
    expect(await kaijo.store.conversation(`teams:${one.id}`)).to.equal(undefined)
    const invoke = one.activity({ type: 'invoke', name: 'composeExtension/query', value: {} })
    expect((await one.post(invoke)).status).to.equal(501)
  })

  it('hears in a group and in a channel what stands beside its own name', async () => {
    for (const [kind, id] of [
      ['groupChat', '19:group@thread.v2'],
      ['channel', '19:channel@thread.tacv2;messageid=1700000000000'],
    ] as const) {
      const one = customer({ locale: 'ja-JP', kind, id })
      const mentioned = { id: `28:${appId}`, name: 'Kaijo' }
      const entities = [{ type: 'mention', text: '<at>Kaijo</at>', mentioned }]
      const heard = await one.say(`<at>Kaijo</at>&nbsp;${locked}\n`, { entities })
      expect(wordsOf(heard)).to.include('ロックされたのはどなたですか？')
      const log = await kaijo.store.activities(`teams:${id}`, 0, 10)
      expect(log[0]?.activity.text).to.equal(locked)
    }
  })

  it('keeps no name and nothing of what Teams knows of a person', async () => {
    const one = customer()
    await one.say(locked)
    const log = await kaijo.store.activities(`teams:${one.id}`, 0, 100)
    const kept = JSON.stringify([log, await kaijo.store.conversation(`teams:${one.id}`), kaijo.lines])
    expect(kept).not.to.match(/山田|aadObjectId|a-tenant"}}/)
  })

  it('removes a secret before anything is kept', async () => {
    const one = customer()
    await one.say(locked)
    expect(wordsOf(await one.say('暗証番号は 48213097 です'))).to.include('ここには書かないでください')
    const log = await kaijo.store.activities(`teams:${one.id}`, 0, 100)
    expect(JSON.stringify(log)).not.to.include('48213097')
  })

  it('answers a press with the card itself, which says what was pressed and cannot be pressed again', async () => {
    const one = customer()
    const heard = await one.say(locked)
    const answer = await one.press(button(heard, '利用者'))
    expect(answer).to.include({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive' })
    const card = JSON.stringify(answer.value)
    expect(card).to.include('ロックされたのはどなたですか？').and.include('お選びになったもの：利用者')
    expect(card).not.to.include('Action.Execute')
    expect(wordsOf(await one.hear())).to.include('次の3つがお手元にあるか')
    const log = await kaijo.store.activities(`teams:${one.id}`, 0, 100)
    expect(log.filter(({ activity }) => activity.from?.role === 'user').at(-1)?.activity.text).to.equal(
      '利用者',
    )
  })

  it('understands the same press from a client that has only Action.Submit', async () => {
    const one = customer()
    const heard = await one.submit(button(await one.say(locked), '管理者'))
    expect((await stateOf(one)).run?.path).to.deep.include({ step: 'role', answer: 'admin' })
    expect(wordsOf(heard)).to.include('ロックされましたか')
  })

  it('advances once when a button is tapped twice, and shows where things stand', async () => {
    const one = customer()
    const first = button(await one.say(locked), '利用者')
    await Promise.all([one.press(first), one.press(first)])
    const heard = await one.hear()
    expect((await stateOf(one)).run?.path.map(({ step }) => step)).to.deep.equal(['role', 'at-hand'])
    expect(wordsOf(heard)).to.include('今の案内をもう一度お出しします')
  })

  it('does not advance by a button of long ago, nor by one that never was', async () => {
    const one = customer()
    const old = button(await one.say(locked), '利用者')
    await one.press(old)
    const all = button(await one.hear(), '3つともあります')
    await one.press(all)
    await one.hear()
    const { path } = (await stateOf(one)).run ?? {}
    const made = {
      title: 'x',
      action: {
        type: 'Action.Execute',
        data: { run: '1', step: 'service-suspended/gone', choice: 'x', card: '999' },
      },
    }
    for (const pressed of [old, all, made]) {
      const answer = await one.press(pressed)
      expect(JSON.stringify(answer)).not.to.include('Action.Execute')
      expect(wordsOf(await one.hear())).to.include('利用者の暗証番号は、わかりますか')
      expect((await stateOf(one)).run?.path).to.deep.equal(path)
    }
    const hostile = one.activity({
      type: 'invoke',
      name: 'adaptiveCard/action',
      value: { action: { data: { do: { $gt: '' } } } },
    })
    expect(await (await one.post(hostile)).json()).to.include({ statusCode: 400 })
  })

  it('shows the dots while the bank keeps the answer waiting', async () => {
    const one = customer()
    for (const text of ['ログオンできない', '利用者', '3つともあります']) await one.say(text)
    bank.fault = 'hangs without a word'
    // Once is enough, unless this machine itself stands still for a second.
    for (let text = 'わかります'; !standIn.typing.includes(one.id); text = 'リンクを用意し直す') {
      await one.post(one.activity({ type: 'message', text }))
      await kaijo.turns.idle()
    }
    bank.fault = undefined
    expect(wordsOf(await one.hear())).to.include('手順 1 / 6')
    expect(standIn.in(one.id).map(({ body }) => body.type)).not.to.include('typing')
  })

  it('applies an activity once, however often it comes', async () => {
    const one = customer()
    const activity = one.activity({ type: 'message', text: locked })
    const answers = await Promise.all(Array.from({ length: 30 }, () => one.post(activity)))
    for (const { status } of answers) expect(status).to.equal(200)
    const heard = await one.hear()
    expect(wordsOf(heard).match(/ロックされたのはどなたですか/g)).to.have.length(1)
  })

  it('has answered Teams before the connector takes anything, and sends when it can', async () => {
    const one = customer()
    standIn.faults.push(502, 429)
    let release = () => {}
    standIn.held = new Promise((resolve) => {
      release = resolve
    })
    expect((await one.post(one.activity({ type: 'message', text: locked }))).status).to.equal(200)
    standIn.held = undefined
    release()
    const heard = await one.hear()
    expect(wordsOf(heard).match(/ロックされたのはどなたですか/g)).to.have.length(1)
  })

  it('sends words when a card is refused, and gives up what nobody will ever take', async () => {
    const one = customer()
    const first = button(await one.say(locked), '利用者')
    standIn.faults.push(400)
    await one.press(first)
    const [{ body } = { body: {} }] = await one.hear()
    expect(body.attachments).to.equal(undefined)
    expect(body.text).to.include('1. 3つともあります')
    standIn.faults.push(403)
    await one.post(one.activity({ type: 'message', text: '戻る' }))
    await one.post(one.activity({ type: 'message', text: '担当者に相談する' }))
    await standIn.until(() => wordsOf(standIn.in(one.id)).includes('担当者へのご相談'))
    expect(standIn.faults).to.deep.equal([])
  })

  it('sends again what got no answer: at least once, and only that message can be doubled', async () => {
    const one = customer()
    standIn.faults.push('lose')
    await one.post(one.activity({ type: 'message', text: locked }))
    await kaijo.turns.idle()
    while ((await kaijo.store.sending()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    const sent = standIn
      .in(one.id)
      .map(({ body }) => wordsOf([{ conversation: '', authorization: '', body }]))
    expect(sent[0]).to.equal(sent[1])
    expect(new Set(sent).size).to.equal(sent.length - 1)
  })

  it('takes a new bearer token when the connector refuses the one it has', async () => {
    const one = customer()
    standIn.bearers.clear()
    expect(wordsOf(await one.say(locked))).to.include('ロックされたのはどなたですか？')
  })

  it('brings "cleared" to each of 200 customers exactly once, while others write', async () => {
    const waiting = await inParallel(200, async () => {
      const one = customer()
      for (const text of ['ログオンできない', '利用者', '3つともあります', 'わかります']) await one.say(text)
      return { one, request: (await stateOf(one)).run?.request?.id ?? '' }
    })
    const others = Array.from({ length: 40 }, () => customer())
    const said = [locked, '利用者', 'もう一度', '電子証明書とは何ですか', '戻る']
    const traffic = startTraffic(40, (i, n) => (others[i] as TeamsCustomer).writes(said[n % 5] as string))
    await together(24, waiting, async ({ request }, i) => {
      Object.assign(bank.requests.get(request) ?? {}, { state: 'cleared' })
      const { headers, body } = bank.webhook(request, 'cleared')
      // The bank sends its news again, and the connector has bad moments, too.
      if (i % 20 === 0) standIn.faults.push(i % 40 === 0 ? 502 : 429)
      const post = () => insist(`${kaijo.url}/unlock/callback`, headers, body)
      expect([await post(), await post()]).to.deep.equal([204, 204])
    })
    const cleared = ({ one }: { one: TeamsCustomer }) =>
      wordsOf(standIn.in(one.id)).match(/解除を確認しました/g)
    for (const one of waiting) await standIn.until(() => !!cleared(one))
    await traffic.end()
    for (const { one } of waiting) await one.hear()
    while ((await kaijo.store.sending()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    for (const one of waiting) expect(cleared(one)).to.have.length(1)
  })
})

/** Twenty at a time. */
async function inParallel<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = []
  while (made.length < count) made.push(...(await Promise.all(Array.from({ length: 20 }, make))))
  return made
}
