/** Pieces that patterns of ours look for, in words, numbers, addresses and languages. */
const pieces = [
  'a',
  'あ',
  '1',
  '１',
  '一',
  'いち',
  '1 ',
  '1-',
  '1・',
  '１　',
  ' ',
  '　',
  '\t',
  '\n',
  '\u200b',
  '\u0301',
  '👩‍👩‍👧',
  '①',
  '.',
  '@',
  'a@',
  'a.',
  '-',
  '/',
  'http://a',
  'www.',
  '(',
  '[',
  '{{',
  '&a=',
  '%25',
  '%',
  '\\',
  '*',
  '_',
  '暗証番号',
  '暗証番号は1',
  'PIN ',
  'my PIN is ',
  'password: ',
  'four ',
  '担当者',
  'うまくいかない ',
  'ーー',
  '、',
  '。',
  'ｶﾞ',
  'ё',
  'ß',
  'ﷺ',
]

/** What makes a pattern that almost fits try all other ways. */
const endings = ['', '!', 'です', '\u0000']

/** Two hundred strings of so many UTF-16 units at which a careless pattern would think for minutes. */
export function attackStrings(length: number): string[] {
  return pieces.flatMap((piece) =>
    endings.map((ending) => piece.repeat(Math.floor((length - ending.length) / piece.length)) + ending),
  )
}
