import { takeAgentLines } from './agentLines.ts'
import type { Step, Text } from './flow.ts'
import type { Links } from './links.ts'
import type { Reading } from './reading.ts'
import { takePicture, takeText } from './reading.ts'
import type { Placed, Section } from './section.ts'

/** One step as the writer wrote it, before it is known where everything leads. */
export interface StepSource {
  section: Section
  id: string
  /** The key of the step, e.g. `flows:service-suspended.role`. */
  path: Text
  reading: Reading
  links: Links
  /** The parts that are copies of another: resolved when all steps are known. */
  copies: Copy[]
}

/** A part that says what another part says. */
export interface Copy {
  id: string
  like: Placed
  /** Puts in the words of the other part. */
  put(original: Step): void
}

/** What every step may say: the sentence under `ask` (or the name it has there), a note, a picture, a word to the unsure. */
export function readAsked(
  section: Section,
  path: Text,
  reading: Reading,
  name: 'ask' | 'do' | 'checklist' = 'ask',
) {
  takeAgentLines(reading, section, path)
  const field = name === 'do' ? 'do' : 'ask'
  const note = takeText(reading, section, 'note', 'note', `${path}.note`)
  const unsure = takeText(reading, section, 'unsure', 'unsure', `${path}.unsure`)
  const image = takePicture(reading, section, `${path}.alt`)
  return {
    ask: takeText(reading, section, name, field, `${path}.${name}`) ?? '',
    ...(note && { note }),
    ...(unsure && { unsure }),
    ...(image && { image }),
  }
}
