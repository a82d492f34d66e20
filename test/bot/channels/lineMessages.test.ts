import { join } from 'node:path'
import type { Activity } from 'botbuilder-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { lineProblems } from '../../../bot/channels/lineLimits.ts'
import { type Drawing, lineMessages, lineTexts } from '../../../bot/channels/lineMessages.ts'
import { postbackData, readPostback } from '../../../bot/channels/linePostback.ts'
import { clipped, fitted, seen, split } from '../../../bot/channels/lineText.ts'
import { loadContent } from '../../../content/index.ts'
import { type Sheet, sheetText, stepCard } from '../../../dialogs/stepCard.ts'
import { createWords } from '../../../locales/index.ts'
import { readable, tappable } from '../../support/lineCustomer.ts'
import { problemsOf } from '../../support/lineReference.ts'
import type { Message } from '../../support/lineStandIn.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const place = { dir: join(root, 'content'), localesDir: join(root, 'locales'), bank: 'osaka-city' }
const { content } = loadContent(place)
const words = createWords({ dir: place.localesDir, sentences: content!.sentences, bank: content!.bank })
const drawing: Drawing = {
  say: (key, vars) => words.t('ja', `line:${key}`, vars),
  place: { help: { shown: 'help.example/help', url: 'https://help.example/help' } },
}
const button = (title: string, value: object = { run: '1', step: 'flow/step', choice: 'a' }) => ({
  type: 'messageBack',
  title,
  text: title,
  value,
})
const asks = (text: string, ...actions: object[]) =>
  ({ type: 'message', text, suggestedActions: { to: [], actions } }) as unknown as Partial<Activity>
const cardOf = (sheet: Sheet) => stepCard(sheet, 'ja', sheetText(sheet, 'ja'))
const family = '👨‍👩‍👧‍👦'
const text = (length: number, letter = 'あ') => letter.repeat(length)

describe('what a LINE customer gets', () => {
  const sheet = {
    kind: 'step' as const,
    title: '利用者のロック解除',
    progress: { number: 3, total: 6, label: '手順 3 / 6' },
    paragraphs: ['暗証番号を入力し、「ログオン」をクリックしてください。'],
    notes: ['チャットには入力しないでください。'],
    image: { url: 'https://help.example/pictures/card.svg', alt: 'カードの絵。' },
    facts: [
      { title: 'ご案内番号', value: '1234 5678' },
      { title: '番号を入力するページ', value: 'help.example/help' },
    ],
    lists: [{ title: '提出する書類', items: ['再発行依頼書'] }],
    table: {
      columns: ['表示', '意味'],
      rows: [
        ['○', '利用中止'],
        ['—', '正常'],
      ],
    },
    link: { title: '解除用のページを開く', url: 'https://help.example/go/abc?x=1#top' },
  }
  const step = {
    ...asks(
      '手順 3 / 6',
      button('できた・次へ'),
      button('うまくいかない', { do: 'trouble' }),
      button('戻る', { do: 'back' }),
    ),
    attachments: [cardOf(sheet)],
  }

  it('has every fact of a step: number, title, words, note, picture in words, table, list, number, link', () => {
    const read = readable(lineMessages([step], drawing))
    const facts = [
      '手順 3 / 6',
      'あと3つ',
      sheet.title,
      ...sheet.paragraphs,
      ...sheet.notes,
      'カードの絵。',
      '○',
      '利用中止',
    ]
    for (const fact of [
      ...facts,
      '—',
      '正常',
      '提出する書類',
      '再発行依頼書',
      '1234 5678',
      'help.example/help',
    ])
      expect(read).to.include(fact)
  })

  it('has a bar of as many parts as the step has, filled up to it', () => {
    const colours = (number: number, total: number) => {
      const card = cardOf({ ...sheet, progress: { number, total, label: `手順 ${number} / ${total}` } })
      const [message] = lineMessages([{ ...step, attachments: [card] }], drawing)
      return JSON.stringify(message)
        .match(/"height":"6px"[^{}]*?"backgroundColor":"#\w+"/g)
        ?.map((part) => part.slice(-8, -1))
    }
    expect(colours(3, 6)).to.deep.equal([...Array(3).fill('#0B5CAD'), ...Array(3).fill('#D5DCE5')])
    expect(colours(6, 12)).to.have.length(2)
  })

  it('has each choice as a Flex button and as a quick reply, and the way on stands out', () => {
    const [message] = lineMessages([step], drawing)
    const quick = message?.quickReply?.items?.map(({ action }) => action?.label)
    expect(quick).to.deep.equal(['できた・次へ', 'うまくいかない', '戻る'])
    const bubble = JSON.stringify((message as { contents?: unknown }).contents)
    for (const label of quick ?? []) expect(bubble).to.include(`"label":"${label}"`)
    expect(bubble.match(/"できた・次へ"\},"style":"(\w+)"/)?.[1]).to.equal('primary')
  })

  it('copies a guide number without its gap, and opens its page on the PC of whoever uses LINE there', () => {
    const taps = [...tappable(lineMessages([step], drawing)).values()]
    expect(taps.find(({ type }) => type === 'clipboard')).to.include({ clipboardText: '12345678' })
    expect(taps.filter(({ type }) => type === 'uri').map(({ uri, altUri }) => [uri, altUri])).to.deep.equal([
      ['https://help.example/go/abc?x=1&openExternalBrowser=1#top', { desktop: sheet.link.url }],
      ['https://help.example/help?openExternalBrowser=1', { desktop: 'https://help.example/help' }],
    ])
  })

  it('is text where nothing is to be pressed, and one bubble where something is', () => {
    const types = lineMessages(
      [{ type: 'message', text: 'はい。' }, asks('どちらですか？', button('利用者'))],
      drawing,
    )
    expect(types.map(({ type }) => type)).to.deep.equal(['text', 'flex'])
    expect((types[1] as { altText?: string }).altText).to.equal('どちらですか？')
  })

  it('says a choice in full that is too long for a button or a quick reply', () => {
    const long = '利用者の暗証番号も管理者の暗証番号もわからないので担当者に相談したいです'
    const [message] = lineMessages([asks('どれですか？', button(long))], drawing)
    expect(readable([message as Message])).to.include(long)
    expect(message?.quickReply?.items?.[0]?.action?.label).to.equal(`${long.slice(0, 19)}…`)
  })

  it('puts texts together rather than say more than five messages', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ type: 'message', text: `文${i}。` }))
    const messages = lineMessages([...many, asks('どうしますか？', button('はい'))], drawing)
    expect(messages).to.have.length(5)
    for (const { text: each } of many) expect(readable(messages)).to.include(each)
    const bubbles = Array.from({ length: 7 }, (_, i) => asks(`質問${i}`, button(`答え${i}`)))
    const asText = lineMessages(bubbles, drawing)
    expect(asText.length).to.be.at.most(5)
    for (let i = 0; i < 7; i++) expect(readable(asText)).to.include(`質問${i}`).and.include(`答え${i}`)
  })

  it('is said in words when a bubble would be too large, with the same choices', () => {
    const problems: string[][] = []
    const facts = Array.from({ length: 300 }, (_, i) => ({ title: `項目${i}`, value: '値' }))
    const card = cardOf({ kind: 'outcome', paragraphs: ['多い'], facts })
    const large = {
      ...asks('多い', button('はい')),
      text: `多い${facts.map((f) => f.title).join('、')}`,
      attachments: [card],
    }
    const messages = lineMessages([large], { ...drawing, onProblem: (found) => problems.push(found) })
    expect(problems).to.have.length(1)
    expect(messages.map(({ type }) => type)).to.deep.equal(['text'])
    expect(readable(messages)).to.include('項目299').and.include('1. はい')
    expect(messages[0]?.quickReply?.items).to.have.length(1)
  })

  it('says the picture and the choices when everything goes in words', () => {
    expect(readable(lineTexts([step], drawing)))
      .to.include('図：カードの絵。')
      .and.include('1. できた・次へ')
  })

  it('sends the words of a button whose meaning is too long for LINE', () => {
    const [message] = lineMessages(
      [asks('?', button('はい', { step: 'x'.repeat(300), choice: 'a' }))],
      drawing,
    )
    const [action] = tappable([message as Message]).values()
    expect(action).to.deep.equal({ type: 'message', label: 'はい', text: 'はい' })
  })

  it('is never a message that LINE would refuse, whatever is said', () => {
    const tricky = fc.string({
      unit: fc.constantFrom('あ', 'a', '。', '\n', family, '\ud83d', ' ', '"', 'e\u0301'),
    })
    const title = fc.oneof(tricky, fc.constant(text(400)), fc.string({ unit: 'binary' }))
    const action = fc.record({
      title,
      value: fc.dictionary(fc.constantFrom('run', 'step', 'choice', 'do'), title),
    })
    const activity = fc.record({
      type: fc.constantFrom('message', 'message', 'event'),
      text: fc.oneof(
        tricky,
        fc.constantFrom('', text(12_000), text(600, family)),
        fc.string({ unit: 'binary' }),
      ),
      suggestedActions: fc.option(fc.record({ actions: fc.array(action, { maxLength: 20 }) }), {
        nil: undefined,
      }),
    })
    const turns = fc.array(activity, { maxLength: 8 })
    fc.assert(
      fc.property(turns, (said) => {
        const messages = lineMessages(said as unknown as Partial<Activity>[], drawing)
        for (let i = 0; i < messages.length; i += 5)
          expect(problemsOf(messages.slice(i, i + 5))).to.deep.equal([])
        expect(messages.flatMap(lineProblems)).to.deep.equal([])
      }),
      { numRuns: 150 },
    )
  })
})

describe("LINE's limits", () => {
  const reply = (label: string, more: object = {}) => ({
    type: 'text',
    text: 'a',
    quickReply: { items: [{ type: 'action', action: { type: 'postback', label, data: 'd', ...more } }] },
  })
  const flex = (footer: object, altText = 'a') => ({
    type: 'flex',
    altText,
    contents: { type: 'bubble', body: { type: 'box', layout: 'vertical', contents: [footer] } },
  })
  const press = (action: object) => flex({ type: 'button', style: 'link', action })
  const items = (count: number) => ({
    ...reply('a'),
    quickReply: { items: Array.from({ length: count }, () => reply('a').quickReply.items[0]) },
  })
  const table: [what: string, last: object, over: object][] = [
    ['5,000 units of text', { type: 'text', text: text(5000) }, { type: 'text', text: text(5001) }],
    ['a text that says something', { type: 'text', text: 'a' }, { type: 'text', text: '' }],
    ['13 quick replies', items(13), items(14)],
    ['20 seen characters of a quick reply', reply(text(20, family)), reply(text(21))],
    ['300 units of a postback', reply('a', { data: text(300) }), reply('a', { data: text(301) })],
    [
      '300 seen characters shown for a tap',
      reply('a', { displayText: text(300, family) }),
      reply('a', { displayText: text(301) }),
    ],
    [
      'displayText without text',
      reply('a', { displayText: 'a' }),
      reply('a', { displayText: 'a', text: 'a' }),
    ],
    [
      '1,500 units of an altText',
      flex({ type: 'text', text: 'a' }, text(1500)),
      flex({ type: 'text', text: 'a' }, text(1501)),
    ],
    [
      '2,000 units of a text component',
      flex({ type: 'text', text: text(2000) }),
      flex({ type: 'text', text: text(2001) }),
    ],
    [
      '40 seen characters of a Flex button',
      press({ type: 'message', label: text(40), text: 'a' }),
      press({ type: 'message', label: text(41), text: 'a' }),
    ],
    [
      '300 seen characters of a message',
      press({ type: 'message', label: 'a', text: text(300, family) }),
      press({ type: 'message', label: 'a', text: text(301) }),
    ],
    [
      '1,000 units of a link',
      press({ type: 'uri', label: 'a', uri: `https://a.example/${text(982, 'a')}` }),
      press({ type: 'uri', label: 'a', uri: `https://a.example/${text(983, 'a')}` }),
    ],
    [
      'a scheme LINE knows',
      press({ type: 'uri', label: 'a', uri: 'tel:117' }),
      press({ type: 'uri', label: 'a', uri: 'javascript:alert(1)' }),
    ],
    [
      '1,000 units to copy',
      press({ type: 'clipboard', label: 'a', clipboardText: text(1000) }),
      press({ type: 'clipboard', label: 'a', clipboardText: text(1001) }),
    ],
    [
      '30,000 bytes of a bubble',
      flex({ type: 'box', layout: 'vertical', contents: Array(14).fill({ type: 'text', text: text(660) }) }),
      flex({ type: 'box', layout: 'vertical', contents: Array(16).fill({ type: 'text', text: text(660) }) }),
    ],
  ]
  for (const [what, last, over] of table) {
    it(`are kept: ${what}`, () => {
      expect(lineProblems(last as Message)).to.deep.equal([])
      expect(problemsOf([last])).to.deep.equal([])
      expect(lineProblems(over as Message)).not.to.deep.equal([])
      expect(problemsOf([over])).not.to.deep.equal([])
    })
  }
})

describe('the words of LINE messages', () => {
  it('are split after a sentence where there is one', () => {
    expect(split('一つ目です。二つ目です。', 8)).to.deep.equal(['一つ目です。', '二つ目です。'])
    expect(split('「はい」です。', 20)).to.deep.equal(['「はい」です。'])
  })

  it('are never cut inside a seen character, and nothing of them is lost', () => {
    const unit = fc.constantFrom('あ', '。', '？」', '\n', family, 'e\u0301', '🇯🇵', 'x')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 200 }), fc.integer({ min: 12, max: 60 }), (words, most) => {
        const parts = split(words, most)
        expect(parts.every((part) => part.length <= most)).to.equal(true)
        expect(parts.join('').replace(/\s/g, '')).to.equal(words.replace(/\s/g, ''))
        const sum = parts.reduce((count, part) => count + seen(part.replace(/\s/g, '')), 0)
        expect(sum).to.equal(seen(words.replace(/\s/g, '')))
      }),
    )
  })

  it('end with an ellipsis where they had to be shortened', () => {
    expect(clipped(text(21, family), 20)).to.equal(`${text(19, family)}…`)
    expect(clipped(text(20, family), 20)).to.equal(text(20, family))
    expect(fitted(text(30, family), 100)).to.match(/…$/)
    expect(fitted(text(30, family), 100).length).to.be.at.most(100)
  })
})

describe("a LINE button's meaning", () => {
  it('comes back as it was sent, with the words that stood on it', () => {
    const id = fc.string({ unit: 'grapheme', maxLength: 12 })
    fc.assert(
      fc.property(fc.record({ run: id, step: id, choice: id }), id, (value, label) => {
        const data = postbackData(value, label)
        if (data === undefined) return
        expect(data.length).to.be.at.most(300)
        const read = readPostback(data)
        const clean = Object.fromEntries(
          Object.entries(value).map(([name, part]) => [name, part.toWellFormed()]),
        )
        expect(read.value).to.deep.equal(clean)
        if (data.includes('&t=')) expect(read.label).to.equal(label.toWellFormed())
      }),
    )
  })

  it('leaves out the words when there is no room for them', () => {
    const value = { run: '1', step: 's'.repeat(200), choice: 'c' }
    expect(readPostback(postbackData(value, 'x'.repeat(100)) as string)).to.deep.equal({ value, label: '' })
  })

  it('is a choice that nothing offers when the data is not ours', () => {
    for (const data of ['', 'richmenu', 'v=2&c=a', 'v=1&r=1', 'v=1&c', '%&=%zz', 'a=b&__proto__=1'])
      expect(readPostback(data)).to.deep.equal({ value: { choice: '' }, label: '' })
  })
})
