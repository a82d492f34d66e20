/** Something said in both languages. */
export type Both = Record<'ja' | 'en', string>

/** One approved answer that an agent sends or reads out; complete in every language. */
export interface Canned {
  id: string
  title: Both
  /** With `{{bank.…}}` filled in already, and `{{ask.…}}` left for the agent. */
  text: Both
  /** What the agent is asked for before it can be sent: the label of each field by its name, in order of the text. */
  ask: Map<string, Both>
  /** Other words by which an agent looks for it, by language. */
  phrases: Record<'ja' | 'en', string[]>
}
