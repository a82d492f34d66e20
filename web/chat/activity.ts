/** The part of the Bot Framework's activities that the chat reads and writes. */

/** What a button posts: `text` and `value`; `displayText` is shown instead of the text. */
export interface ButtonAction {
  title: string
  text: string
  displayText?: string
  value?: unknown
}

/** An activity as the server logs it. */
export interface Activity {
  /** `conversation|0000012`: the part after the bar orders the log. */
  id: string
  type: string
  /** Of an event. */
  name?: string
  from: 'bot' | 'user'
  /** The name of the person who speaks for the bank; the bot has none. */
  agent?: string
  text: string
  /** BCP 47, when the server says it. */
  locale?: string
  value?: unknown
  clientActivityID?: string
  /** The message that it answers; news answer nothing. */
  replyToId?: string
  choices: ButtonAction[]
  /** The Adaptive Card, unread. */
  card?: Record<string, unknown>
}

/** What is posted: a message, or one of the events that the bot knows. */
export interface Outgoing {
  type: 'message' | 'event'
  name?: 'startConversation' | 'setLocale'
  text?: string
  /** Shown in place of the text; stays in the browser. */
  displayText?: string
  value?: unknown
  locale: string
}

/** One frame of the stream, or one page of the log. */
export interface Frame {
  activities: Activity[]
  watermark?: string
}

const cardType = 'application/vnd.microsoft.card.adaptive'

/** Reads a frame or a page; what is not an activity in it is left out. */
export function readFrame(data: unknown): Frame {
  const frame = asObject(data)
  const list = Array.isArray(frame.activities) ? frame.activities : []
  const activities = list.flatMap((one) => readActivity(asObject(one)))
  const watermark = frame.watermark
  return typeof watermark === 'string' || typeof watermark === 'number'
    ? { activities, watermark: String(watermark) }
    : { activities }
}

function readActivity(raw: Record<string, unknown>): Activity[] {
  const id = asText(raw.id)
  const type = asText(raw.type)
  const speaker = asObject(raw.from)
  const from = speaker.role === 'user' ? 'user' : 'bot'
  // A typing activity passes by and is in no log, so it may come without an id.
  if (!type || (!id && type !== 'typing')) return []
  const activity: Activity = { id, type, from, text: asText(raw.text), choices: readChoices(raw) }
  const clientActivityID = asText(asObject(raw.channelData).clientActivityID)
  if (clientActivityID) activity.clientActivityID = clientActivityID
  if (speaker.id === 'agent' && asText(speaker.name)) activity.agent = asText(speaker.name)
  if (asText(raw.replyToId)) activity.replyToId = asText(raw.replyToId)
  if (raw.value !== undefined) activity.value = raw.value
  if (asText(raw.locale)) activity.locale = asText(raw.locale)
  if (asText(raw.name)) activity.name = asText(raw.name)
  const card = readCard(raw.attachments)
  if (card) activity.card = card
  return [activity]
}

function readChoices(raw: Record<string, unknown>): ButtonAction[] {
  const actions = asObject(raw.suggestedActions).actions
  return Array.isArray(actions) ? actions.flatMap((action) => readAction(asObject(action))) : []
}

/** Reads a card action (messageBack, imBack, postBack); nothing when it has no title. */
export function readAction(raw: Record<string, unknown>): ButtonAction[] {
  const title = asText(raw.title)
  const value = raw.value
  const text = asText(raw.text) || (typeof value === 'string' ? value : '') || title
  if (!title) return []
  const action: ButtonAction = { title, text }
  if (asText(raw.displayText)) action.displayText = asText(raw.displayText)
  if (value !== undefined && typeof value !== 'string') action.value = value
  return [action]
}

function readCard(attachments: unknown): Record<string, unknown> | undefined {
  if (!Array.isArray(attachments)) return undefined
  const card = attachments.map(asObject).find((one) => one.contentType === cardType)
  return card && asObject(card.content)
}

/** The value when it is an object, else an empty one. */
export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** The value when it is a text, else an empty one. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
