import type { BankProfile } from './bank.ts'
import type { FaqDraft } from './faqReader.ts'
import { nearest } from './nearest.ts'
import type { Reading, Sentence } from './reading.ts'
import { asksSecret } from './secretRule.ts'

/** The label of a LINE quick reply. */
export const mostLabel = 20
/** A LINE text message, in UTF-16 units. */
const mostText = 5000
/** The alternative text of a LINE Flex message. */
const mostAlt = 400

const letters = new Intl.Segmenter('ja', { granularity: 'grapheme' })

/** Checks sentences one by one: what they mention, what they ask for, and whether every channel can carry them. */
export function checkTexts(sentences: Iterable<Sentence>, banks: BankProfile[], reading: Reading): void {
  const known = variablesOf(banks)
  for (const sentence of sentences) {
    const isTooLong = !checkLength(sentence, banks, reading)
    // About a text that is far too long patterns would think for minutes, and it must be cut anyway.
    if (isTooLong && sentence.text.length > 2 * mostText) continue
    checkVariables(sentence, known, reading)
    checkMarks(sentence, reading)
    const asking = asksSecret(sentence)
    if (asking) reading.report.add('asks-secret', sentence.place, { name: asking })
  }
}

/** Checks that a translation names what its original names. */
export function checkSameVariables(translations: Sentence[], banks: BankProfile[], reading: Reading): void {
  const known = variablesOf(banks)
  for (const { key, text, place } of translations) {
    const original = reading.sentences.get(key)
    if (!original || !isSound(original, known)) continue
    const wanted = variablesIn(original.text).join(', ')
    const found = variablesIn(text).join(', ')
    if (found !== wanted) reading.report.add('other-variables', place, { found, wanted })
  }
}

/** Checks that the featured questions fit the buttons of the greeting. */
export function checkTopics(
  answers: Iterable<FaqDraft>,
  translations: Sentence[],
  banks: BankProfile[],
  reading: Reading,
): void {
  const topics = new Set<string>()
  for (const { entry } of answers) if (entry.featured && !entry.label) topics.add(entry.question)
  for (const { key, text, place } of [...reading.sentences.values(), ...translations]) {
    const count = topics.has(key) ? lettersIn(longest(text, banks)) : 0
    if (count > mostLabel) reading.report.add('label-needed', place, { count, most: mostLabel })
  }
}

/** The names in braces of a text, sorted, each once. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(variable)].map((found) => found[1] ?? ''))].sort()
}

/** How many letters a reader sees. */
export function lettersIn(text: string): number {
  return [...letters.segment(text)].length
}

/** The text with the names of the bank that makes it longest. */
export function longest(text: string, banks: BankProfile[]): string {
  const filled = banks.map((bank) =>
    text.replace(variable, (whole, name: string) => bankWord(bank, name) ?? whole),
  )
  return filled.reduce((one, other) => (other.length > one.length ? other : one), filled[0] ?? text)
}

const variable = /\{\{ *([A-Za-z][\w.]*) *\}\}/g

/** The names in braces that every text may use. */
export function variablesOf(banks: BankProfile[]): string[] {
  const forms = new Set(banks.flatMap((bank) => Object.keys(bank.forms)))
  return ['bank.name', 'bank.service', 'bank.code', ...[...forms].map((form) => `bank.forms.${form}`)]
}

/** The text with the bank's own names in place of `{{bank.…}}`; other braces stay. */
export function filledForBank(text: string, bank: BankProfile): string {
  return text.replace(variable, (whole, name: string) => bankWord(bank, name) ?? whole)
}

function bankWord(bank: BankProfile, name: string): string | undefined {
  if (name.startsWith('bank.forms.')) return bank.forms[name.slice('bank.forms.'.length)]
  const { name: bankName, service, code } = bank
  return new Map(Object.entries({ 'bank.name': bankName, 'bank.service': service, 'bank.code': code })).get(
    name,
  )
}

function checkVariables(sentence: Sentence, known: string[], { report }: Reading): void {
  const { text, place } = sentence
  for (const name of unknownIn(sentence, known)) {
    const rule = isBanks(name) ? 'unknown-bank-variable' : 'unknown-variable'
    report.add(rule, place, { name, near: nearest(name, known), known: known.join(', ') })
  }
  const name = malformedIn(text)
  if (name) report.add('malformed-variable', place, { name })
}

function isSound(sentence: Sentence, known: string[]): boolean {
  return unknownIn(sentence, known).length === 0 && !malformedIn(sentence.text)
}

/** The content knows the bank's names only; the bot's own words are given more at the moment they are said. */
function unknownIn({ text, field }: Sentence, known: string[]): string[] {
  // A canned response also asks the agent: its reader checks its names.
  if (field === 'canned') return []
  return variablesIn(text).filter((name) => !known.includes(name) && (field !== 'chrome' || isBanks(name)))
}

function isBanks(name: string): boolean {
  return name === 'bank' || name.startsWith('bank.')
}

function malformedIn(text: string): string | undefined {
  const left = text.replace(variable, '')
  return /.{0,8}(\{\{|\}\}|[｛｝]|\{ *bank\.).{0,16}/.exec(left)?.[0].trim()
}

function checkMarks({ text, place }: Sentence, { report }: Reading): void {
  const html = /<\/?[A-Za-z][^<>]*>|&(?:[a-z]+|#\d+);/.exec(text)
  if (html) report.add('has-html', place, { name: html[0] })
  for (const [link, scheme] of text.matchAll(
    /\b([a-z][a-z0-9+.-]*):(?:\/\/[^\s「」（）]+|(?<=javascript:|data:|file:|mailto:|tel:)\S+)/gi,
  )) {
    if (scheme?.toLowerCase() !== 'https') report.add('bad-link', place, { name: link })
  }
}

/** Whether every channel can carry it. */
function checkLength({ text, field, place }: Sentence, banks: BankProfile[], { report }: Reading): boolean {
  const whole = longest(text, banks)
  if (field === 'say' || field === 'label') {
    const count = lettersIn(whole)
    if (count > mostLabel) report.add('label-too-long', place, { name: text, count, most: mostLabel })
    return count <= mostLabel
  }
  const most = field === 'alt' ? mostAlt : mostText
  if (whole.length > most) report.add('text-too-long', place, { count: whole.length, most })
  return whole.length <= most
}
