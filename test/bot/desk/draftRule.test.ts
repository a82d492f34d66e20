import { join } from 'node:path'
import { expect } from 'chai'
import { approvedLines } from '../../../bot/desk/approved.ts'
import { checkDraft } from '../../../bot/desk/draftRule.ts'
import { loadContent } from '../../../content/index.ts'
import { createWords, locales } from '../../../locales/index.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const localesDir = join(root, 'locales')
const { content, desk } = loadContent({ dir: join(root, 'content'), localesDir, bank: 'osaka-city' })
const words = createWords({ dir: localesDir, sentences: content!.sentences, bank: content!.bank })
const allowedDigits = [content!.bank.code]

function refusal(text: string, approved: string[] = []): string | undefined {
  try {
    checkDraft(text, { allowedDigits, approved })
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('what an agent may send', () => {
  it('is every approved text, with what it asks for filled in', () => {
    const refused = [...desk!.canned.values()].flatMap(({ id, text }) =>
      locales
        .map((locale) => [id, refusal(text[locale].replace(/\{\{ *ask\.[A-Za-z]+ *\}\}/g, '佐藤'))])
        .filter(([, code]) => code),
    )
    expect(refused).to.deep.equal([])
  })

  it('is every step of every guide in either language, as the bot says it', () => {
    const source = { content: content!, desk: desk!, words }
    const refused = [...content!.flows.values()].flatMap(({ id, steps }) =>
      [...steps.values()].flatMap((step) =>
        locales
          .map((locale) => words.t(locale, step.ask))
          .filter((text) => refusal(text, approvedLines(source, id)) !== undefined),
      ),
    )
    expect(refused).to.deep.equal([])
  })

  const harmless = [
    'お電話は 06-1234-5678 です。',
    '2026/11/24 の 10:00 以降にお越しください。',
    '手順3の画面で「OK」をクリックしてください。',
    '暗証番号は、このチャットには書かないでください。',
    'Your certificate name ends in 1635.',
    'It takes 2 to 3 weeks.',
  ]
  for (const text of harmless)
    it(`is “${text}”`, () => {
      expect(refusal(text)).to.equal(undefined)
    })

  const refused: [string, string][] = [
    ['暗証番号は４８２１です。', 'Secret'],
    ['いちにさんよん が暗証番号ですね', 'Secret'],
    ['カードは 4111-1111-1111-1111 ですか', 'Secret'],
    ['Your PIN is 4821.', 'Secret'],
    ['パスワードを教えてください。', 'AsksSecret'],
    ['ここに暗証番号を入力してください。', 'AsksSecret'],
    ['What is your PIN?', 'AsksSecret'],
    ['Please type your password here.', 'AsksSecret'],
    ['「{{書類の名前}}」をお持ちください。', 'Unfilled'],
    ['{{ask.form}}', 'Unfilled'],
  ]
  for (const [text, code] of refused)
    it(`is not “${text}”`, () => {
      expect(refusal(text)).to.equal(code)
    })

  it('is what was approved, beside words of the agent’s own that are looked at all the same', () => {
    const approved = ['ここに暗証番号を入力してください。']
    expect(() => checkDraft(approved[0] ?? '', { allowedDigits, approved })).to.not.throw()
    expect(() => checkDraft(`${approved[0]}\n暗証番号は 4821 です。`, { allowedDigits, approved })).to.throw()
  })
})
