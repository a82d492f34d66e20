import type { Both } from './canned.ts'
import type { Reading, Sentence } from './reading.ts'
import type { Section } from './section.ts'

/** What agents are told at a step or at an outcome; customers never see it. */
export interface AgentLines {
  /** What to read aloud, where it differs from what the chat shows. */
  read?: Both
  /** What to make sure of before the next step; marked. */
  verify?: Both
  /** What is good to know; marked. */
  note?: Both
}

/**
 * Stands before every sentence that is for agents only, from the moment it is read: whoever searches all that was
 * ever sent to a customer for it must find nothing. The desk draws a badge in its place.
 */
export const agentMark = '⟦agents only⟧'

const parts = ['read', 'verify', 'note'] as const

/**
 * Takes `agent: { read, verify, note }` of a step or an outcome, if any. Its sentences get keys of a namespace of
 * their own, `agent:`, which the words that dialogs speak from do not have.
 * @param path the key of the step, e.g. `flows:service-suspended.role`
 */
export function takeAgentLines(reading: Reading, section: Section, path: string): void {
  const lines = section.map('agent')?.expect([], [...parts])
  if (!lines && section.isDoubtful('agent')) reading.doubtful.add(agentKey(path))
  for (const part of parts) {
    const found = lines?.text(part)
    const key = `${agentKey(path)}.${part}`
    if (found)
      reading.sentences.set(key, { key, locale: 'ja', field: part === 'read' ? 'read' : 'agent', ...found })
    else if (lines?.isDoubtful(part)) reading.doubtful.add(key)
  }
}

function agentKey(path: string): string {
  return path.replace(/^flows:/, 'agent:')
}

/** The lines by where they stand: `service-suspended.unlock.open`, `service-suspended.outcomes.solved`. */
export function agentLinesOf(
  reading: Reading,
  translations: Sentence[],
  fill: (text: string) => string,
): Map<string, AgentLines> {
  const english = new Map(translations.map(({ key, text }) => [key, text]))
  const all = new Map<string, AgentLines>()
  for (const { key, text, field } of reading.sentences.values()) {
    if (!key.startsWith('agent:')) continue
    const at = key.lastIndexOf('.')
    const [place, part] = [key.slice('agent:'.length, at), key.slice(at + 1) as (typeof parts)[number]]
    const mark = field === 'agent' ? agentMark : ''
    // A line that is not translated yet is better read in Japanese than not at all, like all words of ours.
    const both = { ja: mark + fill(text), en: mark + fill(english.get(key) ?? text) }
    all.set(place, { ...all.get(place), [part]: both })
  }
  return all
}
