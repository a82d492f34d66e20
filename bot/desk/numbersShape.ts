import type { Group } from '../unanswered.ts'
import type { Spread } from './spread.ts'

/** The numbers of a period as the desk's page reads them; titles are in the agent's language. */
export interface Numbers {
  from: string
  to: string
  /** Only flows that somebody came to. */
  flows: FlowNumbers[]
  /** Most given first. */
  faq: FaqNumbers[]
  /** Questions without an answer that helped; the largest group first. */
  unanswered: Group[]
  handoffs: HandoffNumbers
  /** `rated` is how many gave 1, 2, 3, 4, 5. */
  csat: { asked: number; rated: number[] }
}

export interface FlowNumbers {
  flow: string
  title: string
  /** In the order of the flow. */
  steps: StepNumbers[]
  outcomes: OutcomeNumbers[]
}

/** Walks that came to a step and answered it, each walk once; how often somebody went back, or asked for a person there. */
export interface StepNumbers {
  id: string
  title: string
  reached: number
  done: number
  back: number
  person: number
  /** Walks that stopped there, with no word for more than an hour. */
  left: number
  /** By symptom, most frequent first. */
  trouble: { id: string; title: string; times: number }[]
}

export interface OutcomeNumbers {
  id: string
  title: string
  reached: number
  back: number
  person: number
}

/** How often an answer was given, and said to have helped or not. */
export interface FaqNumbers {
  id: string
  title: string
  answered: number
  helped: number
  unhelpful: number
}

export interface HandoffNumbers {
  begun: number
  accepted: number
  ended: Record<'returned' | 'closed' | 'cancelled' | 'expired', number>
  /** From the wish for a person to the taking, or to the end of the waiting. */
  waiting: Spread
  /** From the taking to the end. */
  handling: Spread
}
