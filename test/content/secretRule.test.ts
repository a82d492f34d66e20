import { expect } from 'chai'
import type { Field } from '../../content/reading.ts'
import { asksSecret } from '../../content/secretRule.ts'

const place = { file: 'x.yaml', line: 1, column: 1 }
const asks = (text: string, field: Field, locale: 'ja' | 'en') =>
  asksSecret({ key: 'flows:x', text, field, locale, place }) !== undefined

describe('the rule that nobody is asked for a secret', () => {
  const asking: [text: string, field: Field, locale: 'ja' | 'en'][] = [
    ['暗証番号を入力してください。', 'ask', 'ja'],
    ['暗証番号は何番ですか？', 'ask', 'ja'],
    ['ご契約先暗証番号をご入力ください。', 'note', 'ja'],
    ['パスワードを教えてください。', 'text', 'ja'],
    ['確認のため、PINをこのチャットに送ってください。', 'hint', 'ja'],
    ['銀行の画面に出たパスワードを、ここに入力してください。', 'do', 'ja'],
    ['こんにちは。\n暗証番号をお知らせください。\nありがとうございます。', 'answer', 'ja'],
    ['Please enter your PIN.', 'ask', 'en'],
    ['What is your password?', 'ask', 'en'],
    ['Tell us your PIN and we will help.', 'text', 'en'],
    ['Type the password here.', 'do', 'en'],
    ['Enter your PIN.', 'note', 'en'],
    ['パスワードを教えて', 'chrome', 'ja'],
  ]
  for (const [text, field, locale] of asking) {
    it(`refuses 「${text.trim()}」 as ${field}`, () => expect(asks(text, field, locale)).to.equal(true))
  }

  const innocent: [text: string, field: Field, locale: 'ja' | 'en'][] = [
    ['「ご契約先暗証番号」を入力し、「ログオン」をクリックしてください。', 'do', 'ja'],
    ['暗証番号は、銀行の画面にだけ入力してください。', 'note', 'ja'],
    ['番号は、ここには入力しないでください。暗証番号も同じです。', 'note', 'ja'],
    ['このチャットに暗証番号を入力しないでください。', 'text', 'ja'],
    ['管理者の暗証番号は、2つともわかりますか？', 'ask', 'ja'],
    ['管理者の暗証番号を間違えて、ロックされましたか？', 'ask', 'ja'],
    ['暗証番号を教えてもらえますか。', 'question', 'ja'],
    ['契約者IDを入力してください。', 'ask', 'ja'],
    ['「ご契約先確認暗証番号」を入力する、の3つをもう一度お試しください。', 'hint', 'ja'],
    ['Enter the PIN and click “ログオン”.', 'do', 'en'],
    ['Never enter your PIN here.', 'note', 'en'],
    ["Don't tell us your password.", 'text', 'en'],
    ['Enter the PIN on the bank’s screen only.', 'note', 'en'],
    ['Do you know both PINs?', 'ask', 'en'],
    ['Spinning: please enter the shop.', 'ask', 'en'],
  ]
  for (const [text, field, locale] of innocent) {
    it(`lets 「${text}」 be said as ${field}`, () => expect(asks(text, field, locale)).to.equal(false))
  }
})
