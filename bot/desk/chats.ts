import type { Activity } from 'botbuilder-core'
import { defaultSupport, type Support } from '../../content/index.ts'
import { type Initiation, PHONE, pressedRating, type State } from '../../dialogs/index.ts'
import type { Locale } from '../../locales/index.ts'
import type { Conversation, Handoff, Listed, Logged, Store } from '../store/index.ts'
import type { Sql } from '../store/sql.ts'
import type { Accounts } from './accounts.ts'
import type { Attendance } from './attendance.ts'
import { type Note, readNotes } from './notes.ts'
import type { Presence } from './presence.ts'
import { type Script, type ScriptSource, scriptOf, type Trail, trailOf } from './script.ts'
import type { Agent } from './sessions.ts'
import { type Sight, seenBy } from './sight.ts'
import type { Viewer, Viewers } from './viewers.ts'

/** What the views of the chats are read from. */
export interface ChatSources {
  store: Store
  sql: Sql
  accounts: Pick<Accounts, 'list'>
  /** Asked anew each time, so that new content is read from. */
  source: () => ScriptSource
  support: () => Support | undefined
  presence: Presence
  attendance: Attendance
  viewers: Viewers
  now: () => number
}

/** One line of a conversation as the desk shows it; `desk` tells what happened at the desk. */
export interface Line {
  seq: number
  by: 'customer' | 'bot' | 'agent' | 'desk'
  /** Of an agent: what the customer reads. */
  name?: string
  text: string
  /** Of the desk's: initiated, accepted, or how a handoff ended. */
  what?: string
  /** Something was taken out of it that looked like a secret. */
  isMasked?: true
  /** ISO 8601, UTC. */
  at?: string
}

/** One conversation of the list; times are milliseconds since 1970, by the server's clock. */
export interface ChatItem {
  conversation: string
  channel: string
  owner: Conversation['owner']
  agent?: { id: string; shown: string }
  locale: Locale
  queuedAt: number | null
  /** The newest message. */
  last?: Pick<Line, 'by' | 'text' | 'at'>
  seq: number
  /** What it is about, in the agent's language. */
  about: string
  viewers: Viewer[]
}

/** Everything that the list of chats shows. */
export interface ChatList {
  now: number
  /** After so many minutes the bot goes on. */
  waitMinutes: number
  queue: ChatItem[]
  mine: ChatItem[]
  others: ChatItem[]
  /** Who can be given a chat, the one who asks among them. */
  agents: { id: string; shown: string; isHere: boolean }[]
  isAway: boolean
}

/** One conversation with everything that an agent needs for it. */
export interface ChatView extends Omit<ChatItem, 'about' | 'last'> {
  now: number
  version: number
  isMine: boolean
  /** After the sequence number that was asked for, in order; `seq` is where to ask on, `hasMore` that there is more. */
  lines: Line[]
  hasMore: boolean
  notes: Note[]
  /** Three lines, in the agent's language. */
  summary: string[]
  script?: Script
  trail: Trail[]
  /** What the bank has said meanwhile and the customer has not heard yet. */
  news: string[]
  handoff?: { initiatedAt: number; acceptedAt: number | null; firstReplyAt: number | null }
}

const mostChats = 200
const page = 200

/** The queue, the agent's own chats and the others', without calls. */
export async function listChats(sources: ChatSources, agent: Agent): Promise<ChatList> {
  const { store, accounts, presence, attendance, viewers, support, now } = sources
  const [queue, held, all] = await Promise.all([
    store.conversations({ owner: 'queue', most: mostChats }),
    store.conversations({ owner: 'agent', most: mostChats }),
    accounts.list(),
  ])
  const names = new Map(all.map(({ id, shown }) => [id, shown]))
  const conversations = [...queue, ...held].map(({ id }) => id)
  const handoffs = await store.handoffs({ conversations })
  // Oldest first: the newest of each stays.
  const newest = new Map(handoffs.map((handoff) => [handoff.conversation, handoff]))
  const items = (some: Listed[]) =>
    some
      .filter(({ channel }) => channel !== PHONE)
      .map((one) => itemOf(one, { viewers, names, handoff: newest.get(one.id), locale: agent.locale }))
  const taken = items(held)
  return {
    now: now(),
    waitMinutes: (support() ?? defaultSupport).waitMinutes,
    queue: items(queue),
    mine: taken.filter((item) => item.agent?.id === agent.id),
    others: taken.filter((item) => item.agent?.id !== agent.id),
    agents: all
      .filter(({ isDisabled }) => !isDisabled)
      .map(({ id, shown }) => ({ id, shown, isHere: presence.isHere(id) })),
    isAway: attendance.isAway(agent.id),
  }
}

interface Around {
  viewers: Viewers
  names: Map<string, string>
  handoff: Handoff | undefined
  locale: Locale
}

function itemOf(listed: Listed, { viewers, names, handoff, locale }: Around): ChatItem {
  const last = listed.last && lineOf({ seq: listed.seq, activity: listed.last })
  return {
    ...headOf(listed, names),
    ...(last && last.by !== 'desk' && { last: { by: last.by, text: last.text, at: last.at } }),
    about: summaryOf(handoff, locale).at(-1) ?? '',
    viewers: viewers.of(listed.id),
  }
}

function headOf(now: Omit<Conversation, 'reference'>, names: Map<string, string>) {
  const { id, channel, owner, agent, queuedAt, seq } = now
  return {
    conversation: id,
    channel,
    owner,
    ...(agent && { agent: { id: agent, shown: names.get(agent) ?? '' } }),
    locale: (now.state as State | undefined)?.locale ?? 'ja',
    queuedAt,
    seq,
  }
}

/** One conversation with its log after `after`. Throws HttpError 404 as `seenBy` does. */
export async function viewChat(
  sources: ChatSources,
  id: string,
  agent: Agent,
  after: number,
): Promise<ChatView> {
  const { store, sql, accounts, viewers, source, now } = sources
  const { conversation: found, past } = await seenBy(sources, id, agent)
  const [read, handoffs, notes, all] = await Promise.all([
    store.activities(id, after, page),
    store.handoffs({ conversation: id }),
    readNotes(sql, id),
    accounts.list(),
  ])
  const names = new Map(all.map(({ id: account, shown }) => [account, shown]))
  // Of one that has gone on without them: what was said until they closed it, and nothing of where it stands now.
  const log = past ? read.filter(({ seq }) => seq <= past.seq) : read
  const state = past ? undefined : (found.state as State | undefined)
  const head = headOf(past ? leftBehind(found, past) : found, names)
  const locales = { agentLocale: agent.locale, customerLocale: head.locale }
  const script = state && scriptOf(source(), state, locales)
  const handoff = past?.handoff ?? lastOf(handoffs)
  return {
    ...head,
    now: now(),
    version: found.version,
    isMine: found.owner === 'agent' && found.agent === agent.id,
    seq: log.at(-1)?.seq ?? after,
    lines: log.flatMap((one) => lineOf(one) ?? []),
    hasMore: log.length === page,
    notes: notesUntil(past?.handoff.endedAt ?? null, notes, agent).map((note) => ({
      ...note,
      shown: names.get(note.account) ?? '',
    })),
    summary: summaryOf(handoff, agent.locale),
    ...(script && { script }),
    trail: state ? trailOf(source(), state, agent.locale) : [],
    news: newsOf(state),
    viewers: viewers.of(id).filter((one) => one.id !== agent.id),
    ...(handoff && { handoff: { ...timesOf(handoff), firstReplyAt: await firstReplyAt(store, head) } }),
  }
}

/** As it was when they closed it. */
function leftBehind(found: Conversation, { handoff, seq }: NonNullable<Sight['past']>): Conversation {
  return { ...found, owner: 'closed', agent: handoff.agent, queuedAt: null, seq }
}

/** What others noted later is not theirs to read; what they wrote themselves is. */
export function notesUntil(until: number | null, notes: Note[], agent: Pick<Agent, 'id'>): Note[] {
  return until === null ? notes : notes.filter(({ at, account }) => at <= until || account === agent.id)
}

function timesOf({ initiatedAt, acceptedAt }: Handoff) {
  return { initiatedAt, acceptedAt }
}

/** When the agent first wrote something after the newest taking; taking says a line by itself, which is no reply. */
async function firstReplyAt(
  store: Store,
  { conversation, seq }: { conversation: string; seq: number },
): Promise<number | null> {
  const log = await store.activities(conversation, Math.max(0, seq - page), page)
  const taken = log.findLastIndex(
    ({ activity }) => activity.name === 'handoff.status' && stateOf(activity) === 'accepted',
  )
  if (taken < 0) return null
  const reply = log.slice(taken + 2).find(({ activity }) => activity.from?.id === 'agent')
  return reply?.activity.timestamp ? new Date(reply.activity.timestamp).getTime() : null
}

function lastOf(handoffs: Handoff[]): Handoff | undefined {
  return handoffs.at(-1)
}

function summaryOf(handoff: Handoff | undefined, locale: Locale): string[] {
  const { summaries, summary } = (handoff?.summary ?? {}) as Partial<Initiation>
  return summaries?.[locale] ?? summary ?? []
}

/** What happened at the bank while a person had the conversation, by its state: cleared, rejected, expired. */
function newsOf(state: State | undefined): string[] {
  return (state?.held ?? []).flatMap(({ name, value }) => {
    const news = (value as { state?: string } | null)?.state
    return name === 'unlock.updated' && news ? [news] : []
  })
}

/** An entry of the log as the desk shows it; nothing of what only machines read. */
function lineOf({ seq, activity }: Logged): Line | undefined {
  const at = activity.timestamp && new Date(activity.timestamp).toISOString()
  const common = { seq, ...(at && { at }) }
  const { type, name, from, text = '', channelData } = activity
  if (name === 'handoff.initiate') return { ...common, by: 'desk', what: 'initiated', text: '' }
  if (name === 'handoff.status') return { ...common, by: 'desk', ...statusOf(activity), text: '' }
  if (type !== 'message') return undefined
  if (from?.id === 'agent') return { ...common, by: 'agent', name: from.name, text }
  if (from?.role === 'bot') return { ...common, by: 'bot', text }
  // What somebody thought of an agent is no message to agents.
  if (pressedRating(activity.value) !== undefined) return undefined
  return { ...common, by: 'customer', text, ...(channelData?.masked && { isMasked: true }) }
}

function statusOf({ value }: Partial<Activity>): Pick<Line, 'what' | 'name'> {
  const { agent, reason } = (value?.message ?? {}) as { agent?: string; reason?: string }
  return { what: reason ?? String(value?.state), ...(agent && { name: agent }) }
}

function stateOf({ value }: Partial<Activity>): string {
  return String(value?.state)
}
