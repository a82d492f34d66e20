/** A text whose secrets are gone. */
export interface Masked {
  text: string
  /** Whether there was one. */
  found: boolean
}

const mask = '••••'

/** What a secret is called by those who type it. */
const name =
  '(?:暗証番号|暗証|あんしょう(?:ばんごう)?|確認番号|パスワード|ぱすわーど|パスコード|パスフレーズ|ワンタイム|ピン(?:コード|番号|ナンバー)?' +
  '|セキュリティ(?:コード|番号)|(?<![\\p{Script=Han}\\p{Script=Katakana}ー])番号' +
  '|(?<![a-z])(?:pass(?:word|wd|code|phrase)?s?|pins?|pw|pwd|otp|one-time(?: code| password)?|cvv|cvc|security code)(?![a-z]))'
const filler =
  '(?:\\s|[はがをもの:=、。,「」『』"\'()-]|です|番号|コード|ナンバー|no\\.?|number|code|is|was|are)'
const named = new RegExp(`(${name})(${filler}{0,8})([a-z0-9!#$%&*+/?@^_~-]{4,32})`, 'giu')
const justNamed = new RegExp(`${name}${filler}{0,8}$`, 'iu')
const anyName = new RegExp(name, 'iu')

/** Digits as people write them to be clever: in figures, in kanji, in words. */
const words =
  'ゼロ|ぜろ|れい|まる|マル|いち|イチ|に|ニ|さん|サン|よん|ヨン|し|シ|ご|ゴ|ろく|ロク|なな|ナナ|しち|シチ|はち|ハチ|きゅう|キュウ|く|ク' +
  '|zero|oh|one|two|three|four|five|six|seven|eight|nine'
const digit = `(?:\\d|[〇零一二三四五六七八九壱弐参]|${words})`
const gap = '(?:[\\s\\p{P}\\p{S}ー]{0,3}|の|と|,? (?:and )?)'
const digits = new RegExp(`${digit}(?:${gap}${digit}){3,}`, 'giu')
const allDigits = new RegExp(`^${digit}{4,}$`, 'iu')
const figures = /\d(?:[\s.・·_-]{0,3}\d){3,}/gu

/** What Unicode's own normal form leaves as it is. */
const circled = ['⓿❶❷❸❹❺❻❼❽❾', '-➀➁➂➃➄➅➆➇➈', '-➊➋➌➍➎➏➐➑➒', '-⓵⓶⓷⓸⓹⓺⓻⓼⓽']

/** What says that figures are no secret: a measure after them, the name of something harmless before them. */
const measure =
  /^\s*(?:年|月|日|円|万|億|千|桁|回|分|秒|時|件|人|名|枚|通|歳|文字|ページ|頁|週|番線|%|ドル|yen|jpy|usd|years?|digits?|characters?|times|days|minutes|people|users)/iu
const harmless =
  /(?:(?<!暗証|ピン|pin|pass)(?:エラー|コード|error|code)|手順|ステップ|steps?|電話(?:番号)?|携帯(?:電話)?|連絡先|内線|tel|phone|fax|ファックス|西暦|(?<![a-z])(?:in|since|from|of|until|by)|[¥$€£])[\s:は番がのis.#+(]{0,4}$/iu
const date = /^(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])$/
const phone = /^0\d{1,4}[-(]\d{1,4}[-)]\d{3,4}$/
/** Of a browser, say: with dots, and not a PIN whose digits were set apart. */
const version = /^(?=.*\d\d)\d{1,3}(?:\.\d+){2,3}$/
const plainForms = [date, phone, version]
/** That somebody typed them somewhere, or was asked for them. */
const typedAfter = /^[」』"'\s]*(?:(?:を|と|って|で)\s*)?(?:入力|入れ|打|押し)/u
const typedBefore = /(?:typed|entered|enter|type|put in|put|used|tried)(?: in)?\s*["'“]?$/iu

/**
 * Removes what looks like a PIN, a password or a card number from what a customer typed, before anything is stored.
 *
 * Recognised, also in full-width, circled and kanji digits, in words ("いちにさんよん", "one two three four") and with
 * anything between the digits: a message that is nothing but 4 digits or more; 4 to 32 digits or letters with a digit
 * or a sign after the name of a secret; 4 digits or more near such a name, or said to have been typed; 7 or more
 * figures anywhere (cards have 13 to 19). Dates, telephone numbers with their hyphens, amounts, counts and the codes
 * of errors stay: customers write them all.
 * @param allowed digits that are no secret, such as the bank's own code
 */
export function maskSecrets(text: string, allowed: readonly string[] = []): Masked {
  const plain = plainly(text)
  const bare = plain.replace(/[\s\p{P}\p{S}]|です/gu, '')
  if (allowed.includes(bare)) return { text, found: false }
  if (isNothingButDigits(plain)) return { text: mask, found: true }
  const masked = maskAnywhere(maskNearby(maskNamed(plain, allowed), allowed), allowed)
  return masked === plain ? { text, found: false } : { text: masked, found: true }
}

/** Whether what a client sends beside the text (ids, as a rule) carries a secret, in a name or in a value. */
export function hidesSecret(value: unknown, allowed: readonly string[] = []): boolean {
  if (typeof value === 'string') return maskSecrets(value, allowed).found
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(
    ([key, part]) => hidesSecret(part, allowed) || maskSecrets(`${key}: ${part}`, allowed).found,
  )
}

/** One spelling for all digits: full-width and circled ones, keycaps, other scripts; nothing that cannot be seen. */
function plainly(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Cf}|\p{Variation_Selector}|\u{20e3}/gu, '')
    .replace(/[⓿❶-❾➀-➈➊-➒⓵-⓽]/gu, (sign) => String(Math.max(...circled.map((row) => row.indexOf(sign)))))
    .replace(/(?!\d)\p{Nd}/gu, (sign) => String(placeInBlock(sign)))
}

/** Unicode keeps the ten digits of a script together, zero first. */
function placeInBlock(sign: string): number {
  const at = sign.codePointAt(0) ?? 0
  let place = 0
  while (place < 9 && /\p{Nd}/u.test(String.fromCodePoint(at - place - 1))) place++
  return place
}

/** The whole answer is 4 digits or more, perhaps politely. */
function isNothingButDigits(text: string): boolean {
  const trimmed = text.trim()
  if (date.test(trimmed) || /^\d{1,2}[:/]\d{2}$/.test(trimmed) || /^[¥$€£]/.test(trimmed)) return false
  const rest = trimmed
    .replace(/^(?:たぶん|多分|えっと|ええと|えーと|はい|yes|maybe|it'?s|is it|it is)[\s、,]*/iu, '')
    .replace(
      /(?:です|でした|だ|になります|と思います|かも|かな|please|thanks?)(?:よ|ね|か|けど){0,2}[\s\p{P}]{0,5}$/iu,
      '',
    )
    .replace(/[\s\p{P}\p{S}ー]/gu, '')
  return allDigits.test(rest)
}

function maskNamed(text: string, allowed: readonly string[]): string {
  return text.replace(named, (whole, called: string, between: string, secret: string, at: number) => {
    const after = text.slice(at + whole.length)
    if (!isSecretWord(secret) || allowed.includes(secret) || measure.test(after)) return whole
    return `${called}${between}${mask}`
  })
}

/** Four digits or more, however written, beside the name of a secret or typed somewhere. */
function maskNearby(text: string, allowed: readonly string[]): string {
  return text.replace(digits, (run, at: number) => {
    const before = text.slice(0, at)
    const after = text.slice(at + run.length)
    const isCounted = allowed.includes(run) || measure.test(after)
    if (justNamed.test(before.slice(-32)) && !isCounted) return mask
    if (isExcused(run, before, after, allowed)) return run
    const isTyped = /\d{4}/.test(run) && (typedAfter.test(after) || typedBefore.test(before))
    return isTyped || anyName.test(before.slice(-24)) || anyName.test(sentence(after).slice(0, 14))
      ? mask
      : run
  })
}

/** Seven figures are more than customers have reason to write. */
function maskAnywhere(text: string, allowed: readonly string[]): string {
  return text.replace(figures, (run, at: number) => {
    const count = run.replace(/\D/g, '').length
    return count < 7 || isExcused(run, text.slice(0, at), text.slice(at + run.length), allowed) ? run : mask
  })
}

function isExcused(run: string, before: string, after: string, allowed: readonly string[]): boolean {
  const bare = run.replace(/\D/g, '')
  if (allowed.includes(bare) || measure.test(after)) return true
  return bare.length < 13 && (plainForms.some((form) => form.test(run)) || harmless.test(before.slice(-16)))
}

/** Words after "password" are mostly words; a secret has a digit or a sign in it. */
function isSecretWord(word: string): boolean {
  return /\d/.test(word) || /[a-z][#$%&*@^][a-z]/i.test(word)
}

function sentence(text: string): string {
  return text.split(/[。！？!?\n]/u, 1)[0] ?? ''
}
