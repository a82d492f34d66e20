import type { Activity } from 'botbuilder-core'
import type { DialogInstance } from 'botbuilder-dialogs'
import type { Locale } from '../locales/index.ts'

/** What is remembered of a conversation between two turns: ids only, so that it survives tonight's new content. */
export interface State {
  locale: Locale
  /** botbuilder's stack of dialogs, by their ids. */
  stack: DialogInstance[]
  /** The flow the customer is in, or was in last. */
  run?: Run
  /** How many flows have been started: gives each run its id. */
  runs: number
  /** Answers in a row that were not understood. */
  misses: number
  greeted: boolean
  /** What the customer holds in the hand, once the channel has said so. */
  device?: 'phone' | 'pc'
  /** Unlock requests whose end the customer has been told, newest last. */
  told: string[]
  /** Waits for a person, and has been told so since writing something. */
  hasBeenAskedToWait?: boolean
  /** Is asked how the agent was: just now, or earlier. */
  toRate?: 'now' | 'later'
  /** What happened elsewhere while a person had the conversation; the bot tells it afterwards. Oldest first. */
  held?: News[]
}

/** Something that happened elsewhere: an event's name and its value. */
export interface News {
  name: string
  value: unknown
}

/** One walk through a flow. */
export interface Run {
  id: string
  flow: string
  /** The steps from the start to the current one. */
  path: Visit[]
  /** The outcome that ended it. */
  outcome?: string
  /** The unlock request it waits for. */
  request?: WaitingFor
  /** Another conversation goes step by step with this one, on the certificate's PC or on the phone. */
  isShared?: boolean
  /** It was begun elsewhere, and this conversation has joined it. */
  isJoined?: boolean
  /** Where the customer was and went back from: counted already. */
  been?: Record<string, 'reached' | 'done'>
  /** The last symptom that was named, and its step: why a person may be needed. */
  symptom?: { step: string; id: string }
}

/** A step that was asked, and the choice that was made there. */
export interface Visit {
  step: string
  answer?: string
}

/** What must be shown again of an unlock request, whenever its step is shown again. */
export interface WaitingFor {
  id: string
  bindingCode: string
  /** ISO 8601, UTC. */
  expiresAt: string
  /** The deep link that was shown, until it has been followed. */
  link?: Ticket
  /** The guide number that was shown, until it has been used. */
  guide?: Ticket
  /** How it has ended, when nothing was cleared: its step then asks for a new one. */
  ended?: 'rejected' | 'expired'
}

/** Something shown that works once and for a short time. */
export interface Ticket {
  id: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** A new conversation. */
export function freshState(locale: Locale): State {
  return { locale, stack: [], runs: 0, misses: 0, greeted: false, told: [] }
}

/**
 * A state that a turn may change while the one it was given stays as it is. Visits and options are replaced and
 * never changed, so they may be shared; structuredClone took a twentieth of a turn.
 */
export function copied(state: State): State {
  const copy = { ...state, stack: bareStack(state.stack) }
  if (copy.run) copy.run = { ...copy.run }
  if (copy.run?.request) copy.run.request = { ...copy.run.request }
  return copy
}

/** Keeps of a stack what must be remembered; botbuilder's own entries carry a new random id each time. */
export function bareStack(stack: DialogInstance[]): DialogInstance[] {
  return stack.map(({ id, state }) => ({
    id,
    state: { stepIndex: 0, options: state.options ?? {}, values: {} },
  }))
}

/** More cannot happen to one procedure. */
const mostHeld = 20
const news = ['unlock.updated', 'guide.joined', 'guide.used', 'guide.followed']

/** The state after an event that the bot must not answer, because a person has the conversation. */
export function hold(before: unknown, { type, name, value }: Partial<Activity>): unknown {
  const state = before as State | null | undefined
  if (!state || type !== 'event' || !name) return state ?? null
  if (name === 'setLocale') return { ...state, locale: value === 'en' ? 'en' : 'ja' }
  if (name === 'link.followed') return withoutLink(state, value.request)
  if (!news.includes(name)) return state
  return { ...state, held: [...(state.held ?? []), { name, value }].slice(-mostHeld) }
}

/** A link works once: whoever comes back to its step gets a new one. */
export function withoutLink(state: State, request: string): State {
  const { run } = state
  if (run?.request?.id !== request) return state
  const { link: _, ...rest } = run.request
  return { ...state, run: { ...run, request: rest } }
}
