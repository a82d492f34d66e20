import type { Activity } from 'botbuilder-core'
import { z } from 'zod'
import { HttpError } from '../route.ts'
import type { Logged } from '../store/index.ts'
import type { Holder } from './directLineTokens.ts'

/** The bot as the other side of a Direct Line conversation. */
export const bot = { id: 'kaijo', role: 'bot' } as const

const channelId = 'directline'

/** Of a language tag what names the language and the country; digits could be anything. */
const locale = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/)
  .transform((tag) => tag.replace(/-[A-Za-z]*\d.*$/, ''))
const words = (most: number) => z.string().max(most).transform(printable)

/** Ids and choices that a button sends back: flat, short, at most 2 KB together. */
const value = z
  .record(z.string().regex(/^[A-Za-z][\w-]{0,39}$/), words(400))
  .refine((fields) => JSON.stringify(fields).length <= 2048)

const common = {
  locale: locale.optional(),
  channelData: z
    .object({
      clientActivityID: z
        .string()
        .regex(/^[\w.:|-]{1,100}$/)
        .optional(),
      device: z.enum(['phone', 'pc']).optional(),
    })
    .optional(),
}

/** What is let in, field by field; zod drops every field that is not named here. */
const letIn = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    text: words(4000).optional(),
    value: value.nullish(),
    attachments: z.array(z.unknown()).max(0).optional(),
    ...common,
  }),
  z.discriminatedUnion('name', [
    z.object({ type: z.literal('event'), name: z.literal('startConversation'), ...common }),
    z.object({
      type: z.literal('event'),
      name: z.literal('setLocale'),
      value: z.enum(['ja', 'en']),
      ...common,
    }),
  ]),
  z.object({ type: z.literal('conversationUpdate') }),
  // Nobody but a person at the desk is told, and nothing is kept of it.
  z.object({ type: z.literal('typing') }),
])

/** An activity of a client that has been let in. */
export type LetIn = z.output<typeof letIn>

/**
 * Lets a message or one of the known events in; fields we do not know are dropped.
 * Throws HttpError 400 that names the field, never its value.
 */
export function letActivityIn(body: unknown): LetIn {
  const read = letIn.safeParse(body)
  if (!read.success) {
    const field = read.error.issues[0]?.path[0] ?? 'type'
    if (field === 'type' || field === 'name')
      throw new HttpError(
        400,
        'ActivityNotSupported',
        'Only messages and the events startConversation and setLocale',
      )
    if (field === 'attachments') throw noFiles()
    throw new HttpError(400, 'BadActivity', `The field ${String(field)} of the activity is not acceptable`)
  }
  const activity = read.data
  if (activity.type === 'message' && !activity.text && !activity.value)
    throw new HttpError(400, 'EmptyActivity', 'A message needs a text or a value')
  return activity
}

/** What a client is told that wants to send a file. */
export function noFiles(): HttpError {
  return new HttpError(400, 'AttachmentsNotSupported', 'Files are not accepted in this chat')
}

/** The activity as the bot sees it: who said it, where and when is the server's word, whatever the client wrote. */
export function stamped(activity: LetIn, { conversation, user }: Holder, now: number): Partial<Activity> {
  return { ...activity, ...surroundings(conversation, user, now) } as Partial<Activity>
}

/** The first event of a conversation: the bot and the customer have come in. */
export function joined({ conversation, user }: Holder, language: unknown, now: number): Partial<Activity> {
  const read = locale.safeParse(language)
  return {
    type: 'conversationUpdate',
    membersAdded: [
      { id: bot.id, name: '' },
      { id: user, name: '' },
    ],
    ...(read.success ? { locale: read.data } : {}),
    ...surroundings(conversation, user, now),
  } as Partial<Activity>
}

/** An entry of the log as a client is shown it. */
export function shown({ seq, activity }: Logged, conversation: string): Partial<Activity> {
  const { replyToId, ...rest } = activity
  // Web Chat holds a message back for five seconds when it answers one that the client never saw.
  const isKnown = replyToId?.startsWith(`${conversation}|`)
  return {
    ...rest,
    ...(isKnown ? { replyToId } : {}),
    id: activity.id ?? `${conversation}|${String(seq).padStart(7, '0')}`,
    channelId,
    conversation: { id: conversation } as Activity['conversation'],
  }
}

function surroundings(conversation: string, user: string, now: number) {
  return {
    channelId,
    from: { id: user, role: 'user' },
    recipient: bot,
    conversation: { id: conversation },
    timestamp: new Date(now),
  }
}

/** No control characters but line ends and tabs, no halves of a character: PostgreSQL takes neither. */
function printable(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\n\t]/gu, ' ')
}
