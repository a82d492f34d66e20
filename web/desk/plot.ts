import { element } from '../chat/element.ts'
import type { Api } from './api.ts'

/** One bar of a plot. */
export interface Bar {
  label: string
  /** What stands behind the bar; it says everything that the bar shows. */
  value: string
  /** From 0 to 1 of the whole width, each drawn over the one before. */
  shares: number[]
}

const space = 'http://www.w3.org/2000/svg'

/** Bars under each other, each with its words before and after it: they can be read without seeing the bar. */
export function plot(bars: readonly Bar[]): HTMLElement {
  return element(
    'ol',
    { class: 'plot' },
    ...bars.map(({ label, value, shares }) =>
      element(
        'li',
        {},
        element('span', { class: 'label' }, label),
        drawing(shares),
        element('span', { class: 'value' }, value),
      ),
    ),
  )
}

function drawing(shares: readonly number[]): SVGElement {
  const svg = drawn('svg', { class: 'shares', 'aria-hidden': 'true', focusable: 'false' })
  svg.append(drawn('rect', { class: 'ground', width: '100%', height: '100%' }))
  for (const [place, share] of shares.entries())
    svg.append(drawn('rect', { class: `share${place}`, width: `${percent(share)}%`, height: '100%' }))
  return svg
}

function drawn(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(space, name) as SVGElement
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}

/** The same numbers as a table, shut until somebody wants it; the first cell of a row is its head. */
export function tableBehind(
  api: Api,
  title: string,
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): HTMLElement {
  return element(
    'details',
    { class: 'behind' },
    element('summary', {}, api.t('numbers.table')),
    table(title, heads, rows),
  )
}

/** A table that scrolls by itself where it is too wide, by keyboard too. */
export function table(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): HTMLElement {
  const head = element('tr', {}, ...heads.map((name) => element('th', { scope: 'col' }, name)))
  const body = rows.map(([first = '', ...rest]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, String(first)),
      ...rest.map((cell) => element('td', { class: isFigure(cell) ? 'figure' : undefined }, String(cell))),
    ),
  )
  const made = element('table', {}, element('thead', {}, head), element('tbody', {}, ...body))
  return element('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': title }, made)
}

/** `12`, or `12 (40%)` as `withShare` writes it. */
function isFigure(cell: string | number): boolean {
  return typeof cell === 'number' || /^\d/.test(cell)
}

/** A share in whole percents; 0 of nothing. */
export function percent(share: number): number {
  return Number.isFinite(share) ? Math.round(share * 100) : 0
}

/** `12 (40%)` */
export function withShare(api: Api, times: number, all: number): string {
  return api.t('numbers.share', { times, percent: percent(times / all) })
}

/** A part of the page with its title and what must be known to read it. */
export function card(title: string, help: string, ...parts: HTMLElement[]): HTMLElement {
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, title),
    ...(help ? [element('p', { class: 'quiet' }, help)] : []),
    ...parts,
  )
}
