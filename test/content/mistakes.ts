/** One slip of a writer's pen in `sample/`. */
export interface Mistake {
  name: string
  rule: string
  file: string
  /** What stands there; absent when the whole file is written. */
  from?: string
  /** What is written instead; `‸` stands where the finding must point. */
  to: string
  /** What is changed besides, and is right. */
  also?: { file: string; from: string; to: string }
  /** When the finding belongs elsewhere: the file, and the text it must point at. */
  at?: [file: string, text: string]
  /** What the English mend must say. */
  mend: RegExp
}

const flow = 'content/flows/locked.yaml'
const faq = 'content/faq/card.yaml'
const talk = 'content/faq/talk.yaml'
const bank = 'content/banks/first.yaml'
const en = 'locales/en/flows.yaml'
const enFaq = 'locales/en/faq.yaml'
const bot = 'locales/en/bot.yaml'

const change = (file: string, from: string, to: string) => ({ file, from, to })
const write = (file: string, to: string) => ({ file, to })

const yaml: Mistake[] = [
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

const search: Mistake[] = [
  {
    name: 'a synonym in two groups',
    rule: 'duplicate-synonym',
    ...write('content/synonyms.yaml', 'words:\n  - [ログオン, ログイン]\n  - [入る, ‸ﾛｸﾞｲﾝ]\n'),
    mend: /one line/,
  },
  {
    name: 'a reading that is not kana',
    rule: 'not-kana',
    ...write('content/synonyms.yaml', 'readings:\n  証明書: ‸shoumeisho\n'),
    mend: /hiragana or katakana/,
  },
]

const form: Mistake[] = [
  {
    name: 'a mistyped key',
    rule: 'unknown-key',
    ...change(flow, '    ask: どなた', '    ‸aks: どなた'),
    mend: /“ask”\?/,
  },
  {
    name: 'a key that nothing resembles',
    rule: 'unknown-key',
    ...change(flow, '    cleared:', '    ‸colour: 青\n    cleared:'),
    mend: /await, ask, choices, cleared/,
  },
  {
    name: 'a question without its sentence',
    rule: 'missing-key',
    ...change(flow, '    ask: 銀行の確認を待っています。\n', ''),
    at: [flow, 'confirm:\n    await'],
    mend: /“ask:”/,
  },
  {
    name: 'a choice that leads nowhere',
    rule: 'missing-key',
    ...change(flow, '{ id: admin, say: 管理者, next: branch }', '‸{ id: admin, say: 管理者 }'),
    mend: /“next:”/,
  },
  {
    name: 'a number for a text',
    rule: 'not-a-text',
    ...change(bank, '"1234"', '‸1234'),
    mend: /double quotes/,
  },
  {
    name: 'a text for a list',
    rule: 'not-a-list',
    ...change(faq, '[カードがない, カード紛失]', '‸カードがない'),
    mend: /“- ”/,
  },
  {
    name: 'a text for a map',
    rule: 'not-a-map',
    ...change(faq, '{ flow: locked, given: { role: user } }', '‸locked'),
    mend: /name: text/,
  },
  {
    name: 'a step that is only a word',
    rule: 'not-a-map',
    ...change(
      flow,
      '  logon:\n    procedure: 開き直す\n    steps:\n      open: { like: unlock/open }\n    next: confirm\n',
      '  logon: ‸開き直す\n',
    ),
    mend: /name: text/,
  },
  {
    name: 'an outcome with nothing below it',
    rule: 'not-a-map',
    ...change(
      flow,
      '    title: お取引店へ\n    text: お取引店にご相談ください。\n    forms: [reissue, unlock]\n    person: true\n',
      '',
    ),
    at: [flow, 'branch:\n'],
    mend: /name: text/,
  },
  {
    name: 'an answer that is only a word',
    rule: 'not-a-map',
    ...write(talk, 'person: ‸あとで\n'),
    mend: /name: text/,
  },
  {
    name: 'choices written as a map',
    rule: 'not-a-list',
    ...change(
      flow,
      '    choices:\n      - { id: again, say: もう一度確認する, next: confirm }\n      - { id: relogon, say: 開き直す, next: logon }',
      '    choices:\n      ‸again: { say: もう一度確認する, next: confirm }',
    ),
    mend: /“- ”/,
  },
  {
    name: 'a mistyped checklist, told once',
    rule: 'unknown-key',
    ...change(flow, 'checklist:', '‸chekclist:'),
    mend: /“checklist”\?/,
  },
  {
    name: 'a mistyped list of choices, told once',
    rule: 'unknown-key',
    ...change(flow, 'choices:\n      - { id: user', '‸chioces:\n      - { id: user'),
    mend: /“choices”\?/,
  },
  {
    name: 'mistyped steps of a procedure, told once',
    rule: 'unknown-key',
    ...change(flow, '    steps:\n      open:\n        do', '    ‸setps:\n      open:\n        do'),
    mend: /“steps”\?/,
  },
  {
    name: 'a mistyped await, told once',
    rule: 'unknown-key',
    ...change(flow, 'await:', '‸awiat:'),
    mend: /“await”\?/,
  },
  {
    name: 'a word for true',
    rule: 'not-a-flag',
    ...change(flow, 'person: true', 'person: ‸はい'),
    mend: /Write true/,
  },
  {
    name: 'a value that is none',
    rule: 'unknown-value',
    ...change(flow, 'device: pc-cert', 'device: ‸pc-crt'),
    mend: /“pc-cert”\?/,
  },
  {
    name: 'a sentence that is not written yet',
    rule: 'empty-text',
    ...change(flow, 'unsure: わからないときは、社内でご確認ください。', '‸unsure:'),
    mend: /Write the text/,
  },
  {
    name: 'an empty pair of quotes',
    rule: 'empty-text',
    ...change(flow, 'hint: もう一度開いてください。', 'hint: ‸""'),
    mend: /Write the text/,
  },
  {
    name: 'an id with a capital letter',
    rule: 'bad-id',
    ...change(flow, 'id: admin', 'id: ‸Admin'),
    mend: /small letters/,
  },
  {
    name: 'a part called by a word of the format',
    rule: 'bad-id',
    ...change(flow, 'open: { like', '‸do: { like'),
    mend: /cannot be names/,
  },
  {
    name: 'an id given to two choices',
    rule: 'duplicate-id',
    ...change(flow, 'id: admin', 'id: ‸user'),
    mend: /another name/,
  },
  {
    name: 'an answer that another file has',
    rule: 'duplicate-id',
    ...change(talk, 'person:\n', '‸card-lost:\n  question: あ\n\nperson:\n'),
    mend: /another name/,
  },
  {
    name: 'a flow in a file of another name',
    rule: 'id-not-file',
    ...change(flow, 'id: locked', 'id: ‸lockd'),
    mend: /“lockd.yaml”/,
  },
  {
    name: 'a bank in a file of another name',
    rule: 'id-not-file',
    ...change(bank, 'id: first', 'id: ‸frist'),
    mend: /“first”/,
  },
  {
    name: 'a table with a cell too few',
    rule: 'uneven-table',
    ...change(flow, '[○, 停止]', '[‸○]'),
    mend: /2 cells/,
  },
]

const ways: Mistake[] = [
  {
    name: 'a choice that leads to a mistyped step',
    rule: 'unknown-step',
    ...change(flow, 'next: ready', 'next: ‸redy'),
    mend: /“ready”\?/,
  },
  {
    name: 'a start that is no step',
    rule: 'unknown-step',
    ...change(flow, 'start: role', 'start: ‸rolle'),
    mend: /“role”\?/,
  },
  {
    name: 'a checklist that is complete and then leads to nothing',
    rule: 'unknown-step',
    ...change(flow, 'complete: unlock', 'complete: ‸unlok'),
    mend: /“unlock”\?/,
  },
  {
    name: 'a checklist that misses something and then leads to nothing',
    rule: 'unknown-step',
    ...change(flow, 'missing: forms', 'missing: ‸form'),
    mend: /“forms”\?/,
  },
  {
    name: 'a wait that leads to nothing when it is over',
    rule: 'unknown-step',
    ...change(flow, 'cleared: solved', 'cleared: ‸solvd'),
    mend: /“solved”\?/,
  },
  {
    name: 'a copy of a part that is none',
    rule: 'unknown-step',
    ...change(flow, 'like: unlock/open', 'like: ‸unlock/opn'),
    mend: /“unlock\/open”\?/,
  },
  {
    name: 'a step that nothing leads to',
    rule: 'unreachable-step',
    ...change(flow, 'next: logon', 'next: confirm'),
    at: [flow, 'logon:\n    procedure'],
    mend: /“logon” after a next/,
  },
  {
    name: 'an outcome that nothing leads to',
    rule: 'unreachable-outcome',
    ...change(flow, 'cleared: solved', 'cleared: confirm'),
    at: [flow, 'solved:\n    title'],
    mend: /“solved” after a next/,
  },
  {
    name: 'a question without a choice',
    rule: 'dead-end',
    ...change(
      flow,
      'choices:\n      - { id: user, say: 利用者, phrases: [社員], next: ready }\n      - { id: admin, say: 管理者, next: branch }',
      '‸choices: []',
    ),
    mend: /at least one/,
  },
  {
    name: 'a round without a way out',
    rule: 'endless-loop',
    ...change(
      flow,
      'confirm }\n      - { id: relogon, say: 開き直す, next: logon }\n    cleared: solved\n',
      'look }\n      - { id: relogon, say: 開き直す, next: logon }\n    cleared: solved\n\n  ‸look:\n    ask: 見えますか？\n    choices: [{ id: "wait", say: いいえ, next: look-again }]\n\n  look-again:\n    ask: もう見えますか？\n    choices: [{ id: "wait", say: いいえ, next: look }]\n',
    ),
    also: change(
      en,
      '  confirm:\n',
      '  look: { ask: Do you see it?, choices: { wait: "No" } }\n  look-again: { ask: And now?, choices: { wait: "No" } }\n  confirm:\n',
    ),
    mend: /leads to an outcome/,
  },
  {
    name: 'a symptom without help',
    rule: 'no-help',
    ...change(
      flow,
      '          - id: white\n            say: 画面が真っ白\n            hint: もう一度開いてください。',
      '          - ‸id: white\n            say: 画面が真っ白',
    ),
    mend: /hint, or a next/,
  },
  {
    name: '“unlocked” said without the bank',
    rule: 'unconfirmed-outcome',
    ...change(flow, 'say: 開き直す, next: logon', 'say: 開き直す, next: ‸solved'),
    mend: /Only cleared/,
  },
  {
    name: 'missing things that are never listed',
    rule: 'no-missing-outcome',
    ...change(flow, 'missing: forms', 'missing: ‸branch'),
    mend: /missing and true/,
  },
  {
    name: 'more choices than a channel shows',
    rule: 'too-many-choices',
    ...change(
      flow,
      '      - { id: admin, say: 管理者, next: branch }',
      Array.from(
        { length: 13 },
        (_, i) => `      - ${i === 12 ? '‸' : ''}{ id: c${i}, say: 番号${i}, next: branch }`,
      ).join('\n'),
    ),
    mend: /at most 13/,
  },
  {
    name: 'two choices that say the same',
    rule: 'same-choice',
    ...change(flow, 'say: 管理者', 'say: ‸利用者'),
    mend: /differently/,
  },
  {
    name: 'two choices that share a phrase',
    rule: 'same-choice',
    ...change(flow, 'say: 管理者', 'phrases: [‸社員], say: 管理者'),
    mend: /differently/,
  },
]

const references: Mistake[] = [
  {
    name: 'a form that no bank has',
    rule: 'unknown-form',
    ...change(flow, 'form: reissue', 'form: ‸reisue'),
    mend: /“reissue”\?/,
  },
  {
    name: 'a bank without a form that is needed',
    rule: 'missing-form',
    ...change(bank, '  unlock: はじめ解除依頼書\n', ''),
    at: [bank, 'forms:'],
    mend: /“unlock:”/,
  },
  {
    name: 'a mistyped form in a bank',
    rule: 'missing-form',
    ...change(bank, 'unlock:', '‸unlcok:'),
    mend: /be “unlock”\?/,
  },
  {
    name: 'a bank code of five digits',
    rule: 'bad-code',
    ...change(bank, '"1234"', '‸"12345"'),
    mend: /four digits/,
  },
  {
    name: 'a day of the week that is none',
    rule: 'bad-day',
    ...change(
      bank,
      'code: "1234"',
      'code: "1234"\nsupport: { hours: [{ days: [‸moon], from: 9:00, to: 17:00 }] }',
    ),
    mend: /mon, tue/,
  },
  {
    name: 'a time of the day that is none',
    rule: 'bad-time',
    ...change(
      bank,
      'code: "1234"',
      'code: "1234"\nsupport: { hours: [{ days: [mon], from: 9:00, to: ‸25:00 }] }',
    ),
    mend: /17:30/,
  },
  {
    name: 'hours that end before they begin',
    rule: 'bad-hours',
    ...change(
      bank,
      'code: "1234"',
      'code: "1234"\nsupport: { hours: [{ days: [mon], from: 17:00, ‸to: 9:00 }] }',
    ),
    mend: /past midnight/,
  },
  {
    name: 'a day without support that is none',
    rule: 'bad-date',
    ...change(bank, 'code: "1234"', 'code: "1234"\nsupport: { closed: [‸2027-02-30] }'),
    mend: /2027-01-04/,
  },
  {
    name: 'a time zone that is none',
    rule: 'bad-timezone',
    ...change(bank, 'code: "1234"', 'code: "1234"\nsupport: { timezone: ‸Asia/Tokio }'),
    mend: /Asia\/Tokyo/,
  },
  {
    name: 'a waiting time that is no number of minutes',
    rule: 'not-a-count',
    ...change(bank, 'code: "1234"', 'code: "1234"\nsupport: { waitMinutes: ‸"10" }'),
    mend: /without quotes/,
  },
  {
    name: 'a picture that is not there',
    rule: 'missing-picture',
    ...change(flow, 'card.svg', '‸crad.svg'),
    mend: /“card.svg”\?/,
  },
  {
    name: 'a picture from another folder',
    rule: 'bad-picture',
    ...change(flow, 'card.svg', '‸../../secret.svg'),
    mend: /\.svg/,
  },
  {
    name: 'a picture without words',
    rule: 'missing-alt',
    ...change(flow, 'image: { file: card.svg, alt: カードの絵。 }', '‸image: { file: card.svg }'),
    mend: /cannot see it/,
  },
  {
    name: 'an answer that starts a flow that is none',
    rule: 'unknown-flow',
    ...change(faq, 'flow: locked', 'flow: ‸loked'),
    mend: /“locked”\?/,
  },
  {
    name: 'an answer that knows a step that is none',
    rule: 'unknown-given-step',
    ...change(faq, 'role: user', '‸roll: user'),
    mend: /“role”\?/,
  },
  {
    name: 'an answer that knows a choice that is none',
    rule: 'unknown-given-choice',
    ...change(faq, 'role: user', 'role: ‸usr'),
    mend: /“user”\?/,
  },
]

const texts: Mistake[] = [
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

const translations: Mistake[] = [
  {
    name: 'a sentence that is not translated',
    rule: 'missing-translation',
    ...change(en, '    unsure: Please ask in your company.\n', ''),
    at: [en, 'role:'],
    mend: /Add “unsure” below/,
  },
  {
    name: 'a step that is not translated, told once',
    rule: 'missing-translation',
    ...change(
      en,
      '  confirm:\n    ask: Waiting for the bank.\n    choices:\n      again: Check again\n      relogon: Open it again\n',
      '',
    ),
    at: [en, 'locked:'],
    mend: /Add “confirm” below/,
  },
  {
    name: 'a question that cannot be found in English',
    rule: 'missing-translation',
    ...change(enFaq, '  phrases: [talk to someone]\n', ''),
    at: [enFaq, 'person:'],
    mend: /Add “phrases” below/,
  },
  {
    name: 'an answer that is not translated',
    rule: 'missing-translation',
    ...change(
      enFaq,
      '\nperson:\n  question: Talk to a person.\n  answer: You can talk to a person.\n  phrases: [talk to someone]\n',
      '',
    ),
    at: [enFaq, 'card-lost:'],
    mend: /Add “person” below/,
  },
  {
    name: 'a word of the bot that is not translated',
    rule: 'missing-translation',
    ...change(bot, '  done: Done, next\n', ''),
    at: [bot, 'step:'],
    mend: /Add “done” below/,
  },
  {
    name: 'a number for a word of the bot',
    rule: 'not-a-text',
    ...change('locales/ja/bot.yaml', 'done: できた・次へ', 'done: ‸1'),
    mend: /double quotes/,
  },
  {
    name: 'a word of the bot that is not written yet',
    rule: 'empty-text',
    ...change('locales/ja/bot.yaml', 'done: できた・次へ', '‸done:'),
    mend: /Write the text/,
  },
  {
    name: 'a mistyped key in a translation',
    rule: 'orphan-translation',
    ...change(en, '    unsure: Please', '    ‸unsrue: Please'),
    mend: /“unsure”\?/,
  },
  {
    name: 'a translation of nothing',
    rule: 'orphan-translation',
    ...change(bot, '  done: Done, next\n', '  done: Done, next\n  ‸skip: Skip\n'),
    mend: /remove this too/,
  },
  {
    name: 'a translation that writes out the bank code',
    rule: 'other-variables',
    ...change(en, 'note: The number is {{bank.code}}.', 'note: ‸The number is 1234.'),
    mend: /same names/,
  },
  {
    name: 'a number lost on the way',
    rule: 'other-variables',
    ...change(bot, 'Step {{number}} of {{total}}', '‸Step {{number}}'),
    mend: /same names/,
  },
  {
    name: 'an English question for a PIN',
    rule: 'asks-secret',
    ...change(en, 'ask: Waiting for the bank.', 'ask: ‸Please enter your PIN.'),
    mend: /Never ask for it/,
  },
  {
    name: 'an English button too long for LINE',
    rule: 'label-too-long',
    ...change(en, 'again: Check again', 'again: ‸Check again whether it is so'),
    mend: /at most 20/,
  },
  {
    name: 'two English choices that share a phrase',
    rule: 'same-choice',
    ...change(en, 'admin: The administrator', 'admin: { say: The administrator, phrases: [‸Employee] }'),
    mend: /differently/,
  },
  {
    name: 'a file of words without its translation',
    rule: 'missing-file',
    ...write('locales/ja/desk.yaml', 'hello: こんにちは\n'),
    at: ['locales/en/desk.yaml', ''],
    mend: /same entries/,
  },
  {
    name: 'a file of words without its original',
    rule: 'orphan-file',
    ...write('locales/en/desk.yaml', '‸hello: Hello\n'),
    mend: /Remove the file/,
  },
]

/** Every kind of mistake, at the place where a writer would make it. */
export const mistakes = [...yaml, ...search, ...form, ...ways, ...references, ...texts, ...translations]
