import type { Reader } from './searchReading.ts'
import { stemsOf, type Tokens } from './searchWords.ts'

/** Finds which groups of synonyms a text mentions, by how it sounds and by its English stems. */
export function conceptFinder(groups: string[][], reader: Reader): (text: string) => Tokens {
  const bySound = new Map<string, [sound: string, token: string][]>()
  const byStems = new Map<string, string>()
  let longest = 1
  for (const [i, group] of groups.entries()) {
    for (const word of group) {
      const token = `s${i}`
      if (/^[\x20-\x7e]+$/.test(word)) {
        const stems = stemsOf(word)
        byStems.set(stems.join(' '), token)
        longest = Math.max(longest, stems.length)
      }
      for (const sound of new Set([reader(word), reader(word, true)])) {
        const list = bySound.get(sound[0] ?? '') ?? []
        list.push([sound, token])
        bySound.set(sound[0] ?? '', list)
      }
    }
  }
  for (const list of bySound.values()) list.sort(([one], [other]) => other.length - one.length)
  return (text) => {
    const sound = reader(text, true)
    const tokens: Tokens = []
    for (let at = 0; at < sound.length; ) {
      const found = bySound
        .get(sound[at] as string)
        ?.find(([word]) => sound.startsWith(word, at) && !/[ァ-ヶ]/.test(sound[at + word.length] ?? ''))
      if (found) tokens.push(found[1])
      at += found ? found[0].length : 1
    }
    const stems = stemsOf(text)
    for (let from = 0; from < stems.length; from++) {
      for (let size = Math.min(longest, stems.length - from); size > 0; size--) {
        const token = byStems.get(stems.slice(from, from + size).join(' '))
        if (token) tokens.push(token)
      }
    }
    return tokens
  }
}
