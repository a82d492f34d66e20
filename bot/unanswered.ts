import type { Content, Search } from '../content/index.ts'
import { createReader, searchFaq } from '../content/index.ts'
import type { Unanswered } from './store/index.ts'

/** Questions that are alike, and what a writer could do about them. */
export interface Group {
  /** Most frequent first. */
  questions: { question: string; times: number }[]
  locale: string
  times: number
}

/** One line of YAML for a group, and what it would change besides. */
export interface Proposal {
  /** The entry that comes nearest; undefined when none comes near. */
  entry?: string
  /** Entries that come near as well: the writer knows which one is meant. */
  or: string[]
  phrase: string
  /** Other unanswered questions that would be answered by the entry, too. */
  captures: string[]
  /** Phrases of other entries that would no longer find their own entry. */
  breaks: { phrase: string; entry: string }[]
}

/** What a proposal is tried on. */
export interface Trial {
  content: Content
  locales: readonly string[]
  sentence: (locale: string, key: string) => string
}

/** An answer is given at once from here on; the same as in dialogs/faqDialog.ts. */
const SURE = 0.66
/** Less than this is no hint of an entry. */
const NEAR = 0.1
const ALIKE = 0.55

/** Puts questions that sound alike together; the largest group first. */
export function groupsOf(unanswered: Unanswered[], readings: Content['lexis']['readings']): Group[] {
  const reader = createReader(readings)
  const groups: (Group & { pairs: Set<string> })[] = []
  for (const [question, same] of Map.groupBy(unanswered, ({ question }) => question)) {
    const pairs = pairsOf(reader(question))
    const locale = same[0]?.locale ?? 'ja'
    const own = groups.find((group) => group.locale === locale && likeness(group.pairs, pairs) >= ALIKE)
    const asked = { question, times: same.length }
    if (own) {
      own.questions.push(asked)
      own.times += same.length
    } else groups.push({ questions: [asked], locale, times: same.length, pairs })
  }
  for (const { questions } of groups) questions.sort((one, other) => other.times - one.times)
  return groups
    .map(({ questions, locale, times }) => ({ questions, locale, times }))
    .sort((one, other) => other.times - one.times)
}

/** Proposes the group's most frequent question as a phrase, and tries what that would change. */
export function propose(group: Group, others: Group[], trial: Trial): Proposal {
  const phrase = group.questions[0]?.question ?? ''
  const { content, locales, sentence } = trial
  const entries = [...content.faq.values()]
  const today = searchFaq(entries, locales, sentence, content.lexis)
  const [best, ...next] = today(phrase, group.locale).filter(({ score }) => score >= NEAR)
  if (!best) return { or: [], phrase, captures: [], breaks: [] }
  const changed = entries.map((entry) => {
    if (entry.id !== best.id) return entry
    const phrases = [...(entry.phrases[group.locale] ?? []), phrase]
    return { ...entry, phrases: { ...entry.phrases, [group.locale]: phrases } }
  })
  const then = searchFaq(changed, locales, sentence, content.lexis)
  const captures = others
    .filter((other) => other !== group)
    .flatMap(({ questions, locale }) => questions.map(({ question }) => ({ question, locale })))
    .filter(({ question, locale }) => answers(then, question, locale, best.id))
    .map(({ question }) => question)
  const breaks = entries.flatMap(({ id, phrases }) =>
    (phrases[group.locale] ?? [])
      .filter((known) => id !== best.id && found(today, known, group.locale) === id)
      .filter((known) => found(then, known, group.locale) !== id)
      .map((known) => ({ phrase: known, entry: id })),
  )
  return { entry: best.id, or: next.slice(0, 2).map(({ id }) => id), phrase, captures, breaks }
}

function answers(search: Search, question: string, locale: string, id: string): boolean {
  const best = search(question, locale)[0]
  return best?.id === id && best.score >= SURE
}

function found(search: Search, text: string, locale: string): string | undefined {
  return search(text, locale)[0]?.id
}

function pairsOf(text: string): Set<string> {
  const letters = [...text]
  if (letters.length < 2) return new Set(letters)
  return new Set(letters.slice(1).map((letter, i) => `${letters[i]}${letter}`))
}

/** Sørensen–Dice. */
function likeness(one: Set<string>, other: Set<string>): number {
  let common = 0
  for (const pair of one) if (other.has(pair)) common++
  return (2 * common) / (one.size + other.size || 1)
}
