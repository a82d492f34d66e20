import { readChoices } from './choiceReader.ts'
import type { Await, Question, Step } from './flow.ts'
import { readItems } from './itemReader.ts'
import { readParts } from './partReader.ts'
import type { StepSource } from './stepSource.ts'
import { readAsked } from './stepSource.ts'

/** The steps that one entry of `steps` stands for, first the one where it begins. */
export function readStep(source: StepSource): Step[] {
  const { section } = source
  // Two signs each, so that one mistyped word does not make another kind of step of it.
  if (section.has('checklist') || section.has('items')) return readItems(source)
  if (section.has('procedure') || section.has('steps')) return readParts(source)
  if (section.has('await') || section.has('cleared')) return [readAwait(source)]
  return [readQuestion(source)]
}

function readQuestion({ section, id, path, reading, links }: StepSource): Question {
  section.expect(['ask', 'choices'], ['note', 'image', 'unsure', 'expects', 'agent'])
  const expects = section.oneOf('expects', ['digits'])
  const asked = readAsked(section, path, reading)
  const choices = readChoices(section, path, reading, links)
  return { kind: 'question', id, ...asked, choices, ...(expects && { expects }) }
}

function readAwait({ section, id, path, reading, links }: StepSource): Await {
  section.expect(['await', 'ask', 'choices', 'cleared'], ['note', 'image', 'unsure', 'agent'])
  const waitsFor = section.oneOf('await', ['unlock']) ?? 'unlock'
  const asked = readAsked(section, path, reading)
  const choices = readChoices(section, path, reading, links)
  const step: Await = { kind: 'await', id, ...asked, choices, waitsFor, cleared: '' }
  const put = (to: string) => {
    step.cleared = to
  }
  links.add(section.text('cleared'), put, 'cleared')
  return step
}
