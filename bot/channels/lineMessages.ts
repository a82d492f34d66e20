import type { messagingApi } from '@line/bot-sdk'
import type { Activity, CardAction } from 'botbuilder-core'
import { bubble, type Card, type FlexPlace, type Say, tap, titleOf } from './lineFlex.ts'
import { lineProblems, mostMessages } from './lineLimits.ts'
import { fitted, split } from './lineText.ts'

export type { FlexPlace, Say } from './lineFlex.ts'

type Message = messagingApi.Message

const mostText = 5000
/** LINE takes 1,500 today; older clients and tools know of 400. */
const mostAlt = 400

/** How a turn's words are drawn. */
export interface Drawing {
  say: Say
  place: FlexPlace
  /** Told of each message that LINE would have refused, and that goes as text instead. */
  onProblem?: (problems: string[]) => void
}

/**
 * What was said in one turn as LINE's messages, in order; as few as five whenever the words fit. A message with
 * buttons is one Flex bubble, and the last one repeats its buttons as quick replies, which LINE for PC has not.
 */
export function lineMessages(said: readonly Partial<Activity>[], drawing: Drawing): Message[] {
  const drawn = said.map((activity) => draw(activity, drawing)).filter((messages) => messages.length > 0)
  const last = said.findLast(isSaid)
  const messages = merged(drawn.flat())
  if (messages.length > mostMessages) return lineTexts(said, drawing)
  return withQuickReply(messages, last, drawing)
}

/** The same in words alone, for what LINE does not take as drawn; the choices are numbered, and the quick replies stay. */
export function lineTexts(said: readonly Partial<Activity>[], drawing: Drawing): Message[] {
  const words = said
    .filter(isSaid)
    .map((activity) => plain(activity, drawing.say))
    .join('\n\n')
  return withQuickReply(texts(words), said.findLast(isSaid), drawing)
}

function isSaid({ type, text, attachments }: Partial<Activity>): boolean {
  return type === 'message' && (!!text || !!attachments?.length)
}

function draw(activity: Partial<Activity>, drawing: Drawing): Message[] {
  if (!isSaid(activity)) return []
  const { text = '', attachments, suggestedActions } = activity
  const actions = suggestedActions?.actions ?? []
  const card = cardOf(attachments)
  if (!card && actions.length === 0) return texts(text)
  const altText = fitted(text.trim(), mostAlt) || '…'
  const shown = card ?? { body: [{ type: 'TextBlock', text }] }
  const message: Message = {
    type: 'flex',
    altText,
    contents: bubble(shown, actions, drawing.say, drawing.place),
  }
  const problems = lineProblems(message)
  if (problems.length === 0) return [message]
  drawing.onProblem?.(problems)
  return texts(plain(activity, drawing.say))
}

function cardOf(attachments: Activity['attachments']): Card | undefined {
  const found = attachments?.find(
    ({ contentType }) => contentType === 'application/vnd.microsoft.card.adaptive',
  )
  return Array.isArray(found?.content?.body) ? (found?.content as Card) : undefined
}

/** A card's words leave its picture out, and the choices are only its buttons: in words alone both are said. */
function plain(activity: Partial<Activity>, say: Say): string {
  const { text = '', attachments, suggestedActions } = activity
  const pictures = (cardOf(attachments)?.body ?? [])
    .filter(({ type, altText }) => type === 'Image' && altText)
    .map(({ altText }) => say('picture', { alt: altText }))
  const choices = (suggestedActions?.actions ?? []).map((action, i) => `${i + 1}. ${titleOf(action)}`)
  return [text, ...pictures, choices.join('\n')].filter(Boolean).join('\n\n')
}

function texts(words: string): Message[] {
  return split(words.toWellFormed(), mostText).map((text) => ({ type: 'text', text }))
}

/** Texts that follow each other are put into one while there are more messages than a reply takes. */
function merged(messages: Message[]): Message[] {
  const kept: Message[] = []
  let surplus = messages.length - mostMessages
  for (const message of messages) {
    const before = kept.at(-1)
    const fits =
      before?.type === 'text' &&
      message.type === 'text' &&
      before.text.length + message.text.length + 2 <= mostText
    if (surplus > 0 && fits) {
      kept[kept.length - 1] = { ...before, text: `${before.text}\n\n${message.text}` }
      surplus--
    } else kept.push(message)
  }
  return kept
}

/** Only the last message's quick replies are shown, above the keyboard of a phone. */
function withQuickReply(
  messages: Message[],
  last: Partial<Activity> | undefined,
  { onProblem }: Drawing,
): Message[] {
  const actions: CardAction[] = last?.suggestedActions?.actions ?? []
  const end = messages.at(-1)
  if (!end || actions.length === 0) return messages
  const items = actions.slice(0, 13).map((action) => ({ type: 'action', action: tap(action, 20) }) as const)
  const whole = { ...end, quickReply: { items } }
  const problems = lineProblems(whole)
  if (problems.length > 0) onProblem?.(problems)
  return problems.length > 0 ? messages : [...messages.slice(0, -1), whole]
}
