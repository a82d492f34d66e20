import { z } from 'zod'
import { HttpError } from '../route.ts'
import { isLoopback } from '../setting.ts'

/** How Teams reaches a conversation, also days later. */
export interface TeamsReference {
  serviceUrl: string
  conversation: { id: string; conversationType?: string; tenantId?: string }
  bot: { id: string; name?: string }
  user: { id: string }
  /** What the client said of its language, once it has. */
  locale?: string
}

/** An activity of Teams that has been let in; `act` says what it means to us. */
export interface TeamsActivity {
  id: string | undefined
  channelId: string
  serviceUrl: string
  reference: TeamsReference
  locale?: string
  device?: 'phone' | 'pc'
  act: TeamsAct
}

/** What somebody did: wrote, pressed (with Action.Execute the card itself is to be answered), came, or nothing of ours. */
export type TeamsAct =
  | { kind: 'message'; text: string; value?: TeamsPressed }
  | { kind: 'execute'; value: TeamsPressed | undefined }
  | { kind: 'arrived' }
  | { kind: 'unknownInvoke' }
  | { kind: 'none' }

/** A pressed button, and the place in the log of the message that it stood under. */
export interface TeamsPressed {
  pressed: { run?: string; step?: string; choice?: string; do?: string; faq?: string }
  card?: number
}

/** A customer's text is cut here; Teams lets them write about 28 KB. */
const longest = 4000

const id = z.string().min(1).max(1000)
const account = z.object({ id, name: z.string().optional() })
const word = z.string().regex(/^[\w/-]{0,120}$/)
const button = z
  .object({ run: word, step: word, choice: word, do: word, faq: word, card: z.string().regex(/^\d{1,9}$/) })
  .partial()
  .refine(({ choice, faq, do: deed }) => (choice ?? faq ?? deed) !== undefined)

/** Of a language tag what names the language and the country; digits could be anything. */
const locale = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/)
  .transform((tag) => tag.replace(/-[A-Za-z]*\d.*$/, ''))

/** Every field is Teams' own; what is not named here is dropped, and what Teams may add one day does no harm. */
const letIn = z.object({
  type: z.string().max(50),
  id: id.optional(),
  channelId: z.literal('msteams'),
  serviceUrl: z.string().max(500).refine(isGuarded),
  from: account,
  recipient: account,
  conversation: z.object({
    id,
    conversationType: z.string().max(50).optional(),
    tenantId: z.string().max(100).optional(),
  }),
  text: z.string().nullish(),
  locale: z.unknown().optional(),
  name: z.unknown().optional(),
  action: z.unknown().optional(),
  value: z.unknown().optional(),
  entities: z.array(z.unknown()).max(100).nullish(),
  membersAdded: z
    .array(z.object({ id: z.string() }))
    .max(500)
    .nullish(),
})
type LetIn = z.output<typeof letIn>

const mention = z.object({
  type: z.literal('mention'),
  text: z.string().min(1),
  mentioned: z.object({ id: z.string() }),
})
const client = z.object({
  type: z.literal('clientInfo'),
  locale: z.unknown().optional(),
  platform: z.unknown().optional(),
})
const execute = z.object({ action: z.object({ data: z.unknown().optional() }) })

/** Lets an activity in. Throws HttpError 400 that names the field, never its value. */
export function letTeamsIn(body: unknown): TeamsActivity {
  const read = letIn.safeParse(body)
  if (!read.success) {
    const field = read.error.issues[0]?.path[0] ?? 'type'
    throw new HttpError(400, 'BadActivity', `The field ${String(field)} of the activity is not acceptable`)
  }
  const activity = read.data
  const { id, channelId, serviceUrl, conversation, recipient, from } = activity
  const info = activity.entities?.flatMap((entity) => client.safeParse(entity).data ?? [])[0]
  const language = locale.safeParse(activity.locale).data ?? locale.safeParse(info?.locale).data
  const device = deviceOf(info?.platform)
  return {
    id,
    channelId,
    serviceUrl,
    reference: {
      serviceUrl,
      conversation,
      bot: recipient,
      user: { id: from.id },
      ...(language && { locale: language }),
    },
    ...(language && { locale: language }),
    ...(device && { device }),
    act: actOf(activity),
  }
}

/** Our bearer token goes there. */
function isGuarded(address: string): boolean {
  const url = URL.parse(address)
  if (!url || url.username || url.password || url.search || url.hash) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

function actOf(activity: LetIn): TeamsAct {
  if (activity.type === 'message') return messageOf(activity)
  if (activity.type === 'invoke') {
    if (activity.name !== 'adaptiveCard/action') return { kind: 'unknownInvoke' }
    return { kind: 'execute', value: pressedOf(execute.safeParse(activity.value).data?.action.data) }
  }
  const isInstalled = activity.type === 'installationUpdate' && /^add/.test(String(activity.action))
  const isAdded =
    activity.type === 'conversationUpdate' &&
    activity.membersAdded?.some((member) => member.id === activity.recipient.id)
  return { kind: isInstalled || isAdded ? 'arrived' : 'none' }
}

function messageOf(activity: LetIn): TeamsAct {
  const value = pressedOf(activity.value)
  return { kind: 'message', text: words(activity), ...(value && { value }) }
}

function pressedOf(value: unknown): TeamsPressed | undefined {
  const read = button.safeParse(value)
  if (!read.success) return undefined
  const { card, ...pressed } = read.data
  return { pressed, ...(card && { card: Number(card) }) }
}

/** Without the mention of the bot, which a group needs and the dialogs do not; Teams writes `<`, `>`, `&` as HTML does. */
function words({ text, entities, recipient }: LetIn): string {
  let said = (text ?? '').slice(0, 40_000)
  for (const entity of entities ?? []) {
    const read = mention.safeParse(entity).data
    if (read?.mentioned.id === recipient.id) said = said.replaceAll(read.text, ' ')
  }
  const plain = said.replace(/&(nbsp|lt|gt|quot|amp);/g, (_, name: keyof typeof signs) => signs[name])
  return printable(plain).trim().slice(0, longest).toWellFormed()
}

const signs = { nbsp: ' ', lt: '<', gt: '>', quot: '"', amp: '&' }

/** No control characters but line ends and tabs, no halves of a character: PostgreSQL takes neither. */
function printable(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\n\t]/gu, ' ')
}

function deviceOf(platform: unknown): 'phone' | 'pc' | undefined {
  const name = String(platform).toLowerCase()
  if (name === 'ios' || name === 'android') return 'phone'
  return name === 'windows' || name === 'mac' || name === 'web' ? 'pc' : undefined
}
