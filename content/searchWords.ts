import { stemmer } from 'stemmer'
import { folded, plain } from './spelling.ts'

/** What a text is found by; the first letter of a token is its kind. */
export type Tokens = string[]

/** How much a token of each kind says, whatever its rarity. */
const KINDS: Record<string, number> = {
  /** A word; a stem. */
  w: 1,
  /** A group of synonyms. */
  s: 1,
  /** A kanji; two of them, or two katakana; the border of kanji and hiragana. */
  k: 0.4,
  p: 0.6,
  m: 0.25,
  /** Two English words; a part of one. */
  b: 0.5,
  c: 0.5,
  /** Two or three kana as they sound; two near each other in any order. */
  r: 0.4,
  u: 0.5,
  /** Kanji without anything between them. */
  z: 0.3,
  /** A word in hiragana: says something only where others write it in katakana. */
  h: 0,
}

/** How much a token says by its kind, 0 to 1. */
export function weightOf(token: string): number {
  return KINDS[token[0] as string] ?? 0
}

const words = new Intl.Segmenter('ja', { granularity: 'word' })
const hiragana = /^[ぁ-ゖー]+$/
const overKana = /(?=(\p{Script=Han})([ぁ-ゖ]{1,2})(\p{Script=Han}))/gu
const particle = /^[をはがにでとのもへや]$/

/** What a Japanese text is about: words, kanji and pairs of letters; the hiragana between them say little. */
export function japaneseTokens(text: string): Tokens {
  const tokens: Tokens = []
  const line = plain(text)
  for (const { segment, isWordLike } of words.segment(line)) {
    if (!isWordLike) continue
    if (!hiragana.test(segment)) tokens.push(`w${folded(segment)}`)
    else if (segment.length > 1) tokens.push(`h${folded(segment)}`)
  }
  for (const [run] of line.matchAll(/[ァ-ヶー]+|[\p{Script=Han}々〇]+/gu)) {
    const letters = [...folded(run)]
    for (let i = 0; i < letters.length; i++) {
      if (!hiragana.test(letters[i] as string)) tokens.push(`k${letters[i]}`)
      if (i > 0) tokens.push(`p${letters[i - 1]}${letters[i]}`)
    }
  }
  for (const [run] of line.matchAll(/[\p{Script=Han}々〇]{2,}/gu)) tokens.push(`z${run}`)
  // 「引っ越し」 and 「引越」 are one word: endings between two kanji are left out, particles are not.
  for (const [, one, between = '', other] of folded(line).matchAll(overKana)) {
    if (!particle.test(between)) tokens.push(`p${one}${other}`)
  }
  for (const found of folded(line).matchAll(/(?=(\p{Script=Han}[ぁ-ゖ]|[ぁ-ゖ]\p{Script=Han}))/gu)) {
    tokens.push(`m${found[1]}`)
  }
  return tokens
}

/** What an English text is about: stems, pairs of neighbours, and parts of words for typing errors. */
export function englishTokens(text: string): Tokens {
  const tokens: Tokens = []
  const stems = stemsOf(text)
  for (const [i, stem] of stems.entries()) {
    tokens.push(`w${stem}`)
    if (i > 0) tokens.push(`b${stems[i - 1]} ${stem}`)
  }
  for (const word of latinWords(text)) {
    const framed = `^${word}$`
    for (const size of [3, 4]) {
      for (let i = 0; i + size <= framed.length; i++) tokens.push(`c${framed.slice(i, i + size)}`)
    }
  }
  return tokens
}

/** How a text sounds, in pieces of two and three kana, and in pairs of near ones that bear typing errors. */
export function soundTokens(sound: string): Tokens {
  const tokens: Tokens = []
  for (const part of sound.split(' ')) {
    const letters = [...part]
    for (let i = 0; i + 1 < letters.length; i++) {
      tokens.push(`r${letters[i]}${letters[i + 1]}`)
      if (i > 0) tokens.push(`r${letters[i - 1]}${letters[i]}${letters[i + 1]}`)
    }
  }
  const letters = [...sound.replaceAll(' ', '')]
  for (let i = 1; i < letters.length; i++) {
    for (const gap of i > 1 ? [1, 2] : [1]) {
      const [one, other] = [letters[i - gap], letters[i]] as [string, string]
      tokens.push(one < other ? `u${one}${other}` : `u${other}${one}`)
    }
  }
  return tokens
}

/** A pattern for politeness in any place, the longest first; undefined when there is none to know. */
export function politeness(words: string[]): RegExp | undefined {
  if (words.length === 0) return undefined
  const sorted = words.map(plain).sort((one, other) => other.length - one.length)
  return new RegExp(sorted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g')
}

/** The Latin words of a text without their endings. */
export function stemsOf(text: string): string[] {
  return latinWords(text).map((word) => stemmer(word))
}

function latinWords(text: string): string[] {
  return (
    plain(text)
      .replace(/’/g, "'")
      .replace(/\b(?:can't|cannot)\b/g, 'can not')
      .replace(/n't\b/g, ' not')
      .replace(/'(?:m|s|d|ll|re|ve)\b/g, '')
      .match(/[a-z0-9]+/g) ?? []
  )
}
