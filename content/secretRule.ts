import type { Field, Sentence } from './reading.ts'

/** What nobody may ever be asked for in a chat. */
const secret = {
  ja: /暗証番号|パスワード|ＰＩＮ|PIN|ピンコード/i,
  en: /\b(pins?|passwords?|passcodes?)\b|暗証番号|パスワード/i,
}

/** Asking for something to be told to us, whatever the text is for. */
const telling = {
  ja: /教えて|お教え|お知らせ(?!し)|送って|送信して|お送り|返信|(ここ|チャット|この欄).{0,12}(入力|書|打|記入)|は何(ですか|番)/,
  en: /\b(tell|send|give|message|text|share with) (us|me)\b|\breply with\b|\bwhat(?:'s| is| are) (your|the)\b|\b(type|enter|write|put|share)\b.*\b(here|chat)\b/i,
}

/** Asking for something to be typed, which is right on the bank's screen only. */
const typing = {
  ja: /(入力|記入|送信)(して|を)?(ください|下さい|お願い|いただけ|いただき|どうぞ)|打って|お書き|書いてください/,
  en: /\b(please )?(type|enter|write|key in)\b/i,
}

const onTheBanksScreen = {
  ja: /画面|ログオン|クリック|「[^」]*」欄/,
  en: /\b(screen|page|window|log on|click|bank)\b/i,
}

const refusing = {
  ja: /ないで|ません|なさらず|不要|せずに|禁止|しないよう/,
  en: /\b(not|never|no one|nobody|without|instead of)\b|n't\b/i,
}

/** What a customer says is no question of ours. */
const customersWords = new Set<Field>(['say', 'label', 'question'])

/** A hint helps with an instruction, and an instruction is about the bank's screen; a name or a cell asks nothing. */
const aboutTheScreen = new Set<Field>(['do', 'hint', 'alt', 'name', 'cell', 'title'])

/** The sentence of a text that asks the customer for a secret, if there is one. */
export function asksSecret({
  text,
  locale,
  field,
}: Pick<Sentence, 'text' | 'locale' | 'field'> & Partial<Sentence>): string | undefined {
  if (customersWords.has(field)) return undefined
  const sentences = text.split(locale === 'ja' ? /(?<=[。！？\n])/ : /(?<=[.!?])\s|\n/)
  return sentences.map((one) => one.trim()).find((one) => asks(one, locale, field))
}

function asks(sentence: string, locale: 'ja' | 'en', field: Field): boolean {
  if (!secret[locale].test(sentence) || refusing[locale].test(sentence)) return false
  if (telling[locale].test(sentence)) return true
  if (aboutTheScreen.has(field) || !typing[locale].test(sentence)) return false
  return field === 'ask' || !onTheBanksScreen[locale].test(sentence)
}
