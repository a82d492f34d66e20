import { bot, change, en, enFaq, type Mistake, write } from './mistake.ts'

/** Slips between the languages. */
export const translations: Mistake[] = [
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
