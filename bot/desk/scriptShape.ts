import type { Step } from '../../content/index.ts'

/** One answer that can be given now; `id` is what the dialogs follow, `key` the key that presses it. */
export interface ScriptChoice {
  id: string
  say: string
  agentSay: string
  key?: string
}

/** What an agent needs at the step where a conversation stands. */
export interface Script {
  /** `plain` is a question of the bot itself: whether an answer helped, what does not work. */
  kind: Step['kind'] | 'outcome' | 'plain'
  flow?: string
  /** The step, or the outcome that ended the flow. */
  step?: string
  /** What an answer goes with: the run and the active dialog, as the buttons of a customer have them. */
  at: { run: string; step: string }
  progress?: { number: number; total: number; label: string }
  /** What the step belongs to, in the agent's language: the flow, or the procedure. */
  title: string
  /** What the bot would say, in the customer's language; and in the agent's. */
  say: string
  agentSay: string
  /** The line to read aloud, in the customer's language. */
  read: string
  /** For agents only, in their language; each begins with the mark of such lines. */
  verify?: string
  notes: string[]
  table?: { columns: string[]; rows: string[][] }
  choices: ScriptChoice[]
  /** Ways in which the step may not work; their keys go on where those of the choices end. */
  symptoms: (ScriptChoice & { hint?: string })[]
  /** What the customer types in at the administrator's PC, when the step has a link. */
  guide?: { number: string; page: string; code: string }
  outcome?: ScriptOutcome
  /** Of the content that it was read from. */
  version: string
}

/** How a flow ended, in the customer's language: what to read out, to copy and to print. */
export interface ScriptOutcome {
  id: string
  title: string
  text: string
  missing: { what: string; note?: string }[]
  forms: string[]
  after?: string
}

/** One step of the way so far, in the agent's language. */
export interface Trail {
  step: string
  title: string
  answer?: string
}
