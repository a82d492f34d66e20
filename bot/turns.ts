import type { Accepted, Inbound } from './store/index.ts'

/** Where channels hand in what they have verified. */
export interface Turns {
  /**
   * Masks secrets, stores the event and sees to its turn.
   * Durable when it resolves; the turn runs afterwards. Rejects when the store cannot take it: answer 503.
   */
  accept(inbound: Inbound): Promise<Accepted>
  /** Sees to the turns of events that were accepted in somebody else's transaction. */
  wake(conversation: string): void
  /** Resolves when no turn is running or waiting. */
  idle(): Promise<void>
}
