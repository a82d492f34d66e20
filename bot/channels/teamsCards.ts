import type { Activity, CardAction } from 'botbuilder-core'

/** A message as the connector of Teams takes it. */
export interface TeamsMessage {
  type: 'message'
  locale?: string
  text?: string
  textFormat?: 'plain'
  /** What a notification says of a message that is a card. */
  summary?: string
  attachments?: { contentType: string; content: object }[]
}

/** The words of this channel's own, by their key, in the language of what was said. */
export type Say = (key: string, vars?: Record<string, unknown>) => string

/** An element of an Adaptive Card, as far as anything here looks into it. */
interface Element {
  type: string
  text?: string
  [property: string]: unknown
}

/** The content of the one card that a message of ours can have. */
interface Card {
  body: Element[]
  actions?: Element[]
  lang?: string
}

const cardType = 'application/vnd.microsoft.card.adaptive'
/** Teams takes a message of about 28 KB with its cards (Microsoft, "Format your bot messages"). */
const mostBytes = 28 * 1024
const inRow = 2

/**
 * What the bot has said as Teams shows it: one Adaptive Card 1.5 when there is something to press or to show, and text
 * otherwise; never both, so that nothing is read twice.
 */
export function toTeams(said: Partial<Activity>, say: Say): TeamsMessage {
  if (buttonsOf(said).length === 0 && !cardOf(said)) return textOnly(said)
  const card = draw(said, say, buttons(said))
  const message = { ...base(said), summary: firstLine(said.text ?? ''), attachments: [attached(card)] }
  return Buffer.byteLength(JSON.stringify(message)) <= mostBytes ? message : textOnly(said)
}

/** The same in words alone, with the choices numbered: a number pressed on the keyboard chooses, too. */
export function textOnly(said: Partial<Activity>): TeamsMessage {
  const choices = buttonsOf(said).map(({ title }, i) => `${i + 1}. ${title}`)
  return { ...base(said), text: [said.text ?? '', ...choices].join('\n'), textFormat: 'plain' }
}

/** The card after something on it was pressed: all it said, what was pressed, and nothing more to press. */
export function answeredCard(said: Partial<Activity>, say: Say, title: string): object {
  return draw(said, say, [line(say('teams:pressed', { title }), { weight: 'Bolder', separator: true })])
}

/** A card of one sentence, for a button whose card is not known any more. */
export function plainCard(sentence: string, lang: string): object {
  return whole([line(sentence)], lang, sentence)
}

/** The button of a message that means this; undefined when the message does not offer it. */
export function buttonOn(said: Partial<Activity>, pressed: object): CardAction | undefined {
  const wanted = JSON.stringify(sorted(pressed))
  return buttonsOf(said).find(({ value }) => JSON.stringify(sorted(value ?? {})) === wanted)
}

function base(said: Partial<Activity>): TeamsMessage {
  return { type: 'message', ...(said.locale && { locale: said.locale }) }
}

function draw(said: Partial<Activity>, say: Say, below: Element[]): object {
  const card = cardOf(said)
  const text = said.text ?? ''
  const shown = card ? card.body.flatMap((part) => element(part, say)) : paragraphs(text)
  const links = (card?.actions ?? []).map((action) => actionSet([action]))
  return whole([...shown, ...links, ...below], card?.lang ?? said.locale ?? 'ja', text)
}

function whole(body: Element[], lang: string, fallbackText: string): object {
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    lang,
    fallbackText,
    body,
  }
}

/** Teams draws PNG, JPEG and GIF only, and the pictures are SVG: what one shows is said in its words instead. */
function element(part: Element, say: Say): Element[] {
  if (part.type === 'Image')
    return [line(say('teams:picture', { alt: part.altText }), { isSubtle: true, size: 'Small' })]
  if (part.type === 'TextBlock') return paragraphs(String(part.text), part)
  if (part.type === 'Container')
    return [{ ...part, items: (part.items as Element[]).flatMap((item) => element(item, say)) }]
  if (part.type === 'FactSet') return facts(part.facts as Fact[])
  return [part]
}

/** Side by side where there is room on a phone; a long name would leave its value a column of a few characters. */
function facts(all: Fact[]): Element[] {
  if (all.every(({ title, value }) => width(title) <= 12 && width(value) <= 14))
    return [{ type: 'FactSet', facts: all.map(fact) }]
  return all.flatMap(({ title, value }) => [
    line(title, { size: 'Small', isSubtle: true }),
    ...paragraphs(value, { spacing: 'None' }),
  ])
}

/** Wide characters count one, narrow ones half. */
function width(text: string): number {
  let sum = 0
  for (const character of text) sum += character > '\u2e7f' ? 1 : 0.5
  return sum
}

interface Fact {
  title: string
  value: string
}

function fact({ title, value }: Fact): Fact {
  return { title: plain(title), value: plain(value) }
}

/** A line each: clients of Teams do not agree on what a line break inside a text means. */
function paragraphs(text: string, look: object = {}): Element[] {
  const lines = text.split('\n').filter((words) => words.trim() !== '')
  return lines.map((words, i) => line(words, { ...look, ...(i > 0 && { spacing: 'Small' }) }))
}

function line(words: string, look: object = {}): Element {
  return { type: 'TextBlock', wrap: true, ...look, text: plain(words) }
}

/** Teams reads Markdown in every text; what a writer has written is meant as it stands. */
function plain(words: string): string {
  return words.replace(/[\\`*_[\]]/g, '\\$&').replace(/^(\s*)(\d+)\. /, '$1$2\\. ')
}

/** Answers one below the other, since Teams cuts off labels that share a row; what is always there in pairs. */
function buttons(said: Partial<Activity>): Element[] {
  const all = buttonsOf(said)
  const answers = all.filter(({ value }) => value?.do === undefined)
  const commands = all.filter(({ value }) => value?.do !== undefined)
  const rows = []
  for (let i = 0; i < commands.length; i += inRow) rows.push(commands.slice(i, i + inRow))
  return [...answers.map((answer) => [answer]), ...rows].map((row) =>
    actionSet(row.map((action) => press(said, action))),
  )
}

function actionSet(actions: Element[]): Element {
  return { type: 'ActionSet', actions }
}

/** Clients before Action.Execute send the same with Action.Submit, and show what was pressed as a message. */
function press(said: Partial<Activity>, { title, value }: CardAction): Element {
  const data = { ...value, ...(said.id && { card: String(placeOf(said.id)) }) }
  const style = value?.choice === 'done' ? { style: 'positive' } : {}
  return {
    type: 'Action.Execute',
    title,
    verb: 'press',
    data,
    ...style,
    fallback: {
      type: 'Action.Submit',
      title,
      data: { ...data, msteams: { type: 'messageBack', displayText: title, text: title, value: data } },
      ...style,
    },
  }
}

/** The sequence number in an activity's id, which ends with it. */
function placeOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('|') + 1))
}

function attached(content: object) {
  return { contentType: cardType, content }
}

function cardOf(said: Partial<Activity>): Card | undefined {
  return said.attachments?.find(({ contentType }) => contentType === cardType)?.content
}

function buttonsOf(said: Partial<Activity>): CardAction[] {
  return said.suggestedActions?.actions ?? []
}

function firstLine(text: string): string {
  return [...(text.split('\n', 1)[0] ?? '')].slice(0, 120).join('')
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}
