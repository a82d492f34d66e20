import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Finding, Place } from './finding.ts'

/** The languages that findings are told in. */
export type Lang = 'ja' | 'en'

/** Collects findings and gives each its words. */
export interface Report {
  readonly findings: Finding[]
  /** `near` is the name that was probably meant; the other values fill the sentences of the rule. */
  add(rule: string, place: Place, values?: Record<string, string | number | undefined>): void
}

interface Message {
  what: string
  mend: string
  /** The mend when a name nearby is probably what was meant. */
  near?: string
}

/** A translation that is not there yet must not stop a bot that runs: the Japanese is said instead. */
const warnings = new Set(['missing-translation', 'orphan-translation', 'missing-file', 'orphan-file'])

/** Starts an empty report. Throws when a rule without words is reported. */
export function createReport(lang: Lang): Report {
  const messages = messagesOf(lang)
  const findings: Finding[] = []
  return {
    findings,
    add(rule, place, values = {}) {
      const message = messages.get(rule)
      if (!message)
        throw new Error(`The rule "${rule}" has no words: write it in content/messages.${lang}.yaml.`)
      const mend = values.near && message.near ? message.near : message.mend
      const severity = warnings.has(rule) ? 'warning' : 'error'
      const { file, line, column } = place
      findings.push({
        file,
        line,
        column,
        rule,
        severity,
        what: fill(message.what, values),
        mend: fill(mend, values),
      })
    },
  }
}

const read = new Map<Lang, Map<string, Message>>()

function messagesOf(lang: Lang): Map<string, Message> {
  const known = read.get(lang)
  if (known) return known
  const text = readFileSync(join(import.meta.dirname, `messages.${lang}.yaml`), 'utf8')
  const messages = new Map(Object.entries(parse(text) as Record<string, Message>))
  read.set(lang, messages)
  return messages
}

function fill(sentence: string, values: Record<string, string | number | undefined>): string {
  return sentence.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''))
}
