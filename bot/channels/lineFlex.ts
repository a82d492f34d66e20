import type { messagingApi } from '@line/bot-sdk'
import type { CardAction } from 'botbuilder-core'
import { postbackData } from './linePostback.ts'
import { clipped, fitted, isAtMost, split } from './lineText.ts'

type Component = messagingApi.FlexComponent
type Action = messagingApi.Action

/** What a card of ours is made of; see `stepCard` of the dialogs. */
export interface Card {
  body: Block[]
  actions?: { title: string; url: string }[]
  kaijo?: { kind?: string; number?: number; total?: number }
}

/** One block of a card; each type has some of the fields. */
export interface Block {
  type: string
  text?: string
  size?: string
  weight?: string
  isSubtle?: boolean
  altText?: string
  facts?: { title: string; value: string }[]
  rows?: { cells: { items: Block[] }[] }[]
  items?: Block[]
}

/** The words of this channel's own, by their key. */
export type Say = (key: string, vars?: Record<string, unknown>) => string

/** What a bubble can point to. */
export interface FlexPlace {
  /** The page where a guide number is typed in: as customers read it, and its address. */
  help: { shown: string; url: string }
}

const blue = '#0B5CAD'
const pale = '#D5DCE5'
const ink = '#1A1A1A'
const grey = '#5B6470'
/** A text component takes 2,000 units; https://developers.line.biz/en/reference/messaging-api/#f-text */
const mostText = 2000
/** A button shows one line only: about so many wide characters of it on a small phone. */
const oneLine = 14

/** A step, an outcome or a question as one bubble: what it says, then what can be pressed. */
export function bubble(
  card: Card,
  actions: CardAction[],
  say: Say,
  place: FlexPlace,
): messagingApi.FlexBubble {
  const { kind, number, total } = card.kaijo ?? {}
  const isNumbered = number !== undefined && total !== undefined
  const [label, ...rest] = card.body
  const header = isNumbered ? progress(label?.text ?? '', number, total, say) : undefined
  const body = (header ? rest : card.body).flatMap((block) => blocks(block, say))
  const footer = [
    ...(card.actions ?? []).map(link),
    ...helpers(card, say, place),
    ...actions.map((action, i) => button(action, look(action, i, kind))),
  ]
  return {
    type: 'bubble',
    ...(header && { header }),
    body: column(body.length > 0 ? body : [words(label?.text ?? ' ')], 'md'),
    ...(footer.length > 0 && { footer: column(footer, 'sm') }),
  }
}

/** 手順 3 / 6 in words, and a bar: colour never says it alone. */
function progress(label: string, number: number, total: number, say: Say): messagingApi.FlexBox {
  const left = total - number
  const segments = Array.from({ length: total }, (_, i) => segment(i < number))
  return {
    ...column(
      [
        {
          type: 'box',
          layout: 'horizontal',
          contents: [
            words(label, { weight: 'bold', color: blue, flex: 3 }),
            words(left === 0 ? say('last') : say('left', { left }), {
              size: 'sm',
              color: grey,
              align: 'end',
              flex: 2,
            }),
          ],
        },
        total <= 10
          ? { type: 'box', layout: 'horizontal', spacing: 'xs', contents: segments }
          : track(number, total),
      ],
      'sm',
    ),
    paddingBottom: 'none',
  }
}

function segment(isDone: boolean): messagingApi.FlexBox {
  return {
    type: 'box',
    layout: 'vertical',
    height: '6px',
    flex: 1,
    cornerRadius: '3px',
    backgroundColor: isDone ? blue : pale,
    contents: [],
  }
}

function track(number: number, total: number): messagingApi.FlexBox {
  const { flex: _, ...bar } = segment(true)
  const done = { ...bar, width: `${Math.round((100 * number) / total)}%` }
  return { ...segment(false), contents: [done] }
}

function blocks(block: Block, say: Say): Component[] {
  switch (block.type) {
    case 'TextBlock':
      return texts(block)
    case 'Image':
      // Our pictures are SVG, which LINE does not take: what they show is said.
      return block.altText ? [words(say('picture', { alt: block.altText }), { size: 'sm', color: grey })] : []
    case 'FactSet':
      return (block.facts ?? []).map(fact)
    case 'Table':
      return [column((block.rows ?? []).map(row), 'sm')]
    case 'Container': {
      const contents = (block.items ?? []).flatMap((item) => blocks(item, say))
      return [
        { ...column(contents, 'sm'), backgroundColor: '#F2F5F9', cornerRadius: '6px', paddingAll: 'md' },
      ]
    }
    default:
      return block.text ? [words(block.text)] : []
  }
}

function texts({ text = '', size, weight, isSubtle }: Block): Component[] {
  return split(text, mostText).map((part) =>
    words(part, {
      ...(weight === 'Bolder' && { weight: 'bold' as const }),
      ...((size === 'Small' || isSubtle) && { size: 'sm' }),
      ...(isSubtle && { color: grey }),
    }),
  )
}

/** A number that is read from the phone and typed at a PC stands large. */
function fact({ title, value }: { title: string; value: string }): Component {
  const large = isGuide(value) ? ({ size: 'xxl', weight: 'bold' } as const) : { size: 'md' }
  return column([words(title, { size: 'sm', color: grey }), words(value, large)], 'none')
}

function row({ cells }: { cells: { items: Block[] }[] }, index: number): messagingApi.FlexBox {
  const contents = cells.map(({ items }) =>
    words(items.map(({ text }) => text ?? '').join('\n') || ' ', {
      size: 'sm',
      flex: 1,
      ...(index === 0 && { weight: 'bold' as const }),
    }),
  )
  return { type: 'box', layout: 'horizontal', spacing: 'md', contents }
}

/** For a guide number: a button that copies it, and one that opens its page where LINE itself runs on the PC. */
function helpers(card: Card, say: Say, { help }: FlexPlace): Component[] {
  const facts = card.body.flatMap((block) => block.facts ?? [])
  const guide = facts.find(({ value }) => isGuide(value))
  if (!guide || !facts.some(({ value }) => value === help.shown)) return []
  const clipboardText = guide.value.replace(/\D/g, '')
  const copy = say('copy')
  const open = say('openHelp')
  return [
    pressable(copy, { type: 'clipboard', label: clipped(copy, 40), clipboardText }, 'secondary'),
    pressable(open, uri(open, help.url), 'link'),
  ]
}

function isGuide(value: string): boolean {
  return /^\d{4} \d{4}$/.test(value)
}

function link({ title, url }: { title: string; url: string }): Component {
  return pressable(title, uri(title, url), 'primary')
}

/** Banks' pages break in the browser inside LINE, so the phone's own is asked for; LINE for PC has only its own kind. */
function uri(label: string, url: string): Action {
  const outside = new URL(url)
  outside.searchParams.set('openExternalBrowser', '1')
  return { type: 'uri', label: clipped(label, 40), uri: outside.href, altUri: { desktop: url } }
}

type Look = 'primary' | 'secondary' | 'link'

/** In a step the way on stands out; a question's answers are equals. */
function look({ value }: CardAction, index: number, kind: string | undefined): Look {
  if (value?.do) return value.do === 'trouble' ? 'secondary' : 'link'
  return kind === 'step' && index === 0 ? 'primary' : 'secondary'
}

function button(action: CardAction, style: Look): Component {
  const title = titleOf(action)
  return pressable(title, tap(action, 40), style)
}

/** What a button of ours says. */
export function titleOf({ title, text }: CardAction): string {
  return (title || text || '…').toWellFormed()
}

/** What a tap does: it sends the button's meaning; one that LINE cannot carry sends its words instead. */
export function tap(action: CardAction, mostLabel: number): Action {
  const title = titleOf(action)
  const label = clipped(title, mostLabel)
  const data = postbackData(action.value, title)
  if (data === undefined) return { type: 'message', label, text: clipped(title, 300) }
  return { type: 'postback', label, data, displayText: clipped(title, 300) }
}

/** A button; a long label stands in a box of its own, since a button would cut it off at the end of its line. */
function pressable(title: string, action: Action, style: Look): Component {
  if (width(title) <= oneLine && isAtMost(title, 40)) {
    const color = style === 'primary' ? blue : style === 'secondary' ? pale : undefined
    return { type: 'button', action, style, height: 'sm', scaling: true, ...(color && { color }) }
  }
  const isDark = style === 'primary'
  const color = isDark ? '#FFFFFF' : style === 'link' ? blue : ink
  return {
    ...column([words(fitted(title, mostText), { align: 'center', color })], 'none'),
    action,
    paddingAll: 'md',
    cornerRadius: '8px',
    ...(style !== 'link' && { backgroundColor: isDark ? blue : pale }),
  }
}

/** Wide characters count one, narrow ones half. */
function width(text: string): number {
  let sum = 0
  for (const character of text) sum += character > '\u2e7f' ? 1 : 0.5
  return sum
}

function words(text: string, look: Partial<messagingApi.FlexText> = {}): messagingApi.FlexText {
  return { type: 'text', text: fitted(text, mostText) || ' ', wrap: true, scaling: true, color: ink, ...look }
}

function column(contents: Component[], spacing: string): messagingApi.FlexBox {
  return { type: 'box', layout: 'vertical', spacing, contents }
}
