import type { BankProfile } from './bank.ts'
import type { Both, Canned } from './canned.ts'
import { nearest } from './nearest.ts'
import type { Field, Reading, Sentence } from './reading.ts'
import { checkId } from './reading.ts'
import { Section } from './section.ts'
import type { Source } from './source.ts'
import { variablesIn, variablesOf } from './textRules.ts'

/** A canned response as it was read, and its sentences for the checks that all sentences pass. */
export interface CannedDraft {
  canned: Canned
  sentences: Sentence[]
}

const languages = ['ja', 'en'] as const

/** Reads one file of `content/canned`: a map of ids and approved texts. */
export function readCanned(source: Source, reading: Reading, drafts: Map<string, CannedDraft>): void {
  const file = Section.ofFile(source, reading.report)
  for (const id of file?.keys() ?? []) {
    const place = file?.at(id) ?? { file: source.file, line: 1, column: 1 }
    checkId(reading, id, place)
    if (drafts.has(id)) reading.report.add('duplicate-id', place, { name: id })
    const section = drafts.has(id) ? undefined : file?.map(id)
    if (section) drafts.set(id, readEntry(section, id, reading))
  }
}

function readEntry(section: Section, id: string, reading: Reading): CannedDraft {
  section.expect(['title', 'text'], ['ask', 'phrases'])
  const sentences: Sentence[] = []
  const both = (parent: Section, name: string, field: Field, key: string): Both => {
    const words = parent.map(name)?.expect([...languages])
    const said = { ja: '', en: '' }
    for (const locale of languages) {
      const found = words?.text(locale)
      if (!found) continue
      said[locale] = found.text
      sentences.push({ key, locale, field, ...found })
    }
    return said
  }
  const title = both(section, 'title', 'name', `canned:${id}.title`)
  const text = both(section, 'text', 'canned', `canned:${id}.text`)
  const ask = new Map<string, Both>()
  const asked = section.map('ask')
  for (const name of asked?.keys() ?? [])
    if (asked) ask.set(name, both(asked, name, 'name', `canned:${id}.ask.${name}`))
  checkAsked(section, ask, sentences, reading)
  const words = section.map('phrases')?.expect([], [...languages])
  const phrases = {
    ja: words?.texts('ja').map((one) => one.text) ?? [],
    en: words?.texts('en').map((one) => one.text) ?? [],
  }
  return { canned: { id, title, text, ask, phrases }, sentences }
}

/** What is asked for stands in the text of every language, or nobody would see what the agent typed. */
function checkAsked(section: Section, ask: Map<string, Both>, sentences: Sentence[], reading: Reading): void {
  for (const { text, place } of sentences.filter(({ field }) => field === 'canned')) {
    const wanted = new Set(variablesIn(text).flatMap((name) => name.match(/^ask\.(.+)$/)?.[1] ?? []))
    for (const name of ask.keys()) {
      if (!/^[a-z][A-Za-z]*$/.test(name)) reading.report.add('bad-asked', section.at('ask'), { name })
      else if (!wanted.has(name)) reading.report.add('unused-asked', place, { name })
    }
  }
}

/** Checks the variables of a canned response: the bank's names, and what its own `ask` asks for. */
export function checkCannedVariables(
  { canned, sentences }: CannedDraft,
  banks: BankProfile[],
  { report }: Reading,
): void {
  const known = [...variablesOf(banks), ...[...canned.ask.keys()].map((name) => `ask.${name}`)]
  for (const { text, field, place } of sentences) {
    const allowed = field === 'canned' ? known : []
    for (const name of variablesIn(text).filter((one) => !allowed.includes(one))) {
      const rule = name.startsWith('ask.') ? 'unknown-asked' : 'unknown-bank-variable'
      report.add(rule, place, {
        name,
        last: name.slice('ask.'.length),
        near: nearest(name, allowed),
        known: allowed.join(', '),
      })
    }
  }
}
