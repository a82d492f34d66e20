import { expect } from 'chai'
import fc from 'fast-check'
import { atOnce } from '../../content/index.ts'
import { buildMender } from '../../content/searchMender.ts'

const words = ['管理者', '証明書', '登録', '締め出され', 'ロック', '有効期限', '有効期間'].map(
  (word) => [word, word] as const,
)
const sounds = [
  ['しょうめいしょ', '証明書'],
  ['かんりしゃ', '管理者'],
] as const
const mend = atOnce(buildMender([...words, ...sounds], ['しました', 'したい']))

describe('the mender of words', () => {
  for (const [slip, text, mended] of [
    ['two neighbours that changed places', '管者理です', '管理者です'],
    ['the same in katakana', 'ロクッ', 'ロック'],
    ['the same between kanji and hiragana', '締め出れさました', '締め出されました'],
    ['a letter within a word of two kanji', '登を録', '登録'],
    ['a letter that is missing', '証書', '証明書'],
    ['another letter', '有効其限', '有効期限'],
    ['nothing where two words may be meant', '有効期現', undefined],
    ['a space within a word', '管理 者', '管理者'],
    ['kana instead of kanji', 'しょうめいしょがない', '証明書がない'],
    ['slips in kana', 'かんりゃしのロック', '管理者のロック'],
    ['nothing in what is right', '管理者を登録したい', undefined],
    ['nothing across a full stop', '管理。者', undefined],
    ['nothing in other words', '利用料金の確認', undefined],
  ] as const)
    it(`mends ${slip}: 「${text}」`, () => {
      expect(mend(text)).to.equal(mended)
    })

  it('leaves known words alone, whatever stands between them', () => {
    const word = fc.constantFrom('管理者', '証明書', '登録', 'ロック', '有効期限')
    const between = fc.constantFrom('。', '、', '!', '\n')
    fc.assert(
      fc.property(fc.array(fc.tuple(word, between), { maxLength: 6 }), (parts) => {
        expect(mend(parts.flat().join(''))).to.equal(undefined)
      }),
    )
  })

  it('bears any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        expect(mend(text) ?? '').to.be.a('string')
      }),
    )
  })
})
