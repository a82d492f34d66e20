import { bank, change, faq, flow, type Mistake } from './mistake.ts'

/** Slips in what refers to something else. */
export const references: Mistake[] = [
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
