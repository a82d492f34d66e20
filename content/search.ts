import Fuse from 'fuse.js'
import type { FaqEntry } from './faq.ts'
import { normalise } from './spelling.ts'

/** One FAQ entry for a question; the score is 1 for a phrase the writer gave and 0 for nothing in common. */
export interface Match {
  id: string
  score: number
}

interface Way {
  id: string
  text: string
  pairs: Set<string>
}

/**
 * Makes a search over the FAQ: letter pairs in common find the likely entries, fuse.js forgives typing errors.
 * @param sentence gives the words of a key in a locale
 */
export function searchFaq(
  entries: Iterable<FaqEntry>,
  locales: readonly string[],
  sentence: (locale: string, key: string) => string,
): (text: string, locale: string) => Match[] {
  const all = [...entries]
  const shelves = new Map(locales.map((locale) => [locale, shelf(all, locale, sentence)]))
  return (text, locale) => {
    const found = new Map<string, number>()
    for (const [language, { ways, fuse }] of shelves) {
      // The customer's language first; another one only when it says nearly the same.
      const weight = language === locale ? 1 : 0.9
      for (const { id, score } of look(text, ways, fuse)) {
        found.set(id, Math.max(found.get(id) ?? 0, score * weight))
      }
    }
    return [...found].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score)
  }
}

function shelf(entries: FaqEntry[], locale: string, sentence: (locale: string, key: string) => string) {
  const ways = entries.flatMap((entry) => {
    const said = [sentence(locale, entry.question), ...(entry.phrases[locale] ?? [])]
    return said.map((phrase): Way => {
      const text = bare(phrase)
      return { id: entry.id, text, pairs: pairs(text) }
    })
  })
  return {
    ways,
    fuse: new Fuse(ways, { keys: ['text'], includeScore: true, ignoreLocation: true, threshold: 0.4 }),
  }
}

function* look(text: string, ways: Way[], fuse: Fuse<Way>): Generator<Match> {
  const asked = bare(text)
  if (asked === '') return
  const askedPairs = pairs(asked)
  let best = 0
  for (const way of ways) {
    const score = way.text === asked ? 1 : inCommon(askedPairs, way.pairs)
    best = Math.max(best, score)
    yield { id: way.id, score }
  }
  // fuse.js costs three quarters of a search, and corrects typing only where the letters left doubt.
  if (asked.length > 24 || best > 0.9) return
  for (const { item, score = 1 } of fuse.search(asked, { limit: 10 })) {
    // A short question is part of many phrases: what it leaves unsaid counts against it.
    const share = Math.min(asked.length, item.text.length) / Math.max(asked.length, item.text.length)
    yield { id: item.id, score: (1 - score) * share }
  }
}

/** Sørensen–Dice over letter pairs, lifted when nearly all of one side is in the other. */
function inCommon(a: Set<string>, b: Set<string>): number {
  let common = 0
  for (const pair of a) if (b.has(pair)) common++
  const dice = (2 * common) / (a.size + b.size)
  const covered = common / Math.min(a.size, b.size)
  return Math.min(a.size, b.size) < 4 ? dice : 0.75 * dice + 0.25 * covered ** 2
}

function pairs(text: string): Set<string> {
  const letters = [...text]
  if (letters.length < 2) return new Set(letters)
  return new Set(letters.slice(1).map((letter, i) => `${letters[i]}${letter}`))
}

/** What is left of a question without the politeness around it. */
function bare(text: string): string {
  const plain = normalise(text)
  const short = plain.replace(POLITE, '')
  return short === '' ? plain : short
}

const POLITE =
  /すみません|すいません|お願いします|教えてください|おしえてください|教えて|どうすればいいですか|どうしたらいいですか|どうすればよいですか|のですが|んですけど|んですが|ですか|ください|でしょうか|please|couldyou|canyoutellme/g
