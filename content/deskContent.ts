import { type AgentLines, agentLinesOf } from './agentLines.ts'
import type { BankProfile } from './bank.ts'
import type { Both, Canned } from './canned.ts'
import type { CannedDraft } from './cannedReader.ts'
import type { Reading, Sentence } from './reading.ts'
import { filledForBank } from './textRules.ts'

/**
 * What only agents see. It comes beside the content and not in it: the dialogs are made of the content alone, so no
 * path of theirs leads here.
 */
export interface DeskContent {
  /** By flow and step as they stand in the writer's file: `service-suspended.unlock.open`, `service-suspended.outcomes.solved`. */
  lines: Map<string, AgentLines>
  canned: Map<string, Canned>
  /** The version of the content that was read with it. */
  version: string
}

/** Puts together what agents see, with the bank's names filled in. */
export function deskContentOf(
  parts: { reading: Reading; translations: Sentence[]; canned: Iterable<CannedDraft> },
  bank: BankProfile,
  version: string,
): DeskContent {
  const fill = (text: string) => filledForBank(text, bank)
  const both = ({ ja, en }: Both) => ({ ja: fill(ja), en: fill(en) })
  const canned = new Map<string, Canned>()
  for (const { canned: one } of parts.canned) canned.set(one.id, { ...one, text: both(one.text) })
  return { lines: agentLinesOf(parts.reading, parts.translations, fill), canned, version }
}
