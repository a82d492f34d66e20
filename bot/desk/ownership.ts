import { HttpError } from '../route.ts'
import type { Owner, Ownership } from '../store/index.ts'

/** What can happen to a conversation's owner. */
export type Move =
  | 'handOff'
  | 'take'
  | 'takeOver'
  | 'transfer'
  | 'release'
  | 'vanish'
  | 'return'
  | 'close'
  | 'cancel'
  | 'expire'
  | 'reopen'

interface Rule {
  from: Owner
  to: Owner
  /** Only whoever has it may. */
  isOwn?: true
}

/** Every legal change of owner; there is no other. */
export const moves: Record<Move, Rule> = {
  /** The customer asked for a person. */
  handOff: { from: 'bot', to: 'queue' },
  /** An agent takes it out of the queue. */
  take: { from: 'queue', to: 'agent' },
  /** A supervisor takes it from another agent. */
  takeOver: { from: 'agent', to: 'agent' },
  /** An agent gives it to another one. */
  transfer: { from: 'agent', to: 'agent', isOwn: true },
  /** An agent lets go of it; it has its place in the queue again. */
  release: { from: 'agent', to: 'queue', isOwn: true },
  /** The agent is not there any more. */
  vanish: { from: 'agent', to: 'queue' },
  return: { from: 'agent', to: 'bot', isOwn: true },
  close: { from: 'agent', to: 'closed', isOwn: true },
  /** The customer does not want to wait any more. */
  cancel: { from: 'queue', to: 'bot' },
  /** Nobody has taken it in time, or the desk has closed. */
  expire: { from: 'queue', to: 'bot' },
  /** The customer writes again. */
  reopen: { from: 'closed', to: 'bot' },
}

/** Who makes the move, and to whom it leads. */
export interface Mover {
  /** The agent who makes it; nobody's for the moves of customers and clocks. */
  by?: string
  /** The agent who has it then. */
  to?: string
  /** Milliseconds since 1970. */
  at: number
}

/** Who has the conversation after the move. Throws HttpError 409 (Taken, NotWaiting, NotYours, Yours) when it is not legal. */
export function moved(now: Ownership, move: Move, { by, to = by, at }: Mover): Ownership {
  const rule = moves[move]
  if (now.owner !== rule.from) throw refusal(now, rule)
  if (rule.isOwn && now.agent !== by) throw notYours()
  if (rule.from === 'agent' && rule.to === 'agent' && now.agent === to)
    throw new HttpError(409, 'Yours', 'This agent has the conversation already')
  switch (rule.to) {
    case 'queue':
      return { owner: 'queue', agent: null, queuedAt: now.queuedAt ?? at, waitingSince: at }
    case 'agent':
      return { owner: 'agent', agent: to ?? null, queuedAt: now.queuedAt, waitingSince: null }
    case 'closed':
      return { owner: 'closed', agent: now.agent, queuedAt: null, waitingSince: null }
    case 'bot':
      return { owner: 'bot', agent: null, queuedAt: null, waitingSince: null }
  }
}

/** Throws HttpError 409 unless this agent has the conversation. */
export function mustOwn(now: Ownership, agent: string): void {
  if (now.owner !== 'agent' || now.agent !== agent) throw notYours()
}

function refusal(now: Ownership, rule: Rule): HttpError {
  if (rule.from === 'agent') return notYours()
  if (now.owner === 'agent') return new HttpError(409, 'Taken', 'Another agent has taken this conversation')
  return new HttpError(409, 'NotWaiting', 'This conversation does not wait for a person any more')
}

function notYours(): HttpError {
  return new HttpError(409, 'NotYours', 'This agent does not have the conversation any more')
}
