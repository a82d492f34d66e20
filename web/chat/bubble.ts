import type { ButtonAction } from './activity.ts'
import { drawCard } from './card.ts'
import { element } from './element.ts'
import { linked } from './link.ts'
import { print } from './print.ts'
import type { Entry } from './transcript.ts'
import { type ChatWords, fill } from './words.ts'

/** What a bubble's buttons do. */
export interface Pressed {
  onChoice(action: ButtonAction): void
  onRetry(entry: Entry): void
}

/** Draws one message: who, what, and its buttons; `lang` tells screen readers how to read it. */
export function drawBubble(entry: Entry, words: ChatWords, pressed: Pressed): HTMLElement {
  const { activity, from } = entry
  const who = element('span', { class: 'unseen' }, speakerOf(entry, words))
  const item = element('div', { class: `message ${from}`, lang: activity.locale }, who)
  const body = element('div', { class: 'bubble' })
  item.append(body)
  const actions = [...activity.choices]
  if (activity.card) {
    const card = drawCard(activity.card, words)
    body.append(card.body.hasChildNodes() ? card.body : paragraph(activity.text, true))
    actions.unshift(...card.actions)
    if (card.isPrintable) body.append(printButton(card.body, words))
  } else if (activity.type === 'messageDelete' && activity.text === '') {
    body.append(element('p', { class: 'rated' }, words.rated))
  } else {
    body.append(paragraph(activity.text, from === 'bot'))
  }
  if (from === 'bot' && actions.length > 0) item.append(drawChoices(unlike(actions), words, pressed))
  return item
}

function speakerOf({ from, activity: { agent } }: Entry, words: ChatWords): string {
  if (from === 'user') return words.you
  return agent ? fill(words.agent, { name: agent }) : words.bot
}

/** The line under a message of the customer: on its way, or not sent, with a button to try again. */
export function drawDelivery(entry: Entry, words: ChatWords, pressed: Pressed): Node[] {
  if (entry.delivery === 'pending') return [element('span', {}, words.pending)]
  if (entry.delivery === 'sent') return []
  const isRefused = entry.delivery === 'refused'
  const line = element('span', {}, isRefused ? words.refused : words.failed)
  if (isRefused) return [line]
  const again = element('button', { type: 'button', class: 'again' }, words.retry)
  again.addEventListener('click', () => pressed.onRetry(entry))
  return [line, again]
}

function drawChoices(actions: ButtonAction[], words: ChatWords, pressed: Pressed): HTMLElement {
  const answers = actions.filter((action) => !isCommand(action))
  const buttons = actions.map((action) => {
    const kind = isCommand(action) ? 'command' : answers.length === 1 ? 'primary' : 'answer'
    const button = element('button', { type: 'button', class: `button ${kind}` }, action.title)
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-disabled') !== 'true') pressed.onChoice(action)
    })
    return button
  })
  return element('div', { class: 'choices', role: 'group', 'aria-label': words.choices }, ...buttons)
}

/** Going back, asking for a person and the like stand apart from the answers to the question. */
function isCommand({ value }: ButtonAction): boolean {
  return typeof value === 'object' && value !== null && 'do' in value
}

/** A card and the suggestions beside it may offer the same thing. */
function unlike(actions: ButtonAction[]): ButtonAction[] {
  return actions.filter(
    (action, place) => actions.findIndex((other) => other.title === action.title) === place,
  )
}

function paragraph(text: string, withLinks: boolean): HTMLElement {
  if (!withLinks) return element('p', {}, text)
  const pieces = linked(text).map((piece) =>
    piece.link
      ? element('a', { href: piece.link, target: '_blank', rel: 'noopener noreferrer' }, piece.text)
      : piece.text,
  )
  return element('p', {}, ...pieces)
}

function printButton(card: HTMLElement, words: ChatWords): HTMLElement {
  const button = element('button', { type: 'button', class: 'button print' }, words.print)
  button.addEventListener('click', () => print([card]))
  return button
}
