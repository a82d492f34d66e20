/** What `GET /desk/api/numbers` answers; the same as bot/desk/numbersShape.ts. */
export interface Numbers {
  from: string
  to: string
  flows: FlowNumbers[]
  faq: { id: string; title: string; answered: number; helped: number; unhelpful: number }[]
  unanswered: { questions: { question: string; times: number }[]; locale: string; times: number }[]
  handoffs: {
    begun: number
    accepted: number
    ended: Record<'returned' | 'closed' | 'cancelled' | 'expired', number>
    waiting: Spread
    handling: Spread
  }
  csat: { asked: number; rated: number[] }
}

export interface FlowNumbers {
  flow: string
  title: string
  steps: StepNumbers[]
  outcomes: { id: string; title: string; reached: number; back: number; person: number }[]
}

export interface StepNumbers {
  id: string
  title: string
  reached: number
  done: number
  back: number
  person: number
  left: number
  trouble: { id: string; title: string; times: number }[]
}

/** Times in seconds. */
export interface Spread {
  count: number
  median: number | null
  most: number | null
  buckets: { upTo: number | null; times: number }[]
}
