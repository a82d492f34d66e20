import { troublePlace } from '../../dialogs/index.ts'

/** What an agent presses at a step of the script: a choice of it, a symptom of it, or something that can be done anywhere. */
export interface ScriptAnswer {
  /** Of the script that the agent saw. */
  at: { run: string; step: string }
  choice?: string
  symptom?: string
  do?: string
}

/**
 * What a customer would have pressed for the same, in order; a symptom is two presses, and no answer is none. A press
 * carries where it was seen, so that one that comes too late is not taken for an answer to the next question.
 */
export function pressedOf({ at, choice, symptom, do: command }: ScriptAnswer): Record<string, string>[] {
  if (choice) return [{ ...at, choice }]
  if (symptom)
    return [
      { ...at, do: 'trouble' },
      { ...at, step: troublePlace(at.step.slice(at.step.indexOf('/') + 1)), choice: symptom },
    ]
  return command ? [{ ...at, do: command }] : []
}
