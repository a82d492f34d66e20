import { toRomaji } from 'wanakana'

/** Ways in which the same question comes in worse shape. */
export const disturbances: Record<string, (text: string, sound: (text: string) => string) => string> = {
  'one typo': (text) => {
    const letters = [...text]
    const at = Math.max(1, letters.length >> 1)
    const [one = '', other = ''] = [letters[at - 1], letters[at]]
    return [...letters.slice(0, at - 1), other, one, ...letters.slice(at + 1)].join('')
  },
  'half-width': (text) => [...text].map((letter) => halves.get(letter) ?? letter).join(''),
  'hiragana only': (text, sound) => sound(text),
  romaji: (text, sound) => toRomaji(sound(text)),
  politer: (text) =>
    `お忙しいところすみません。${text}。どうすればよろしいでしょうか。よろしくお願いいたします。`,
  shorter: (text) =>
    text.replace(
      /(?:どうすれば(?:よい|いい|よろしい)の?(?:ですか|でしょうか)|ですか|でしょうか|のですが|ください|ました|します|です|ます)[。？?]?$/u,
      '',
    ),
}

/** Katakana and their half-width forms, turned about from what Unicode says. */
const halves = new Map<string, string>()
for (let code = 0xff66; code <= 0xff9d; code++) {
  const half = String.fromCharCode(code)
  for (const mark of ['', '\uff9e', '\uff9f']) {
    const whole = `${half}${mark}`.normalize('NFKC')
    if (whole.length === 1) halves.set(whole, `${half}${mark}`)
  }
}
