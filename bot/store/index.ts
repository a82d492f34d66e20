import type { Activity } from 'botbuilder-core'
import type { Board } from './board.ts'

/** Who answers in a conversation: the bot, nobody yet (it waits for a person), a person, or nobody any more. */
export type Owner = 'bot' | 'queue' | 'agent' | 'closed'

/** Who has a conversation; times are milliseconds since 1970. */
export interface Ownership {
  owner: Owner
  /** The account of the person who has it, or had it when it was closed. */
  agent: string | null
  /** Its place in the queue: when the customer asked for a person. Kept while a person has it, in case it goes back. */
  queuedAt: number | null
  /** Since when nobody has taken it; null unless it is in the queue. */
  waitingSince: number | null
}

/** One conversation as it stands between two turns. */
export interface Conversation extends Ownership {
  id: string
  channel: string
  /** Grows by one with each commit; the fence against a stale writer. */
  version: number
  /** When something was last accepted for it, or done at the desk; up to a minute early. */
  touchedAt: number
  /** Plain JSON made of ids; undefined before the first turn. */
  state: unknown
  /** The sequence number of the last activity in its log; 0 when empty. */
  seq: number
  /** How its channel reaches it, also days later; as the channel's last event had it. */
  reference?: object
}

/** An event that a channel has verified and that must not be lost. */
export interface Inbound {
  channel: string
  /** The channel's own id of the event, unique in the channel: what makes a second delivery harmless. */
  eventId: string
  conversation: string
  activity: Partial<Activity>
  /** How the channel reaches the conversation, also days later (Teams' conversation reference). */
  reference?: object
  /** What only an answer to this very event can use (LINE's reply token); forgotten with it. */
  reply?: object
  /** Whether the activity belongs into the conversation's log (what the customer said does, an event does not). */
  logged: boolean
}

/** What became of an inbound event. */
export interface Accepted {
  /** The event had been accepted before; nothing was stored. */
  seen: boolean
  /** The activity's id: its place in the log, or the event's id. */
  activityId: string
}

/** An accepted event that has not been applied yet, oldest first. */
export interface Pending {
  channel: string
  eventId: string
  activity: Partial<Activity>
  reply?: object
}

/** Told of a log that has grown up to `seq`, perhaps with the entries that have come. */
export type LogListener = (conversation: string, seq: number, logged?: readonly Logged[]) => void

/** One entry of a conversation's log. */
export interface Logged {
  seq: number
  activity: Partial<Activity>
}

/** Everything a turn changes, committed at once or not at all. */
export interface Turn {
  conversation: string
  channel: string
  /** The version the turn has read. */
  version: number
  state: unknown
  /** The event that the turn has applied. */
  eventId: string
  eventChannel: string
  /** The event was accepted by nobody before: the commit notes it, and gives `seen` when it was noted already. */
  isNew?: boolean
  /**
   * The event itself, accepted by this commit: `stale` when something was logged since the turn has read `seq`, and where
   * a store is shared also when something waits meanwhile, or the event is known.
   */
  accepts?: { inbound: Inbound; seq: number }
  said: Partial<Activity>[]
  /** Who has the conversation from now on; as before when absent. */
  ownership?: Ownership
  handoff?: HandoffChange
  /** Unlock requests that this conversation now waits for. */
  requests: string[]
  /** Made in this turn; an id that somebody else's unspent pass has makes the commit fail. */
  passes?: Pass[]
  /** Events for other conversations, accepted in the same transaction. */
  tells?: Inbound[]
  /** Whether the channel must send out what was said (LINE, Teams); the web chat reads it from the log. */
  sends?: boolean
  /** What the answer to this event can use. */
  reply?: object
  question?: Question
  /** What happened in it, to be counted once. */
  counts?: Counts
  /** The id of an activity of this conversation's log whose words go with this commit, as `erase` takes them. */
  unsays?: string
}

/** What happened in a turn: how often customers came there, and nothing of who they are. */
export interface Count {
  /** Empty for what is of no flow. */
  flow: string
  /** A step or an outcome of the flow; without a flow an answer of the FAQ, or `handoff`. */
  step: string
  what: string
  /** Which symptom, which rating; empty when there is only one kind. */
  detail: string
}

/** The counts of one turn, and the day they belong to: `2026-11-23`, as the bank's clock has it. */
export interface Counts {
  day: string
  of: readonly Count[]
}

/** How often something happened on one day. */
export interface Counted extends Count {
  day: string
  channel: string
  times: number
}

/**
 * What a commit changes of the conversation's handoff. Only an open one is accepted or ended; `rates`, from 1 to 5, is
 * for the newest that an agent has closed, once.
 */
export type HandoffChange =
  | { begins: string; summary: object }
  | { accepts: string }
  | { ends: HandoffEnd }
  | { rates: number }

/** How a handoff ends: given back to the bot, closed, cancelled by the customer, or taken by nobody in time. */
export type HandoffEnd = 'returned' | 'closed' | 'cancelled' | 'expired'

/** One handoff, from the wish for a person to its end; times are milliseconds since 1970. */
export interface Handoff {
  id: string
  conversation: string
  initiatedAt: number
  acceptedAt: number | null
  endedAt: number | null
  how: HandoffEnd | null
  /** Who accepted it first, or has it now. */
  agent: string | null
  summary: object
  /** What the customer thought of it, from 1 (very bad) to 5; null when nothing was said. */
  rating: number | null
}

/** Which handoffs to read. */
export type HandoffsOf = { conversation: string } | { conversations: readonly string[] } | { since: number }

/** Which conversations to list, and after which one of the list before. */
export interface Listing {
  /** The queue comes in its order; everything else with the latest touched first. */
  owner?: Owner
  /** The id of the last one of the page before. */
  after?: string
  most: number
}

/** One conversation of a list. */
export interface Listed extends Omit<Conversation, 'reference'> {
  /** The newest activity of its log. */
  last?: Partial<Activity>
}

/**
 * A free question in a turn: new (`text`), and why it has no answer that helped (`kind`). Without `kind` it waits for
 * what becomes of it; without `text` the one that waits is meant.
 */
export interface Question {
  /** Without secrets: masked before the event was accepted. */
  text?: string
  locale: string
  /** Nothing was found; none of those offered was meant; the answer did not help. */
  kind?: 'nothing' | 'none' | 'unhelpful'
}

/** A question without an answer that helped; kept for 90 days, and nothing says who asked. */
export interface Unanswered {
  question: string
  locale: string
  kind: string
  /** Milliseconds since 1970. */
  at: number
}

/** What one turn has said, until its channel has taken it. */
export interface Outgoing {
  id: number
  conversation: string
  channel: string
  activities: Partial<Activity>[]
  reply?: object
  reference?: object
  /** How often it was tried. */
  attempts: number
  /** What the channel wanted to remember between two tries (LINE's retry key). */
  note?: object
}

/** What still is to be sent, and when: milliseconds since 1970, 0 when it was never tried. */
export interface Unsent extends Outgoing {
  dueAt: number
}

/** What lets somebody in once, for a short time: a deep link or a guide number. It knows a place and nobody. */
export interface Pass {
  /** A deep link's id, or a guide number of 8 digits. */
  id: string
  flow: string
  step: string
  request: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** What the bot needs of a database; one contract, one suite for every driver. */
export interface Store {
  /** Makes the conversation when it is new; gives it as it stands. */
  open(id: string, channel: string): Promise<Conversation>
  conversation(id: string): Promise<Conversation | undefined>
  /** The conversation of an event that may be applied at once: it is there, nothing waits in it, nobody has seen the event. */
  free(inbound: Inbound): Promise<Conversation | undefined>
  /** Durable when it resolves. */
  accept(inbound: Inbound): Promise<Accepted>
  /** Whether this event was accepted, or noted with a commit. */
  knows(channel: string, eventId: string): Promise<boolean>
  pending(conversation: string): Promise<Pending | undefined>
  /** Conversations with events not applied at which no other process works. */
  waiting(): Promise<string[]>
  /** Whether other processes may work on it too. */
  isShared(): boolean
  /** What they know of this moment; nothing where only one process works. */
  readonly board?: Board
  /**
   * Claims a piece of work (`turn c1`, `send c1`) for this process, for so many milliseconds; false when another process
   * works at it, and that one hears of it. Only keeps processes out of each other's way: the version is the fence.
   */
  hold(work: string, ms: number): Promise<boolean>
  /** Gives it back; whether another process has asked for it meanwhile. */
  letGo(work: string): Promise<boolean>
  /**
   * Durable when it resolves; `stale` when another turn came first, `seen` when a new event was noted before: then
   * nothing was changed.
   */
  commit(turn: Turn): Promise<'committed' | 'stale' | 'seen'>
  conversations(listing: Listing): Promise<Listed[]>
  /** How many wait in the queue; of those who came before `queuedAt` when it is given. */
  queueLength(queuedAt?: number): Promise<number>
  /** The handoffs of these conversations, or all that began since then, oldest first. */
  handoffs(of: HandoffsOf): Promise<Handoff[]>
  /** The log after a sequence number, in order. */
  activities(conversation: string, after: number, most: number): Promise<Logged[]>
  /** Takes the words out of an activity of the log, and out of its event when that waits for its turn. Durable when it resolves. */
  erase(conversation: string, activityId: string): Promise<void>
  /** Deletes a conversation with everything of it. Durable when it resolves; whatever comes to it later begins anew. */
  forget(conversation: string): Promise<void>
  /** Forgets the conversations that were last touched before then, and gives their ids. */
  purge(before: number): Promise<string[]>
  /** The conversations that wait for an unlock request: the customer's, and the administrator's. */
  requesters(request: string): Promise<string[]>
  /** A pass as it stands, spent or not; undefined when there was none. */
  pass(id: string): Promise<(Pass & { isSpent: boolean }) | undefined>
  /**
   * Spends a pass, once and only before it expires; undefined when that cannot be. What `tells` makes of it and of the
   * conversations that wait for its request is accepted in the same transaction. Durable when it resolves.
   */
  spend(id: string, tells?: (pass: Pass, requesters: string[]) => Inbound[]): Promise<Pass | undefined>
  /** The oldest unsent of a conversation, whether or not it is due. */
  outgoing(conversation: string): Promise<Unsent | undefined>
  /** Holds `send c1`, and gives what `outgoing` gives; undefined when another process works at it. */
  holdToSend(conversation: string, ms: number): Promise<{ out?: Unsent } | undefined>
  /** Conversations that have something to send, and no other process at it. */
  sending(): Promise<string[]>
  /**
   * The channel has taken it, or it can never be sent. Gives the next of its conversation; when there is none, lets go of
   * `send c1` and tells what `letGo` tells. Durable when it resolves.
   */
  sent(out: Pick<Outgoing, 'id' | 'conversation'>): Promise<{ next?: Unsent; isWanted: boolean }>
  /** Remembers a note, and that another try is due; durable when it resolves. */
  postpone(id: number, again: { dueAt: number; attempts: number; note?: object }): Promise<void>
  /** Questions without an answer that helped, oldest first. */
  unanswered(): Promise<Unanswered[]>
  /** What was counted from one day to another, both included, in the order of days; kept for good, as it is nobody's. */
  counts(from: string, to: string): Promise<Counted[]>
  /**
   * Calls back after each durable change of a log: a hint; the sequence number is the truth. `missed` is called when
   * hints of other processes may have been lost.
   */
  onLogged(listener: LogListener, missed?: () => void): () => void
  /** Throws when the store cannot answer. */
  check(): Promise<void>
  close(): Promise<void>
}
