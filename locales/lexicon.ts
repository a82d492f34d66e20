import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Locale } from './locale.ts'

/** What a customer can say at any step. */
export type Command =
  | 'back'
  | 'restart'
  | 'trouble'
  | 'person'
  | 'english'
  | 'japanese'
  | 'repeat'
  | 'retryLink'

/** One language's words for what can be said at any time; lists of phrases. */
export interface Lexicon {
  commands: Record<Command, string[]>
  /** "That step is done." */
  done: string[]
  yes: string[]
  no: string[]
  unsure: string[]
  thanks: string[]
  /** What a customer who waits for a person says to wait no more. */
  stopWaiting: string[]
  greetings: string[]
  /** What else is a yes and a no to "did that help?". */
  helped: string[]
  unhelped: string[]
  /** A sentence that holds one of these is not taken for the choice whose words it also holds. */
  negations: string[]
}

/** Reads `understand.yaml` of a locale in the locales' folder. */
export function readLexicon(dir: string, locale: Locale): Lexicon {
  return parse(readFileSync(join(dir, locale, 'understand.yaml'), 'utf8'), { maxAliasCount: 0 })
}
