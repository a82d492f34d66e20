import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Locale, Words } from '../../locales/index.ts'
import { createWords } from '../../locales/index.ts'

const bank = { name: 'はじめ銀行', service: 'はじめネット', code: '1234', forms: { reissue: '再発行依頼書' } }
const sentences = {
  flows: {
    'locked.role.ask': 'どなたですか？',
    'locked.role.choices.user': '利用者',
    'locked.unlock.open.do': '{{bank.service}}を開きます。',
    'locked.unlock.open.symptoms.white': '真っ白',
    'locked.unlock.open.symptoms.white.hint': 'もう一度。',
    'locked.unlock.table.rows.0.1': '停止',
  },
  faq: { 'card.answer': '「{{bank.forms.reissue}}」を出します。' },
}
const files = {
  'ja/bot.yaml':
    'step:\n  done: 次へ\n  progress: 手順 {{number}} / {{total}}\nonlyHere: こちらだけ\ncode: 番号は{{bank.code}}、{{name}}さん\n',
  'en/bot.yaml':
    'step:\n  done: Next\n  progress: Step {{number}} of {{total}}\ncode: The code is {{bank.code}}, {{name}}\n',
  'en/flows.yaml':
    'locked:\n  role:\n    ask: Who is it?\n    choices:\n      user: { say: A user, phrases: [employee] }\n  unlock:\n    open:\n      do: Open {{bank.service}}.\n      symptoms:\n        white: { say: White, hint: Again. }\n    table:\n      rows:\n        - [○, suspended]\n',
  'en/faq.yaml': 'card:\n  answer: Hand in “{{bank.forms.reissue}}”.\n',
}

describe('the words', () => {
  let dir: string
  let words: Words
  let missing: string[]

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-words-'))
    for (const locale of ['ja', 'en']) mkdirSync(join(dir, locale))
    for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text)
  })
  after(() => rmSync(dir, { recursive: true }))
  beforeEach(() => {
    missing = []
    words = createWords({
      dir,
      sentences,
      bank,
      onMissing: (locale, key) => missing.push(`${locale} ${key}`),
    })
  })

  const said: [locale: Locale, key: string, vars: Record<string, unknown> | undefined, sentence: string][] = [
    ['ja', 'flows:locked.role.ask', undefined, 'どなたですか？'],
    ['en', 'flows:locked.role.ask', undefined, 'Who is it?'],
    ['ja', 'flows:locked.role.choices.user', undefined, '利用者'],
    ['en', 'flows:locked.role.choices.user', undefined, 'A user'],
    ['en', 'flows:locked.unlock.open.symptoms.white', undefined, 'White'],
    ['en', 'flows:locked.unlock.open.symptoms.white.hint', undefined, 'Again.'],
    ['en', 'flows:locked.unlock.table.rows.0.1', undefined, 'suspended'],
    ['ja', 'flows:locked.unlock.open.do', undefined, 'はじめネットを開きます。'],
    ['en', 'flows:locked.unlock.open.do', undefined, 'Open はじめネット.'],
    ['ja', 'faq:card.answer', undefined, '「再発行依頼書」を出します。'],
    ['en', 'faq:card.answer', undefined, 'Hand in “再発行依頼書”.'],
    ['ja', 'bot:step.done', undefined, '次へ'],
    ['en', 'bot:step.progress', { number: 3, total: 6 }, 'Step 3 of 6'],
    ['en', 'bot:code', { name: 'A & <b>' }, 'The code is 1234, A & <b>'],
  ]
  for (const [locale, key, vars, sentence] of said) {
    it(`says ${key} in ${locale}${vars ? ` with ${JSON.stringify(vars)}` : ''}, the same each time`, () => {
      expect([words.t(locale, key, vars), words.t(locale, key, vars)]).to.deep.equal([sentence, sentence])
      expect(missing).to.deep.equal([])
    })
  }

  it('keeps the numbers of one customer out of the sentence of the next', () => {
    expect(words.t('ja', 'bot:step.progress', { number: 1, total: 6 })).to.equal('手順 1 / 6')
    expect(words.t('ja', 'bot:step.progress', { number: 2, total: 6 })).to.equal('手順 2 / 6')
  })

  it('does not fill in what a customer has written with braces', () => {
    expect(words.t('ja', 'bot:code', { name: '{{bank.name}} $t(bot:step.done)' })).to.equal(
      '番号は1234、{{bank.name}} $t(bot:step.done)さん',
    )
  })

  it('says the Japanese where a translation is missing, and tells whoever runs it', () => {
    expect(words.t('en', 'bot:onlyHere')).to.equal('こちらだけ')
    expect(missing).to.deep.equal(['en bot:onlyHere'])
  })

  it('knows what is there in which language', () => {
    expect(words.has('ja', 'bot:onlyHere')).to.equal(true)
    expect(words.has('en', 'bot:onlyHere')).to.equal(false)
    expect(words.has('en', 'flows:locked.role')).to.equal(false)
    expect(words.has('ja', 'nothing:here')).to.equal(false)
  })

  it('throws at a missing sentence or variable when nobody is there to be told', () => {
    const strict = createWords({ dir, sentences, bank })
    expect(() => strict.t('en', 'bot:onlyHere')).to.throw('"bot:onlyHere" is missing in en')
    expect(() => strict.t('ja', 'bot:nope')).to.throw('"bot:nope" is missing in ja')
    expect(() => strict.t('ja', 'bot:step.progress', { number: 1 })).to.throw('{{total}}')
    expect(() => strict.t('ja', 'bot:step.progress')).to.throw('{{number}}')
  })

  it('tells of a missing variable and leaves its place empty', () => {
    expect(words.t('ja', 'bot:step.progress', { number: 1 })).to.equal('手順 1 / ')
    expect(missing).to.deep.equal(['ja bot:step.progress {{total}}'])
  })

  it("says a bank's own names with another bank", () => {
    const other = createWords({ dir, sentences, bank: { ...bank, service: 'つぎのネット' } })
    expect(other.t('ja', 'flows:locked.unlock.open.do')).to.equal('つぎのネットを開きます。')
  })
})
