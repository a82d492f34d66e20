const kanji = [...'〇一二三四五六七八九']
const kana = ['ぜろ', 'いち', 'に', 'さん', 'よん', 'ご', 'ろく', 'なな', 'はち', 'きゅう']
const katakana = ['ゼロ', 'イチ', 'ニ', 'サン', 'ヨン', 'ゴ', 'ロク', 'ナナ', 'ハチ', 'キュウ']
const english = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** The same digits as customers spell them, each spelling another string of bytes. */
export function spellings(digits: string, kind: 'pin' | 'card' = 'pin'): string[] {
  const each = (spell: (digit: number) => string, between = '') =>
    [...digits].map((digit) => spell(Number(digit))).join(between)
  const at = (first: number) => (digit: number) => String.fromCodePoint(first + digit)
  const figures = [
    digits,
    each(at(0xff10)),
    ...[' ', '-', '・', '　', '.', '_'].map((between) => each(String, between)),
    each(at(0xff10), '　'),
    digits.replace(/(?=(?:.{4})+$)(?!^)/g, kind === 'card' ? '-' : ' '),
    [...digits].join('\u200b'),
    each(at(0x1d7ce)),
  ]
  if (kind === 'card') return figures
  return [
    ...figures,
    each((digit) => (digit === 0 ? '⓪' : String.fromCodePoint(0x2460 + digit - 1))),
    each((digit) => (digit === 0 ? '⓿' : String.fromCodePoint(0x2776 + digit - 1))),
    each((digit) => `${digit}\ufe0f\u20e3`),
    each((digit) => kanji[digit] ?? ''),
    each((digit) => kana[digit] ?? ''),
    each((digit) => katakana[digit] ?? '', '・'),
    each((digit) => english[digit] ?? '', ' '),
    each(String, '、'),
    each(at(0x660)),
  ]
}

/** What stands around a PIN when somebody tells it. */
export const sayings: ((pin: string) => string)[] = [
  (pin) => `暗証番号は${pin}です`,
  (pin) => `暗証番号：${pin}`,
  (pin) => `暗証番号 ${pin} を入れたのにログオンできません`,
  (pin) => `パスワードは「${pin}」です`,
  (pin) => `PINは${pin}`,
  (pin) => `ＰＩＮ ${pin}`,
  (pin) => `ピン番号 ${pin}`,
  (pin) => `確認用パスワードが${pin}なんですが`,
  (pin) => `ワンタイムパスワード ${pin}`,
  (pin) => `${pin}が暗証番号です`,
  (pin) => `私の暗証番号、実は ${pin} なんです`,
  (pin) => `${pin}です`,
  (pin) => `my PIN is ${pin}`,
  (pin) => `password: ${pin}`,
  (pin) => `the passcode ${pin} does not work`,
  (pin) => `${pin} is my PIN`,
]
