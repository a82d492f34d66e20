import { toHiragana } from 'wanakana'
import { folded, plain } from './spelling.ts'

/**
 * How a text sounds: kana with one spelling for long vowels, spaces where a word cannot go on.
 * When words are kept, only the first letter of a katakana word becomes hiragana, so that no other word is found in it.
 */
export type Reader = (text: string, keepsWords?: boolean) => string

const ROWS: [vowels: string, row: string][] = [
  ['あ', 'あかさたなはまやらわがざだばぱぁゃ'],
  ['い', 'いきしちにひみりぎじぢびぴぃ'],
  ['う', 'うくすつぬふむゆるぐずづぶぷぅゅ'],
  ['え', 'えけせてねへめれげぜでべぺぇ'],
  ['おう', 'おこそとのほもよろをごぞどぼぽぉょ'],
]
const long = new RegExp(ROWS.map(([vowels, row]) => `(?<=[${row}])[${vowels}]`).join('|'), 'g')

/**
 * Makes a reader that knows the given readings of kanji, and takes the longest it finds.
 * Kanji without a reading stay as they are: nothing is guessed.
 */
export function createReader(readings: Iterable<readonly [word: string, kana: string]>): Reader {
  const byFirst = new Map<string, [string, string][]>()
  for (const [word, kana] of readings) {
    const text = folded(plain(word))
    const first = text[0]
    if (!first) continue
    const list = byFirst.get(first) ?? []
    list.push([text, folded(plain(kana))])
    byFirst.set(first, list)
  }
  for (const list of byFirst.values()) list.sort(([one], [other]) => other.length - one.length)
  return (text, keepsWords = false) => {
    const line = plain(text)
    return sounds(spelledOut(keepsWords ? firstFolded(line) : folded(line), byFirst))
  }
}

function firstFolded(line: string): string {
  return line.replace(
    /[ァ-ヶ][ァ-ヶー]*/g,
    (word) => folded(word[0] as string) + word.slice(1).replace(/ー/g, ''),
  )
}

function spelledOut(text: string, byFirst: Map<string, [string, string][]>): string {
  let out = ''
  for (let at = 0; at < text.length; ) {
    const found = byFirst.get(text[at] as string)?.find(([word]) => text.startsWith(word, at))
    out += found ? found[1] : text[at]
    at += found ? found[0].length : 1
  }
  return out
}

/** 「しょうめいしょ」 and "shomeisho" sound the same once long vowels are short. */
function sounds(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}○—]+/gu, ' ')
    .replace(long, '')
    .trim()
}

/** A word whose letters stay Latin beyond this part of them is none; below it, there is a typing error. */
const MOST_LATIN = 0.16

/** The romanised Japanese words of a text as kana; undefined when hardly any word can be one. */
export function fromRomaji(text: string): string | undefined {
  const words = text.split(/[^a-z0-9'-]+/).filter(Boolean)
  let letters = 0
  const kana = words.map((word) => {
    const made = toHiragana(word)
    const latin = made.match(/[a-z]/g)?.length ?? 0
    if (/[lqx]|c(?!h)/.test(word) || /[^a-zぁ-ゖー-]/.test(made) || latin > word.length * MOST_LATIN)
      return word
    letters += word.length
    return made
  })
  return letters * 2 >= words.join('').length && letters > 2 ? kana.join(' ') : undefined
}
