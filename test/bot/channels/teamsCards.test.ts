import { join } from 'node:path'
import type { Activity } from 'botbuilder-core'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  answeredCard,
  buttonOn,
  plainCard,
  type Say,
  textOnly,
  toTeams,
} from '../../../bot/channels/teamsCards.ts'
import { createWords } from '../../../locales/index.ts'
import { type Chat, chat } from '../../support/chat.ts'
import { parserFindings, typeFindings } from '../../support/microsoftCards.ts'
import { buttonsOf, wordsOf } from '../../support/teamsCustomer.ts'
import { cardSchema, messageSchema } from '../../support/teamsSchema.ts'

type Said = Partial<Activity>
const words = createWords({ dir: join(import.meta.dirname, '../../../locales'), sentences: {}, bank: {} })
const say: Say = (key, vars) => words.t('ja', key, vars)
const teams = (said: Said) => toTeams(said, say)

/** Everything the bot said in a conversation. */
async function saidIn(conversation: Chat): Promise<Said[]> {
  await conversation
  const log = await conversation.store.activities(conversation.conversation, 0, 1000)
  return log.map(({ activity }) => activity).filter(({ from }) => from?.role === 'bot')
}

const walks: Record<'ja' | 'en', (() => Chat)[]> = {
  ja: [
    () =>
      chat()
        .user('ログオンできない')
        .user('利用者')
        .user('3つともあります')
        .user('わかります')
        .user('うまくいかない')
        .user('どれでもない')
        .user('できた・次へ')
        .user('できた・次へ')
        .user('できた・次へ')
        .user('できた・次へ')
        .user('できた・次へ')
        .user('できた・次へ')
        .bankSays('cleared'),
    () =>
      chat()
        .user('ログオンできない')
        .user('利用者')
        .user('1つずつ確認します')
        .user('紛失しました')
        .user('間違えてロックされました')
        .user('証明書がありません')
        .user('最初から')
        .user('管理者')
        .user('担当者に相談する'),
    () => chat().user('お客様カードをなくしました').user('はい').user('あいうえお').user('1234567890123456'),
  ],
  en: [
    () =>
      chat({ locale: 'en' })
        .user('I cannot log on')
        .presses({ run: '1', step: 'service-suspended/role', choice: 'user' })
        .user('Talk to a person')
        .user('Back to the guide'),
    () => chat({ locale: 'en' }).user('日本語').user('English'),
  ],
}

describe('what Teams gets', function () {
  this.timeout(300_000)
  const all: Said[] = []
  before(async () => {
    for (const walk of [...walks.ja, ...walks.en]) all.push(...(await saidIn(walk())))
  })

  it('is made of the part of Adaptive Cards 1.5 that Teams draws, and small enough', () => {
    expect(all.length).to.be.greaterThan(30)
    for (const said of all) {
      const message = teams(said)
      const read = messageSchema.safeParse(message)
      expect(read.error?.issues, `${said.text}\n${JSON.stringify(message)}`).to.equal(undefined)
      expect(Buffer.byteLength(JSON.stringify(message))).to.be.lessThan(28 * 1024)
    }
  })

  it('is what Microsoft knows as cards of version 1.5, before and after a press', async () => {
    const sent = all.flatMap((said) => (teams(said).attachments ?? []).map(({ content }) => content))
    const cards = [...sent, ...all.map((said) => answeredCard(said, say, '利用者'))]
    expect(cards.flatMap(parserFindings)).to.deep.equal([])
    expect(await typeFindings(cards)).to.deep.equal([])
  })

  it('says every fact that the words say, and offers everything that can be pressed', () => {
    for (const said of all) {
      const message = { conversation: '', authorization: '', body: teams(said) }
      const words = wordsOf([message])
      for (const fact of (said.text ?? '').split(/\n|：|: /).filter((part) => part.trim() !== ''))
        expect(words).to.include(fact.trim())
      const offered = said.suggestedActions?.actions ?? []
      expect(buttonsOf([message]).map(({ title }) => title)).to.have.members(
        offered.map(({ title }) => title),
      )
    }
  })

  it('says in words what a picture shows, since Teams does not draw SVG', async () => {
    const [said] = (await saidIn(walks.ja[0]!())).filter(({ text }) => text?.includes('手順 1 / 6'))
    const words = wordsOf([{ conversation: '', authorization: '', body: teams(said!) }])
    expect(words).to.match(/図：ログオン画面の絵/)
    expect(JSON.stringify(teams(said!))).not.to.match(/"Image"|\.svg|kaijo"/)
  })

  it('can be pressed in clients old and new, with the same meaning', () => {
    for (const said of all)
      for (const { action } of buttonsOf([{ conversation: '', authorization: '', body: teams(said) }])) {
        const { msteams, ...old } = action.fallback.data
        expect(old).to.deep.equal(action.data)
        expect(msteams.value).to.deep.equal(action.data)
        const { card, ...pressed } = action.data
        expect(buttonOn(said, pressed)?.title).to.equal(action.title)
        expect(said.id).to.match(new RegExp(`\\|0*${card}$`))
      }
  })

  it('turns, once pressed, into a card that says the same and what was pressed, and has nothing more to press', () => {
    for (const said of all.filter(({ suggestedActions }) => suggestedActions?.actions.length)) {
      const card = answeredCard(said, say, '利用者')
      expect(cardSchema.safeParse(card).error?.issues).to.equal(undefined)
      expect(JSON.stringify(card)).to.include('お選びになったもの').and.not.include('Action.Execute')
    }
    expect(cardSchema.safeParse(plainCard('受け取りました。', 'ja')).success).to.equal(true)
  })

  it('puts a long name above its value, which would have no room beside it on a phone', () => {
    const drawn = (facts: { title: string; value: string }[]) => {
      const content = { body: [{ type: 'FactSet', facts }] }
      const contentType = 'application/vnd.microsoft.card.adaptive'
      const said = { type: 'message', text: 'x', attachments: [{ contentType, content }] }
      return (teams(said).attachments![0]!.content as { body: { type: string; text?: string }[] }).body
    }
    const short = { title: '受付番号', value: 'AB12-CD34' }
    const long = { title: '利用者の暗証番号は、わかりますか？', value: 'わかります' }
    expect(drawn([short]).map(({ type }) => type)).to.deep.equal(['FactSet'])
    expect(drawn([short, long]).map(({ text }) => text)).to.deep.equal([
      short.title,
      short.value,
      long.title,
      long.value,
    ])
  })

  it('is words and numbers when a card would be too large', () => {
    const text = 'あ'.repeat(6000)
    const said = {
      type: 'message',
      text,
      suggestedActions: {
        to: [],
        actions: [{ type: 'messageBack', title: '利用者', value: { choice: 'user' } }],
      },
    } as Said
    const message = teams(said)
    expect(message.attachments).to.equal(undefined)
    expect(message.text).to.match(/あ\n1\. 利用者$/)
    expect(message).to.deep.equal(textOnly(said))
  })

  it('shows any words as they were written, whatever Markdown would make of them', () => {
    const written = fc
      .stringMatching(/^[a-z*_[\]`\\ #>.0-9あ利-]{1,40}$/)
      .filter((words) => words.trim() !== '')
    fc.assert(
      fc.property(written, written, (title, value) => {
        const facts = [{ title, value }]
        const content = {
          body: [
            { type: 'TextBlock', text: title },
            { type: 'FactSet', facts },
          ],
        }
        const contentType = 'application/vnd.microsoft.card.adaptive'
        const body = teams({ type: 'message', text: title, attachments: [{ contentType, content }] })
        expect(messageSchema.safeParse(body).error?.issues).to.equal(undefined)
        const drawn = (body.attachments![0]!.content as { body: object[] }).body
        const bare = /(^|[^\\])(\\\\)*[*_`[\]]/
        const texts = (drawn as { text?: string; facts?: typeof facts }[]).flatMap((part) => [
          part.text ?? '',
          ...(part.facts ?? []).flatMap((fact) => [fact.title, fact.value]),
        ])
        for (const words of texts) expect(words).not.to.match(bare)
        expect(wordsOf([{ conversation: '', authorization: '', body }])).to.include(title)
      }),
      { numRuns: 200 },
    )
  })
})
