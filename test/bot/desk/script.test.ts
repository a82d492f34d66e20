import { join } from 'node:path'
import { expect } from 'chai'
import { createDesk, type Desk } from '../../../bot/desk/desk.ts'
import { pressedOf, type ScriptAnswer } from '../../../bot/desk/press.ts'
import { type Script, type ScriptSource, scriptOf, trailOf } from '../../../bot/desk/script.ts'
import { openSqlite } from '../../../bot/store/sqlite.ts'
import { agentMark, loadContent } from '../../../content/index.ts'
import type { Reply, State } from '../../../dialogs/index.ts'
import { createWords, type Words } from '../../../locales/index.ts'
import { agents } from '../../support/deskChat.ts'
import { buttons, Mind } from '../../support/mind.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const localesDir = join(root, 'locales')

function sourceOf(bank: string): ScriptSource {
  const { content, desk } = loadContent({ dir: join(root, 'content'), localesDir, bank })
  if (!content || !desk) throw new Error('The content is broken')
  const words = createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank })
  return { content, desk, words, help: 'help.example/help' }
}

/** The same customer three times: at the bot, on the phone with an agent, and in a chat that an agent has taken. */
interface Trio {
  bot: Reply
  phone: State
  chat: State
}

/** What must be equal: the step, the answers so far, the outcome, and what is open. */
function where({ stack, run }: State): string {
  return JSON.stringify({ stack, flow: run?.flow, path: run?.path, outcome: run?.outcome })
}

/** An agent's press on the script of a chat, as the desk does it: read from the store, answered, and committed. */
class ChatRunner {
  readonly #store = openSqlite(':memory:')
  readonly #desk: Desk
  #chats = 0

  constructor(mind: Mind, words: ScriptSource['words']) {
    const parts = { store: this.#store, bot: () => mind.bot, wake() {} }
    this.#desk = createDesk({ ...parts, words: () => words as Words })
  }

  /** A chat in this state, which an agent has: what its state is after the presses. Nothing is said to the customer. */
  async answer(state: State, presses: readonly object[]): Promise<State> {
    const conversation = `chat-${++this.#chats}`
    const press = { conversation, agent: agents.yamada }
    const { channel, version } = await this.#store.open(conversation, 'test')
    const ownership = { owner: 'agent', agent: agents.yamada.id, queuedAt: 1, waitingSince: null } as const
    const event = { eventId: conversation, eventChannel: 'test', isNew: true }
    await this.#store.commit({
      conversation,
      channel,
      version,
      state,
      said: [],
      requests: [],
      ownership,
      ...event,
    })
    for (const [at, pressed] of presses.entries())
      await this.#desk.answer({ ...press, key: `press-${at}`, pressed })
    expect(await this.#store.activities(conversation, 0, 10)).to.deep.equal([])
    return (await this.#store.conversation(conversation))?.state as State
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}

class Runners {
  readonly mind: Mind
  readonly source: ScriptSource
  readonly chats: ChatRunner

  constructor(bank: string) {
    this.mind = new Mind(bank)
    this.source = sourceOf(bank)
    this.chats = new ChatRunner(this.mind, this.source.words)
  }

  script(state: State, agentLocale: 'ja' | 'en' = 'ja'): Script {
    const script = scriptOf(this.source, state, { agentLocale, customerLocale: state.locale })
    if (!script) throw new Error(`There is no script at ${where(state)}`)
    return script
  }

  async begin(flow: string, locale: 'ja' | 'en'): Promise<Trio> {
    const faq = [...this.mind.content.faq.values()].find(
      ({ starts }) => starts?.flow === flow && Object.keys(starts.given).length === 0,
    )
    const bot = await this.mind.hear(undefined, {
      type: 'message',
      locale,
      text: '',
      value: { faq: faq?.id },
    })
    const begun = {
      type: 'event',
      name: 'call.begun',
      value: { flow },
      locale,
      channelData: { device: 'phone' },
    }
    const { state: phone } = await this.mind.hear(undefined, begun, 'phone')
    return { bot, phone, chat: bot.state }
  }

  /** The customer presses the button; the agents press the key of the script. */
  async answer(trio: Trio, answer: Omit<ScriptAnswer, 'at'>): Promise<Trio> {
    const phone = await this.#onPhone(trio.phone, answer)
    const chat = await this.chats.answer(trio.chat, this.#presses(trio.chat, answer))
    let bot = trio.bot
    if (answer.symptom) bot = await this.#press(bot, (value) => value.do === 'trouble')
    bot = await this.#press(bot, (value) => value.choice === (answer.symptom ?? answer.choice))
    return { bot, phone, chat }
  }

  async #onPhone(state: State, answer: Omit<ScriptAnswer, 'at'>): Promise<State> {
    let now = state
    for (const value of this.#presses(state, answer))
      now = (await this.mind.hear(now, { type: 'message', text: '', value }, 'phone')).state
    return now
  }

  #presses(state: State, answer: Omit<ScriptAnswer, 'at'>): object[] {
    return pressedOf({ ...answer, at: this.script(state).at })
  }

  async #press(reply: Reply, isIt: (value: Record<string, string>) => boolean): Promise<Reply> {
    const button = buttons(reply).find(({ value }) => isIt(value))
    if (!button) throw new Error(`The bot does not offer it at ${where(reply.state)}`)
    return this.mind.presses(reply.state, button.value)
  }
}

for (const bank of ['osaka-city', 'minato-example'])
  for (const locale of ['ja', 'en'] as const)
    describe(`the script of every flow, for ${bank} in ${locale}`, function () {
      this.timeout(300_000)
      const runners = new Runners(bank)
      const places: { trio: Trio; script: Script }[] = []

      before(async () => {
        for (const flow of runners.mind.content.flows.keys()) {
          const waiting = [await runners.begin(flow, locale)]
          const seen = new Set<string>()
          for (let trio = waiting.pop(); trio; trio = waiting.pop()) {
            const key = where(trio.bot.state)
            expect(where(trio.phone), 'phone').to.equal(key)
            expect(where(trio.chat), 'chat').to.equal(key)
            if (seen.has(key)) continue
            seen.add(key)
            const script = runners.script(trio.phone)
            places.push({ trio, script })
            if (script.outcome) continue
            for (const { id } of script.choices) waiting.push(await runners.answer(trio, { choice: id }))
            for (const { id } of script.symptoms) waiting.push(await runners.answer(trio, { symptom: id }))
          }
        }
      })

      after(() => runners.chats.close())

      it('comes by the same answers to the same steps and outcomes as the bot, on the phone and in the chat', () => {
        for (const flow of runners.mind.content.flows.values()) {
          const here = places.filter(({ script }) => script.flow === flow.id)
          const steps = new Set(here.filter(({ script }) => !script.outcome).map(({ script }) => script.step))
          const ends = new Set(here.flatMap(({ script }) => script.outcome?.id ?? []))
          // Only the bank leads there.
          ends.add('solved')
          expect([...steps].sort()).to.deep.equal([...flow.steps.keys()].sort())
          expect([...ends].sort()).to.deep.equal([...flow.outcomes.keys()].sort())
        }
        expect(places.length).to.be.greaterThan(50)
      })

      it('offers what the bot offers, in the same order and in the customer’s language, each under a key', () => {
        for (const { trio, script } of places) {
          const offered = buttons(trio.bot).filter(({ value }) => value.choice)
          expect(script.choices.map(({ id, say }) => ({ id, say }))).to.deep.equal(
            offered.map(({ title, value }) => ({ id: value.choice, say: title })),
          )
          const keys = [...script.choices, ...script.symptoms].map(({ key }) => key)
          expect(keys).to.deep.equal(keys.map((_, at) => String(at + 1)))
        }
      })

      it('says what the bot says: each sentence of the script stands in what the customer would have read', () => {
        for (const { trio, script } of places) {
          const said = trio.bot.said.map(({ text }) => text).join('\n')
          const wanted = [
            ...(script.kind === 'await' ? [] : script.say.split('\n')),
            ...(script.outcome?.forms ?? []),
            ...(script.outcome?.missing ?? []).flatMap(({ what, note }) => [what, note ?? '']),
            script.outcome?.after ?? '',
          ]
          for (const sentence of wanted) expect(said).to.include(sentence)
          if (!script.outcome) continue
          // And nothing less: every line of the bot's lists is one of the sheet's.
          const { forms, missing } = script.outcome
          expect(said.split('\n').filter((line) => line.startsWith('・'))).to.have.length(
            forms.length + missing.length,
          )
        }
      })

      it('has a line to read aloud everywhere, and marks every line that is for agents only', () => {
        for (const { script } of places) {
          expect(script.read).not.to.match(/^$|\{\{|undefined|flows:|⟦/)
          for (const line of [script.verify, ...script.notes].filter((one) => one !== undefined)) {
            expect(line.startsWith(agentMark), line).to.equal(true)
            expect(line).not.to.match(/\{\{|undefined/)
          }
        }
        expect(places.filter(({ script }) => script.notes.length > 0 || script.verify)).not.to.be.empty
      })

      it('keeps the agent’s language while the customer’s is another', () => {
        const other = locale === 'ja' ? 'en' : 'ja'
        const { trio } = places.find(({ script }) => script.step === 'role')!
        const script = runners.script(trio.phone, other)
        expect(script.choices[0]).to.include(
          other === 'en' ? { say: '利用者', agentSay: 'A user' } : { say: 'A user', agentSay: '利用者' },
        )
        expect(script.verify).to.match(other === 'en' ? /the customer/ : /お客様/)
        expect(script.read).to.match(locale === 'ja' ? /ロックされた/ : /locked out/)
      })

      it('tells the way so far', () => {
        const { trio } = places.find(({ script }) => script.step === 'at-hand/pins')!
        const trail = trailOf(runners.source, trio.phone, 'ja')
        expect(trail[0]).to.deep.equal({
          step: 'role',
          title: 'ロックされたのはどなたですか？',
          answer: '利用者',
        })
        expect(trail.at(-1)).to.deep.include({ step: 'at-hand/pins' })
        expect(trail.at(-1)).not.to.have.property('answer')
      })
    })

describe('the script of a step with a link', () => {
  it('has the number that leads on at the administrator’s PC, and no link that nobody could press', async () => {
    const runners = new Runners('osaka-city')
    let trio = await runners.begin('service-suspended', 'ja')
    for (const choice of ['user', 'all', 'known']) trio = await runners.answer(trio, { choice })
    const { guide, progress } = runners.script(trio.phone)
    expect(guide?.number).to.match(/^\d{4} \d{4}$/)
    expect(guide?.page).to.equal('help.example/help')
    expect(guide?.code).to.match(/\S/)
    expect(progress).to.include({ number: 1, total: 6, label: '手順 1 / 6' })
    expect(trio.phone.run?.request?.link).to.equal(undefined)
  })
})
