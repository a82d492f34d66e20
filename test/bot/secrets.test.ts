import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { parse } from 'yaml'
import { hidesSecret, maskSecrets } from '../../bot/secrets.ts'
import { sayings, spellings } from '../support/spellings.ts'

const root = join(import.meta.dirname, '..', '..')
const code = '1635'
const pins = ['4829', '73051', '604275', '91736428', '0042', '2580']
const cards = ['4111111111111111', '5555555555554444', '378282246310005', '6011000990139424']

/** What customers write that has digits, or the words of secrets, and no secret. */
const harmless = [
  ...[
    '2026-11-23',
    '2026/11/23',
    '2026年11月23日',
    '令和8年11月23日',
    '11/23',
    '10:30',
    '午前10時30分',
    '2026.11.23',
  ],
  ...[
    '2024年から使っています',
    '2019年に契約しました',
    'since 2019',
    'in 2024 we bought a new PC',
    'from 2021 until 2023',
  ],
  ...[
    '12,345円',
    '1234567円',
    '¥1234567',
    '$2500',
    '10万円の振込',
    '50000円',
    '1,234,567 yen',
    '振込額は3000000円です',
  ],
  ...[
    '手順3ができない',
    '手順 3 / 6',
    'step 3 of 6',
    'ステップ5',
    '(3)の画面',
    '①を押した',
    '③まで進みました',
    '5番目',
    '手順1、2、3、4はできました',
  ],
  ...[
    '電話は06-6201-2881です',
    '0120-123-456に電話しました',
    'my phone is 06-1234-5678',
    '電話番号は0612345678です',
    '内線1234です',
    'TEL 03-3333-4444',
  ],
  ...[
    '証明書の名前の最後は1635です',
    '1635',
    '１６３５',
    '1635で終わる証明書',
    'ends with 1635',
    '末尾が1635の証明書を選んだ',
  ],
  ...[
    'エラー4012が出ました',
    'エラーコード 2003',
    'error 40123',
    'Windows 11',
    'Windows10です',
    'Office 365',
    'Chrome 120',
    'Edge 119.0.2151',
  ],
  ...[
    'パスワードは8文字以上ですか',
    '暗証番号は4桁ですか',
    '暗証番号は4～12桁ですか',
    'PINは何桁',
    'パスワードを3回間違えた',
    '暗証番号を5回間違えました',
  ],
  ...[
    'パスワードを2024年に変更しました',
    '暗証番号を2023年から変えていません',
    'my password expired in 2024',
    'PIN was changed in 2023',
  ],
  ...[
    'パスワードを忘れた',
    'password is wrong',
    'PIN blocked',
    'my PIN does not work',
    '暗証番号が違うと言われる',
    '暗証番号って何ですか',
  ],
  ...[
    'はい',
    'いいえ',
    '1',
    '２',
    '3つともあります',
    '3',
    '12',
    '100',
    '999',
    '１つずつ',
    '二番',
    '四つ',
    '三人います',
    '一つ目',
  ],
  ...[
    '利用者は5人です',
    '30人が使っています',
    '2～3週間かかりますか',
    '24時間以内',
    '1000人の会社',
    '1500件',
    '12345件の振込',
  ],
  ...[
    'にっちもさっちもいかない',
    'しくしく',
    'ごくごく普通',
    'さんざんです',
    'くにさんに聞いた',
    'にしさんとごとうさん',
    'ご苦労さん',
  ],
  ...[
    'one of our users is locked',
    'two or three weeks',
    'no one can log on',
    'four users',
    'one two',
    'I have three questions',
  ],
  ...[
    'shopping 2024',
    'opinion 1234',
    'spinning since 2020',
    'the pinnacle',
    'pinned tab',
    'passport',
    'compass',
    'one-time thing',
  ],
]

describe('maskSecrets', () => {
  it('finds at least 99 % of the spellings that are documented', () => {
    const typed = pins.flatMap((pin) => [
      ...spellings(pin),
      ...sayings.flatMap((say) => spellings(pin).map((spelling) => say(spelling))),
    ])
    const all = [
      ...typed,
      ...cards.flatMap((card) => spellings(card, 'card')).flatMap((card) => [card, `カードは${card}です`]),
    ]
    const missed = all.filter((text) => !maskSecrets(text, [code]).found)
    expect(all.length).to.be.greaterThan(200)
    expect(missed.length / all.length, missed.slice(0, 20).join('\n')).to.be.at.most(0.01)
  })

  it('leaves nothing of a secret that it finds', () => {
    for (const pin of pins)
      for (const spelling of spellings(pin))
        for (const say of sayings) {
          const { text, found } = maskSecrets(say(spelling), [code])
          if (found) expect(text, say(spelling)).not.to.contain(spelling).and.not.to.contain(pin)
        }
  })

  it('takes at most 1 % of what customers ask for a secret, and none of our own phrases', () => {
    const own = ownPhrases()
    const taken = harmless.filter((text) => maskSecrets(text, [code]).found)
    expect(own.length + harmless.length).to.be.greaterThan(300)
    expect(own.filter((text) => maskSecrets(text, [code]).found)).to.deep.equal([])
    expect(taken.length / harmless.length, taken.join('\n')).to.be.at.most(0.01)
  })

  it('gives a text without a secret back as it was, to the byte', () => {
    for (const text of ['ﾕｰｻﾞｰのﾊﾟｽﾜｰﾄﾞ忘れ', '①を押した', ' １６３５ ', 'a\u200bb'])
      expect(maskSecrets(text, [code])).to.deep.equal({ text, found: false })
  })

  it('finds any PIN of 4 to 12 digits, however it is spelled and told', () => {
    const pin = fc.stringMatching(/^\d{4,12}$/).filter((digits) => digits !== code)
    fc.assert(
      fc.property(pin, fc.nat(), fc.constantFrom(...sayings), (digits, which, say) => {
        const all = spellings(digits)
        return maskSecrets(say(all[which % all.length] ?? ''), [code]).found
      }),
      { numRuns: 2000 },
    )
  })

  it('lets the bank’s own code pass only when it is this bank’s', () => {
    expect(maskSecrets('1635', [code]).found).to.equal(false)
    expect(maskSecrets('1635', ['9999']).found).to.equal(true)
  })
})

describe('hidesSecret', () => {
  it('passes the ids of buttons', () => {
    for (const value of [
      undefined,
      null,
      {},
      { run: '12', step: 'admin-pins', choice: 'have' },
      { do: 'back' },
      { faq: 'confirm-password' },
    ])
      expect(hidesSecret(value, [code])).to.equal(false)
  })

  it('finds a secret in a value, in a name, and in the two together', () => {
    for (const value of [
      { choice: '4829' },
      { pin4829: 'x' },
      { pin: 'a4829' },
      { note: '暗証番号は四八二九' },
      '4829',
      { a: { b: '4829' } },
    ])
      expect(hidesSecret(value, [code]), JSON.stringify(value)).to.equal(true)
  })
})

/** All that the writers expect customers to say, in both languages, and all that the bot asks and answers. */
function ownPhrases(): string[] {
  const folders = ['content/faq', 'content/flows', 'locales/en', 'locales/ja'].map((folder) =>
    join(root, folder),
  )
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => join(folder, name)),
  )
  return files.flatMap((file) => sentences(parse(readFileSync(file, 'utf8'))))
}

function sentences(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(sentences) : []
}
