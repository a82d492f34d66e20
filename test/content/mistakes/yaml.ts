import { change, faq, flow, type Mistake, talk, write } from './mistake.ts'

/** Slips against YAML itself. */
export const yaml: Mistake[] = [
  {
    name: 'a colon in a sentence',
    rule: 'yaml-colon',
    ...change(flow, 'ask: パソコンは', 'ask: ‸質問: パソコンは'),
    mend: /double quotes/,
  },
  {
    name: 'a bracket left open',
    rule: 'yaml-indent',
    ...change(faq, 'カード紛失]\n  image', 'カード紛失\n  ‸image'),
    mend: /bracket|closed/,
  },
  {
    name: 'a quote left open',
    rule: 'yaml-unclosed',
    ...write(talk, 'person:\n  question: "担当者と話したい。‸'),
    mend: /Close the quote/,
  },
  {
    name: 'a tab before a key',
    rule: 'yaml-tab',
    ...change(flow, '    unsure: わから', '‸\tunsure: わから'),
    mend: /spaces instead of tabs/,
  },
  {
    name: 'a key written twice',
    rule: 'duplicate-key',
    ...change(flow, '    unsure: わから', '    unsure: 大丈夫です。\n    ‸unsure: わから'),
    mend: /Remove one/,
  },
  {
    name: 'an anchor',
    rule: 'anchor',
    ...change(flow, 'ask: どなた', 'ask: ‸&who どなた'),
    mend: /Remove “&who”/,
  },
  {
    name: 'an alias',
    rule: 'alias',
    ...change(flow, 'わからないときは、社内でご確認ください。', '‸*who'),
    mend: /content itself/,
  },
  {
    name: 'a tag',
    rule: 'yaml-tag',
    ...change(flow, 'ask: どなた', 'ask: ‸!must どなた'),
    mend: /“!”/,
  },
  {
    name: 'an abyss of brackets',
    rule: 'too-deep',
    ...write('content/flows/deep.yaml', `${'['.repeat(40)}‸${'['.repeat(20_000)}`),
    mend: /At most 40 levels/,
  },
  {
    name: 'a file that is far too big',
    rule: 'too-big',
    ...write('content/faq/big.yaml', `‸# ${'x'.repeat(1024 * 1024)}`),
    mend: /Split it/,
  },
]
