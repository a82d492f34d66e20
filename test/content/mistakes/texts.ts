import { change, faq, flow, type Mistake, talk } from './mistake.ts'

/** Slips in the texts themselves. */
export const texts: Mistake[] = [
  {
    name: 'a name that the bank does not have',
    rule: 'unknown-bank-variable',
    ...change(flow, '番号は{{bank.code}}', '‸番号は{{bank.coed}}'),
    mend: /“bank.code”\?/,
  },
  {
    name: 'a name that nobody gives',
    rule: 'unknown-variable',
    ...change(flow, '番号は{{bank.code}}', '‸番号は{{number}}'),
    mend: /bank\.service/,
  },
  {
    name: 'a brace too few',
    rule: 'malformed-variable',
    ...change(flow, '番号は{{bank.code}}', '‸番号は{{bank.code}'),
    mend: /two plain braces/,
  },
  {
    name: 'braces of full width',
    rule: 'malformed-variable',
    ...change(flow, '番号は{{bank.code}}', '‸番号は｛｛bank.code｝｝'),
    mend: /two plain braces/,
  },
  {
    name: 'a question for a PIN',
    rule: 'asks-secret',
    ...change(flow, 'ask: パソコンは使えますか？', 'ask: ‸暗証番号を入力してください。'),
    mend: /Never ask for it/,
  },
  {
    name: 'a button too long for LINE',
    rule: 'label-too-long',
    ...change(flow, 'say: もう一度確認する', 'say: ‸もう一度はじめから銀行の確認を待つことにします'),
    mend: /at most 20/,
  },
  {
    name: 'a topic too long for a button',
    rule: 'label-needed',
    ...change(
      talk,
      'question: 担当者と話したい。',
      'question: ‸担当者と話したいときは、どこに連絡すればよいですか？',
    ),
    mend: /“label:”/,
  },
  {
    name: 'a text longer than a message',
    rule: 'text-too-long',
    ...change(flow, 'text: お取引店にご提出ください。', `text: ‸${'お取引店。'.repeat(1001)}`),
    mend: /at most 5000/,
  },
  {
    name: 'a description longer than LINE takes',
    rule: 'text-too-long',
    ...change(faq, 'alt: カードの絵。', `alt: ‸${'カードの絵。'.repeat(67)}`),
    mend: /at most 400/,
  },
  {
    name: 'HTML',
    rule: 'has-html',
    ...change(flow, 'text: お取引店にご提出ください。', 'text: ‸<b>お取引店</b>にご提出ください。'),
    mend: /plain text/,
  },
  {
    name: 'a link without encryption',
    rule: 'bad-link',
    ...change(flow, 'text: お取引店にご提出ください。', 'text: ‸http://example.com をご覧ください。'),
    mend: /https:\/\//,
  },
  {
    name: 'a link that is a script',
    rule: 'bad-link',
    ...change(flow, 'text: お取引店にご提出ください。', 'text: ‸javascript:alert(1) を開いてください。'),
    mend: /https:\/\//,
  },
]
