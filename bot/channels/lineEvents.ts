import { createHash } from 'node:crypto'
import type { Activity } from 'botbuilder-core'
import type { Inbound } from '../store/index.ts'
import { readPostback } from './linePostback.ts'

/** What the channel keeps of a customer, to reach and to address them. */
export interface LineReference {
  user: string
  /** As the profile has it, when it was asked. */
  language: string
  /** When the newest event happened, in milliseconds. */
  at: number
}

/** What an answer to one event can use. */
export interface LineReply {
  token: string
  /** When the webhook brought it, in milliseconds. */
  at: number
}

/** One event of a webhook, as far as we know its kind. */
export type LineEvent =
  | (Common & { kind: 'said'; user: string; activity: Partial<Activity> })
  | (Common & { kind: 'followed'; user: string })
  | (Common & { kind: 'unsent'; user: string; message: string })
  | (Common & { kind: 'edited'; user: string; message: string; text: string })
  | (Common & { kind: 'group'; group: string; isRoom: boolean })
  /** Nothing is to be done; `why` is for the log. */
  | { kind: 'ignored'; why: string }

interface Common {
  id: string
  /** When it happened, in milliseconds. */
  at: number
  token: string | undefined
  isRedelivery: boolean
}

type Fields = Record<string, unknown>

/** The events of a webhook's body; anything that we do not know is ignored, never refused: LINE adds things without notice. */
export function readEvents(body: unknown, now: number): LineEvent[] {
  const { events } = fieldsOf(body)
  return Array.isArray(events) ? events.map((event) => readEvent(fieldsOf(event), now)) : []
}

function readEvent(event: Fields, now: number): LineEvent {
  const { type, mode } = event
  if (mode === 'standby') return ignored('standby')
  const source = fieldsOf(event.source)
  const token = text(event.replyToken, 300)
  // Older consoles send these to try the webhook out.
  if (token && /^(0{32}|f{32})$/.test(token)) return ignored('console')
  const common: Common = {
    id: text(event.webhookEventId, 100) ?? digest(event),
    at: typeof event.timestamp === 'number' && event.timestamp > 0 ? Math.min(event.timestamp, now) : now,
    token,
    isRedelivery: fieldsOf(event.deliveryContext).isRedelivery === true,
  }
  if (source.type === 'group' || source.type === 'room') return groupEvent(type, source, common)
  const user = id(source.userId)
  if (source.type !== 'user' || !user) return ignored(`${label(type)} without a user`)
  const known = kinds.get(type)
  return known ? known(event, user, common) : ignored(label(type))
}

type Reader = (event: Fields, user: string, common: Common) => LineEvent

const kinds = new Map<unknown, Reader>([
  ['message', readMessage],
  ['postback', readTap],
  ['follow', (_, user, common) => ({ kind: 'followed', user, ...common })],
  [
    'unsend',
    ({ unsend }, user, common) => {
      const message = id(fieldsOf(unsend).messageId)
      return message ? { kind: 'unsent', user, message, ...common } : ignored('unsend without a message')
    },
  ],
  [
    'messageEdited',
    ({ message }, user, common) => {
      const { id: given, text: words } = fieldsOf(message)
      const edited = id(given)
      return edited && typeof words === 'string'
        ? { kind: 'edited', user, message: edited, text: printable(words), ...common }
        : ignored('messageEdited without a text')
    },
  ],
])

function readMessage({ message }: Fields, user: string, common: Common): LineEvent {
  const { type, id: given, text: words, imageSet } = fieldsOf(message)
  const channelData = { line: id(given) ?? '' }
  const set = id(fieldsOf(imageSet).id)
  // Pictures chosen together come as an event each: one answer for all.
  const eventId = set ? `set:${set}` : common.id
  const said = type === 'text' && typeof words === 'string' ? printable(words) : ''
  return {
    kind: 'said',
    user,
    ...common,
    id: eventId,
    activity: { type: 'message', text: said, channelData },
  }
}

function readTap({ postback }: Fields, user: string, common: Common): LineEvent {
  const { data } = fieldsOf(postback)
  const { value, label: words } = readPostback(typeof data === 'string' ? printable(data) : '')
  return { kind: 'said', user, ...common, activity: { type: 'message', text: words, value, channelData: {} } }
}

/** In a group anyone could read along: whatever happens there, the bot only takes its leave. */
function groupEvent(type: unknown, source: Fields, common: Common): LineEvent {
  const isRoom = source.type === 'room'
  const group = id(isRoom ? source.roomId : source.groupId)
  const happens = type === 'message' || type === 'join' || type === 'memberJoined' || type === 'postback'
  if (!group || !happens) return ignored(`${label(type)} in a group`)
  return { kind: 'group', group, isRoom, ...common }
}

/** Which conversation a LINE user has. */
export function conversationOf(user: string): string {
  return `line:${user}`
}

/** The event as the bot takes it in. */
export function inboundOf(
  event: Extract<LineEvent, { kind: 'said' | 'followed' | 'edited' }>,
  language: string,
  now: number,
): Inbound {
  const { user, id: eventId, at, token } = event
  const conversation = conversationOf(user)
  const reference: LineReference = { user, language, at }
  const reply: LineReply | undefined = token ? { token, at: now } : undefined
  const said = activityOf(event)
  const activity = {
    ...said,
    channelId: 'line',
    from: { id: user, role: 'user' },
    conversation: { id: conversation },
    timestamp: new Date(at),
    locale: language,
    // LINE lives on the phone; whoever uses LINE for PC loses nothing by it.
    channelData: { ...said.channelData, device: 'phone' },
  } as Partial<Activity>
  const logged = event.kind !== 'followed'
  return {
    channel: 'line',
    eventId,
    conversation,
    activity,
    reference,
    logged,
    ...(reply && event.kind !== 'edited' && { reply }),
  }
}

function activityOf(event: Extract<LineEvent, { kind: 'said' | 'followed' | 'edited' }>): Partial<Activity> {
  if (event.kind === 'said') return event.activity
  if (event.kind === 'followed') return { type: 'conversationUpdate' }
  return { type: 'messageUpdate', text: event.text, channelData: { line: event.message } }
}

function ignored(why: string): LineEvent {
  return { kind: 'ignored', why }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function text(value: unknown, most: number): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= most && /^[\x21-\x7e]+$/.test(value)
    ? value
    : undefined
}

/** An id of LINE's: it goes into addresses and into our own ids. */
function id(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value) ? value : undefined
}

/** The name of a kind of event, for the log: LINE's own words only, which have no digits. */
function label(type: unknown): string {
  return typeof type === 'string' && /^[a-z]{1,40}$/i.test(type) ? type : 'unknown'
}

/** Every event has an id of LINE's; one that has not is known by what it says. */
function digest({ deliveryContext: _, ...event }: Fields): string {
  return createHash('sha256').update(JSON.stringify(event)).digest('base64url')
}

/** No control characters but line ends and tabs, no halves of a character; LINE itself takes 5,000 units. */
function printable(words: string): string {
  return words
    .slice(0, 5000)
    .toWellFormed()
    .replace(/[^\P{Cc}\n\t]/gu, ' ')
}
