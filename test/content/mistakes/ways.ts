import { change, en, flow, type Mistake } from './mistake.ts'

/** Slips in the ways through a flow. */
export const ways: Mistake[] = [
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
