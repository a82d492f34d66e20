import type { Step } from '../../content/index.ts'
import { locales } from '../../locales/index.ts'
import type { ScriptSource } from './script.ts'

/** A shorter line could stand inside a word of the agent's own. */
const shortest = 4

/** What the bot says in a guide, line by line and in every language: writers wrote it and the content check has passed it. */
export function approvedLines({ content, words }: ScriptSource, flow: string | undefined): string[] {
  const { steps, outcomes } = content.flows.get(flow ?? '') ?? {}
  const keys = [
    ...[...(steps?.values() ?? [])].flatMap(sentencesOf),
    ...[...(outcomes?.values() ?? [])].map(({ text }) => text),
  ]
  const texts = locales.flatMap((locale) => keys.map((key) => words.t(locale, key)))
  return [...new Set(texts.flatMap((text) => text.split('\n')))]
    .filter((line) => line.length >= shortest)
    .sort((a, b) => b.length - a.length)
}

function sentencesOf(step: Step): string[] {
  const intro = 'intro' in step && step.intro ? [step.intro] : []
  const hints = step.kind === 'part' ? step.symptoms.flatMap(({ hint }) => hint ?? []) : []
  return [...intro, step.ask, ...(step.note ? [step.note] : []), ...hints]
}
