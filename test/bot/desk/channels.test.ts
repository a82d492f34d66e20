import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { State } from '../../../dialogs/index.ts'
import { type BadBank, startBadBank } from '../../support/badBank.ts'
import { type Customer, customers, type Street } from '../../support/channelCustomers.ts'
import { type DeskVisitor, firstAdmin, invited } from '../../support/desk.ts'
import { agents } from '../../support/deskChat.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'
import { type LineStandIn, standInForLine } from '../../support/lineStandIn.ts'
import { TeamsStandIn } from '../../support/teamsStandIn.ts'
import { until } from '../../support/until.ts'

const { yamada } = agents

describe('a person at the desk, in every channel', function () {
  this.timeout(300_000)
  let bank: BadBank
  let teams: TeamsStandIn
  let line: LineStandIn
  let kaijo: Running
  let street: Street
  let hana: DeskVisitor | undefined

  before(async () => {
    bank = await startBadBank()
    teams = await TeamsStandIn.start()
    line = await standInForLine()
    kaijo = await runKaijo({ ...bank.env, ...teams.env, ...line.env })
    street = { kaijo, teams, line }
  })
  after(async () => {
    await kaijo.end()
    await teams.close()
    await line.end()
    await bank.close()
  })

  /** What was shown since the last look, when all that was said has come. */
  async function shown(customer: Customer, channel: string) {
    await kaijo.turns.idle()
    const log = await kaijo.store.activities(customer.conversation, 0, 1000)
    const said = log.filter(({ activity }) => activity.from?.role === 'bot')
    // Who reads the log reads the protocol's events, too.
    const count = said.filter(
      ({ activity }) => channel === 'Direct Line' || activity.type === 'message',
    ).length
    return customer.seen(count)
  }

  /** Says something that the bot must not answer; a customer of LINE's stand-in waits for an answer to everything. */
  async function quietly(customer: Customer, channel: string, text: string) {
    if (channel !== 'LINE') return customer.say(text)
    const user = customer.conversation.replace(/^line:/, '')
    const said = { type: 'message', message: { type: 'text', id: randomUUID(), text } }
    await line.post(kaijo.url, [line.event(user, said)])
  }

  /** The bank clears the lock, and says so. */
  async function settle(conversation: string) {
    const { run } = (await kaijo.store.conversation(conversation))!.state as State
    const id = run?.request?.id ?? ''
    Object.assign(bank.requests.get(id) ?? {}, { state: 'cleared' })
    const { headers, body } = bank.webhook(id, 'cleared')
    await fetch(`${kaijo.url}/unlock/callback`, { method: 'POST', headers, body: new Uint8Array(body) })
  }

  const press = (title: string) => ({ type: 'messageBack', title, value: {} })

  for (const channel of ['Direct Line', 'LINE', 'Teams'] as const)
    it(`takes over in ${channel}, writes twice, and gives back to the bot, which leads to the end`, async () => {
      const customer = await customers[channel]!(street, 'ja')
      const { conversation } = customer
      const { desk, presence } = kaijo
      presence.here(yamada.id)
      const tell = async (words: string) => {
        await customer.say(words)
        return shown(customer, channel)
      }
      let presses = 0
      const pressed = () => ({ conversation, agent: yamada, key: `press-${++presses}` })
      await shown(customer, channel)
      await tell('ログオンできない')
      await tell('利用者')
      const waiting = await tell('担当者')
      expect(waiting.words).to.include('担当者におつなぎします')
      expect(waiting.buttons).to.deep.equal(['待つのをやめる'])
      expect((await tell('よろしくお願いします')).words).to.include('担当者にお伝えします')
      await desk.take(pressed())
      expect((await shown(customer, channel)).words).to.include('担当者の山田が対応します。')
      await desk.send({ ...pressed(), text: 'お困りですね。' })
      await desk.send({ ...pressed(), text: '3つともお手元にありますか。' })
      const written = (await shown(customer, channel)).words
      expect(written).to.match(/お困りですね。\s*3つともお手元にありますか。/)
      await quietly(customer, channel, 'あります')
      expect((await shown(customer, channel)).words).to.equal('')
      await desk.return(pressed())
      const back = await shown(customer, channel)
      expect(back.words).to.include('自動のご案内に戻ります').and.to.include('次の3つがお手元にあるか')
      await customer.press(press('3つともあります'))
      expect((await shown(customer, channel)).words).to.include('利用者の暗証番号は')
      for (const title of ['わかります', ...Array<string>(6).fill('できた・次へ')]) {
        await customer.press(press(title))
        await shown(customer, channel)
      }
      await settle(conversation)
      expect((await shown(customer, channel)).words).to.include('解除されたことを確認しました')
      const [handoff] = await kaijo.store.handoffs({ conversation })
      expect(handoff).to.deep.include({ how: 'returned', agent: yamada.id })
      await customer.end()
    })

  for (const channel of ['LINE', 'Teams'] as const)
    it(`shows in ${channel} that the agent writes, as the channel itself does it`, async () => {
      hana ??= await invited(await firstAdmin(kaijo), { name: 'hana', role: 'agent', shown: '花子' })
      await hana.ask('GET', '/desk/api/chats')
      const customer = await customers[channel]!(street, 'ja')
      await shown(customer, channel)
      await customer.say('担当者')
      await shown(customer, channel)
      const path = `/desk/api/chats/${encodeURIComponent(customer.conversation)}`
      await hana.ask('POST', `${path}/take`, { key: `take-the-chat-${channel}` })
      const user = customer.conversation.replace(/^\w+:/, '')
      const dots = () =>
        channel === 'Teams'
          ? teams.typing.filter((id) => id === user).length
          : line.calls.filter(
              ({ path, body }) =>
                path === '/v2/bot/chat/loading/start' && body.chatId === user && body.loadingSeconds === 10,
            ).length
      const before = dots()
      await hana.ask('POST', `${path}/typing`, {})
      await until(() => dots() > before)
      await hana.ask('POST', `${path}/close`, { key: `close-the-chat-${channel}` })
      await customer.end()
    })

  for (const channel of ['Direct Line', 'LINE', 'Teams'] as const)
    it(`asks in ${channel} how the agent was once the chat is closed, and takes one tap for an answer`, async () => {
      const customer = await customers[channel]!(street, 'en')
      const { conversation } = customer
      kaijo.presence.here(yamada.id)
      const pressed = (key: string) => ({ conversation, agent: yamada, key })
      await shown(customer, channel)
      await customer.say('talk to a person')
      await shown(customer, channel)
      await kaijo.desk.take(pressed('take'))
      await kaijo.desk.close(pressed('close'))
      const asked = await shown(customer, channel)
      expect(asked.words).to.include('tell us how our staff did')
      const ratings = [
        'Very satisfied',
        'Satisfied',
        'Neither',
        'Dissatisfied',
        'Very dissatisfied',
        'Not now',
      ]
      expect(asked.buttons).to.deep.equal(ratings)
      await customer.press({ ...press('Satisfied'), value: { do: 'rate', choice: '4' } })
      expect((await shown(customer, channel)).words).to.include('Thank you for telling us.')
      const [handoff] = await kaijo.store.handoffs({ conversation })
      expect(handoff).to.deep.include({ how: 'closed', rating: 4 })
      await customer.end()
    })
})
