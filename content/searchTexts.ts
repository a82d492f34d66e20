import type { Lexis } from './lexis.ts'
import { conceptFinder } from './searchConcepts.ts'
import { createReader, type Reader } from './searchReading.ts'
import { englishTokens, japaneseTokens, politeness, soundTokens, type Tokens } from './searchWords.ts'
import { plain } from './spelling.ts'

/** What is known of the languages beside the entries. */
export interface Tools {
  lexis: Lexis
  reader: Reader
  concepts: ReturnType<typeof conceptFinder>
  polite: RegExp | undefined
}

/** Makes the tools once for all languages. */
export function toolsOf(lexis: Lexis): Tools {
  const reader = createReader(lexis.readings)
  return { lexis, reader, concepts: conceptFinder(lexis.words, reader), polite: politeness(lexis.polite) }
}

/** Reads the texts of one language. */
export interface TextReader {
  /** In one width and case, without politeness; nothing but politeness stays what it is. */
  bare(text: string): string
  /** What a bare text says. */
  words(bare: string): Tokens
  /** How a bare text sounds. */
  sound(bare: string): string
  /** The pieces of a sound, in a language that is written without spaces. */
  sounds(sound: string): Tokens
}

/** Makes the reader for a locale. */
export function textReader(locale: string, { reader, concepts, polite }: Tools): TextReader {
  const bare = (text: string) => {
    const line = plain(text)
    const rest = polite ? line.replace(polite, ' ') : line
    return /[\p{L}\p{N}]/u.test(rest) ? rest : line
  }
  if (locale === 'en')
    return {
      bare,
      words: (text) => [...englishTokens(text), ...concepts(text)],
      sound: (text) => text,
      sounds: () => [],
    }
  return {
    bare,
    words: (text) => [...japaneseTokens(text), ...concepts(text)],
    sound: (text) => reader(text),
    sounds: soundTokens,
  }
}
