/** A text whose secrets are gone. */
export interface Masked {
  text: string
  /** Whether there was one. */
  found: boolean
}

/** What a secret is called just before it is typed. */
const NAMES =
  '暗証番号|暗証|確認番号|パスワード|ぱすわーど|パスコード|ワンタイム|ピン|password|passwd|passcode|pin|otp|one-time'
const FILLER = '(?:\\s|[はがをも:=、。「」『』"\'()-]|です|番号|no\\.?|number|code|is|was)'

/** Digits as people type them: with spaces, hyphens or dots between. The text is NFKC already. */
const SPACED_DIGITS = /\d(?:[\s.・·_-]{0,3}\d){3,}/g
const KANJI_DIGITS = /[〇零一二三四五六七八九壱弐参]{4,12}/g
const NAMED_SECRET = new RegExp(`(${NAMES})(${FILLER}{0,8})([a-z0-9!#$%&*+/?@^_~-]{4,32})`, 'gi')
const SPELLED =
  /(?:ゼロ|れい|まる|いち|に|さん|よん|し|ご|ろく|なな|しち|はち|きゅう|く|zero|one|two|three|four|five|six|seven|eight|nine)/gi

const MASK = '••••'

/**
 * Removes what looks like a PIN, a password or a card number from what a customer typed, before anything is stored.
 *
 * Recognised, also in full-width and circled digits: a message that is nothing but 4 digits or more; 4 to 32 digits or
 * letters after the name of a secret; 7 or more digits anywhere (cards have 13 to 19). The others stay: customers write
 * years, amounts and step numbers.
 * @param allowed digits that are no secret, such as the bank's own code
 */
export function maskSecrets(text: string, allowed: readonly string[] = []): Masked {
  const plain = text.normalize('NFKC').replace(/[​-‏﻿⁠­]/g, '')
  let masked = plain
  if (allowed.includes(plain.trim())) return { text, found: false }
  if (isNothingButDigits(plain) || isSpelledOut(plain)) masked = MASK
  masked = masked.replace(NAMED_SECRET, (whole, name: string, filler: string, secret: string) =>
    isSecretWord(secret) ? `${name}${filler}${MASK}` : whole,
  )
  masked = masked.replace(SPACED_DIGITS, (digits, at: number) => {
    const bare = digits.replace(/\D/g, '')
    if (allowed.includes(bare)) return digits
    return bare.length >= 7 || isNearName(masked, at) ? MASK : digits
  })
  masked = masked.replace(KANJI_DIGITS, (digits, at: number) => (isNearName(masked, at) ? MASK : digits))
  return masked === plain ? { text, found: false } : { text: masked, found: true }
}

/** The whole answer is a number of 4 digits or more, perhaps with a polite ending. */
function isNothingButDigits(text: string): boolean {
  const rest = text.replace(/[\s.・·_\-,、。!?:]|です|でした|だよ|だ$/g, '')
  return /^\d{4,}$/.test(rest) || /^[〇零一二三四五六七八九壱弐参]{4,12}$/.test(rest)
}

function isSpelledOut(text: string): boolean {
  const spelled = text.match(SPELLED)?.length ?? 0
  return spelled >= 4 && text.replace(SPELLED, '').replace(/[\s、。,.-]|です/g, '') === ''
}

/** Words after "password" are mostly words; a secret has a digit in it. */
function isSecretWord(word: string): boolean {
  return /\d/.test(word)
}

function isNearName(text: string, at: number): boolean {
  return new RegExp(NAMES, 'i').test(text.slice(Math.max(0, at - 24), at))
}
