import type { Picture, Text } from './flow.ts'

/** One question customers ask and the bank's answer. */
export interface FaqEntry {
  id: string
  question: Text
  /** The question in a few words, where a button has no room for it. */
  label?: Text
  answer: Text
  image?: Picture
  /** Ways customers put it, by locale. */
  phrases: Record<string, string[]>
  /** The flow that this answer starts, and what is already known about the customer (step id → choice id). */
  starts?: { flow: string; given: Record<string, string> }
  /** Offers a person after the answer. */
  person: boolean
  /** The question is the wish for a person: whoever asks it is handed over when the desk is open. */
  handoff: boolean
  /** Thanks and greetings: answered, and nothing more is asked. */
  smalltalk: boolean
  /** Among the topics of the greeting. */
  featured: boolean
}
