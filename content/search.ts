import type { FaqEntry } from './faq.ts'
import { type Lexis, noLexis } from './lexis.ts'
import { buildShelf, type Shelf } from './searchShelf.ts'
import { toolsOf } from './searchTexts.ts'
import { plain } from './spelling.ts'

/** One FAQ entry for a question; the score is how sure the search is of it, 0 to 1. */
export interface Match {
  id: string
  score: number
}

/** FAQ entries for a question in a customer's language, best first. */
export type Search = (text: string, locale: string) => Match[]

/** More of a question is not read: three long sentences. */
const MOST_LETTERS = 400
/** An entry of another language must be that much surer. */
const OTHER_LANGUAGE = 0.97

/**
 * Makes a search over the FAQ that is built when the first question comes.
 * @param sentence gives the words of a key in a locale
 * @param lexis synonyms and readings, of `content.lexis`
 */
export function searchFaq(
  entries: Iterable<FaqEntry>,
  locales: readonly string[],
  sentence: (locale: string, key: string) => string,
  lexis: Lexis = noLexis,
): Search {
  const making = new Making(searchInPieces(entries, locales, sentence, lexis))
  return (text, locale) => making.whole()(text, locale)
}

/** What is made in pieces while nobody needs it, and in one go when somebody does. */
export class Making<T> {
  readonly #work: Generator<void, T>
  #made: IteratorReturnResult<T> | undefined
  #failure: { error: unknown } | undefined

  constructor(work: Generator<void, T>) {
    this.#work = work
  }

  get isMade(): boolean {
    return this.#made !== undefined
  }

  /** Makes the next piece; throws when one could not be made, now or before. */
  goOn(): void {
    // A generator that has thrown says that it is done.
    if (this.#failure) throw this.#failure.error
    try {
      const step = this.#made ?? this.#work.next()
      if (step.done) this.#made = step
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  /** All of it; what was made before is not made again. */
  whole(): T {
    while (!this.#made) this.goOn()
    return this.#made.value
  }
}

/** Does in one go what could be done in pieces. */
export function atOnce<T>(work: Generator<void, T>): T {
  return new Making(work).whole()
}

/** The same work in pieces of a few milliseconds: whoever has turns to take does so in between. */
export function* searchInPieces(
  entries: Iterable<FaqEntry>,
  locales: readonly string[],
  sentence: (locale: string, key: string) => string,
  lexis: Lexis = noLexis,
): Generator<void, Search> {
  const all = [...entries]
  const ids = all.map(({ id }) => id)
  const scores = yield* scoresInPieces(all, locales, sentence, lexis)
  return (text, locale) => {
    const best = scores(text, locale)
    return ids
      .map((id, i) => ({ id, score: best[i] as number }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
  }
}

/** How sure the search is of each entry, in their order, 0 to 1; for whoever looks for more than that. */
export type Scores = (text: string, locale: string) => Float64Array

/** Makes the same as `searchInPieces`, which gives the scores as they are. */
export function* scoresInPieces(
  all: readonly FaqEntry[],
  locales: readonly string[],
  sentence: (locale: string, key: string) => string,
  lexis: Lexis = noLexis,
): Generator<void, Scores> {
  const tools = toolsOf(lexis)
  const shelves: [string, Shelf][] = []
  for (const locale of locales) {
    const texts = all.map((entry) => ({
      questions: [
        sentence(locale, entry.question),
        ...(entry.label ? [sentence(locale, entry.label)] : []),
        ...(entry.phrases[locale] ?? []),
      ],
      answer: sentence(locale, entry.answer),
    }))
    const outside = lexis.outside[locale] ?? []
    shelves.push([locale, yield* buildShelf(texts, outside, locale, tools)])
  }
  const count = all.length
  return (text, locale) => {
    const asked = plain(text.slice(0, MOST_LETTERS)).slice(0, MOST_LETTERS)
    const best = new Float64Array(count)
    for (const [language, shelf] of shelves) {
      const weight = language === locale ? 1 : OTHER_LANGUAGE
      const scores = shelf(asked)
      for (let i = 0; i < count; i++) {
        const score = (scores[i] as number) * weight
        if (score > (best[i] as number)) best[i] = score
      }
    }
    return best
  }
}
