import { toRomaji } from 'wanakana'

/** Ways in which the same question comes in worse shape. */
export const disturbances: Record<string, (text: string, sound: (text: string) => string) => string> = {
  'one typo': (text) => {
    const letters = [...text]
    const at = Math.max(1, letters.length >> 1)
    const [one = '', other = ''] = [letters[at - 1], letters[at]]
    return [...letters.slice(0, at - 1), other, one, ...letters.slice(at + 1)].join('')
  },
  'a letter left out': (text) => {
    const letters = [...text]
    return letters.toSpliced(letters.length >> 1, 1).join('')
  },
  'a letter too many': (text) => {
    const letters = [...text]
    return letters.toSpliced(letters.length >> 1, 0, 'ん').join('')
  },
  'half-width': (text) => [...text].map((letter) => halves.get(letter) ?? letter).join(''),
  'hiragana only': (text, sound) => sound(text),
  romaji: (text, sound) => toRomaji(sound(text)),
  'romaji by the school': (text, sound) => byTheSchool(toRomaji(sound(text))),
  politer: (text) =>
    `お忙しいところすみません。${text}。どうすればよろしいでしょうか。よろしくお願いいたします。`,
  shorter: (text) =>
    text.replace(
      /(?:どうすれば(?:よい|いい|よろしい)の?(?:ですか|でしょうか)|ですか|でしょうか|のですが|ください|ました|します|です|ます)[。？?]?$/u,
      '',
    ),
}

/** 「しょ」 is syo, 「つ」 is tu: what Japanese schools teach, and what many type. */
function byTheSchool(romaji: string): string {
  return romaji
    .replace(/sh(?=[auo])/g, 'sy')
    .replace(/ch(?=[auo])/g, 'ty')
    .replace(/j(?=[auo])/g, 'zy')
    .replace(/shi/g, 'si')
    .replace(/chi/g, 'ti')
    .replace(/tsu/g, 'tu')
    .replace(/ji/g, 'zi')
    .replace(/fu/g, 'hu')
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
