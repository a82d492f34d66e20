import { asObject, asText, type ButtonAction, readAction } from './activity.ts'
import { element } from './element.ts'
import { pictureSource, safeLink } from './link.ts'
import { type ChatWords, fill } from './words.ts'

type Part = Record<string, unknown>

/** A card drawn: the element, what its buttons say, and whether it is one to print. */
export interface DrawnCard {
  body: HTMLElement
  actions: ButtonAction[]
  isPrintable: boolean
}

/** Draws the fixed subset of Adaptive Cards that the bot sends; an unknown part shows its fallback text. */
export function drawCard(card: Part, words: ChatWords): DrawnCard {
  const kaijo = asObject(card.kaijo)
  const body = element('div', { class: `card ${asText(kaijo.kind)}`.trim() })
  body.append(...drawBody(kaijo, asParts(card.body), words))
  const actions = asParts(card.actions)
  const links = actions.flatMap((action) => drawLink(action, words))
  if (links.length > 0) body.append(element('div', { class: 'links' }, ...links))
  return { body, actions: actions.flatMap(readSubmit), isPrintable: kaijo.print === true }
}

/** The words state the number, in the card's first line or in ours; the bar only repeats it to the eye. */
function drawBody(kaijo: Part, parts: Part[], words: ChatWords): Node[] {
  const drawn = parts.map((part) => draw(part, words))
  const { number, total } = kaijo
  if (typeof number !== 'number' || typeof total !== 'number' || total < 1) return drawn
  const bar = element('progress', { value: number, max: total, 'aria-hidden': 'true' })
  const first = asText(parts[0]?.text).match(/\d+/g)?.join()
  if (first === `${number},${total}`) return [...drawn.slice(0, 1), bar, ...drawn.slice(1)]
  return [element('p', { class: 'subtle' }, fill(words.step, { number, total })), bar, ...drawn]
}

function draw(part: Part, words: ChatWords): Node {
  const pencil = pencils.get(asText(part.type))
  return pencil ? pencil(part, words) : paragraph(fallback(part) || words.unknown)
}

const pencils = new Map<string, (part: Part, words: ChatWords) => Node>([
  ['TextBlock', drawText],
  ['Image', drawPicture],
  ['FactSet', drawFacts],
  ['Table', drawTable],
  ['Container', drawContainer],
])

function drawText(part: Part): Node {
  const isLarge = ['Medium', 'Large', 'ExtraLarge'].includes(capital(asText(part.size)))
  const isBold = capital(asText(part.weight)) === 'Bolder'
  const isHeading = asText(part.style) === 'heading' || (isLarge && isBold)
  const classes = [isBold && 'bold', part.isSubtle === true && 'subtle'].filter(Boolean).join(' ')
  return element(isHeading ? 'h2' : 'p', { class: classes || undefined }, asText(part.text))
}

function drawPicture(part: Part): Node {
  const alt = asText(part.altText)
  const src = pictureSource(asText(part.url))
  return src ? element('img', { src, alt, decoding: 'async' }) : paragraph(alt)
}

function drawFacts(part: Part): Node {
  const rows = asParts(part.facts).map((fact) =>
    element('div', {}, element('dt', {}, asText(fact.title)), element('dd', {}, asText(fact.value))),
  )
  return element('dl', {}, ...rows)
}

function drawTable(part: Part, words: ChatWords): Node {
  const hasHead = part.firstRowAsHeader !== false && part.firstRowAsHeaders !== false
  const rows = asParts(part.rows).map((row, number) => {
    const isHead = hasHead && number === 0
    const cells = asParts(row.cells).map((cell) => {
      const items = asParts(cell.items).map((item) => draw(item, words))
      return isHead ? element('th', { scope: 'col' }, ...items) : element('td', {}, ...items)
    })
    return element('tr', {}, ...cells)
  })
  const body = hasHead ? rows.slice(1) : rows
  const head = hasHead ? [element('thead', {}, ...rows.slice(0, 1))] : []
  return element('table', {}, ...head, element('tbody', {}, ...body))
}

function drawContainer(part: Part, words: ChatWords): Node {
  const isEmphasis = asText(part.style) === 'emphasis'
  const items = asParts(part.items).map((item) => draw(item, words))
  return element('div', { class: isEmphasis ? 'emphasis' : undefined }, ...items)
}

function drawLink(action: Part, words: ChatWords): Node[] {
  if (asText(action.type) !== 'Action.OpenUrl') return []
  const title = asText(action.title)
  const href = safeLink(asText(action.url))
  if (!href) return [paragraph(`${title} ${asText(action.url)}`)]
  const attributes = { href, target: '_blank', rel: 'noopener noreferrer', class: 'button primary' }
  return [
    element('a', attributes, title, element('span', { class: 'unseen' }, words.newWindow)),
    // Paper cannot be pressed: there the address itself is needed.
    element('p', { class: 'paper-only' }, href),
  ]
}

function readSubmit(action: Part): ButtonAction[] {
  if (asText(action.type) !== 'Action.Submit') return []
  const data = asObject(action.data)
  // Teams wants a messageBack wrapped like this.
  const back = asObject(data.msteams)
  const { msteams: _, ...plain } = data
  if (asText(back.type) === 'messageBack') return readAction({ value: plain, ...back, title: action.title })
  return readAction({ title: action.title, value: data })
}

function fallback(part: Part): string {
  const other = part.fallback
  return (
    asText(part.fallbackText) || asText(asObject(other).text) || asText(part.text) || asText(part.altText)
  )
}

function paragraph(text: string): HTMLElement {
  return element('p', {}, text)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function asParts(value: unknown): Part[] {
  return Array.isArray(value) ? value.map(asObject) : []
}
