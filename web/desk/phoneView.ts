import type { Lang } from '../chat/words.ts'

/** One answer that can be pressed; in the caller's language and in the agent's. */
export interface Choice {
  id: string
  say: string
  agentSay: string
  key?: string
}

/** How a flow ended, in the caller's language. */
export interface Outcome {
  title: string
  text: string
  missing: { what: string; note?: string }[]
  forms: string[]
  after?: string
}

/** What the server says of a step. */
export interface Script {
  kind: string
  flow?: string
  step?: string
  at: { run: string; step: string }
  progress?: { number: number; total: number; label: string }
  title: string
  say: string
  agentSay: string
  read: string
  verify?: string
  notes: string[]
  table?: { columns: string[]; rows: string[][] }
  choices: Choice[]
  symptoms: (Choice & { hint?: string })[]
  guide?: { number: string; page: string; code: string }
  outcome?: Outcome
  version: string
}

/** A call as `GET /desk/api/calls/:id` shows it. */
export interface CallView {
  conversation: string
  version: number
  locale: Lang
  script?: Script
  trail: { step: string; title: string; answer?: string }[]
  heard: string[]
}

/** A line for agents without the mark that it carries on its way; the page shows a badge instead. */
export function unmarked(line: string): string {
  return line.replace(/^⟦[^⟧]*⟧\s*/, '')
}
