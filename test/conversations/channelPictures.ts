import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startBrowser } from '../support/browser.ts'
import { showScenes } from './channelsPage.ts'

type Part = Record<string, unknown>

/** Draws the cards of LINE and Teams about as their clients do, on a small phone; gives the files. */
export async function takePictures(dir: string): Promise<string[]> {
  mkdirSync(dir, { recursive: true })
  const browser = await startBrowser()
  const files: string[] = []
  for (const locale of ['ja', 'en'] as const) {
    const shown = await showScenes(locale)
    for (const [channel, draw, width] of [
      ['LINE', line, 340],
      ['Teams', teams, 380],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height: 600 }, locale })
      const scenes = shown.filter((one) => one.channel === channel)
      for (const [i, { scene, payloads }] of scenes.entries()) {
        const body = payloads.map((payload) => draw(payload as Part)).join('')
        await page.setContent(`<style>${css}</style><p class="scene">${text(scene)}</p>${body}`)
        const file = join(dir, `${channel}-${locale}-${String(i + 1).padStart(2, '0')}.png`)
        await page.screenshot({ path: file, fullPage: true })
        files.push(file)
      }
      await page.close()
    }
  }
  await browser.close()
  return files
}

const css = `
  * { box-sizing: border-box; margin: 0 } body { font: 15px/1.5 sans-serif; background: #8cabd9; padding: 8px }
  .scene { font-size: 11px } .said, .bubble, .card { background: #fff; border-radius: 12px; margin: 8px 0; overflow: hidden }
  .said { padding: 8px 12px; white-space: pre-wrap } .bubble > * { padding: 14px }
  .box { display: flex; flex-direction: column } .horizontal { flex-direction: row }
  .none { gap: 0 } .xs { gap: 2px } .sm { gap: 4px } .md { gap: 8px }
  .text { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0 } .button { border-radius: 8px; text-align: center; padding: 7px 4px;
    white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
  .quick { display: flex; gap: 4px; overflow: hidden } .quick span { background: #fff; border-radius: 16px; padding: 4px 10px; white-space: nowrap }
  .card { padding: 12px; display: flex; flex-direction: column; gap: 8px; border-radius: 4px; font-size: 14px }
  .card .text { white-space: normal } .card .rows { display: flex; gap: 8px } .card .rows > * { flex: 1; min-width: 0 }
  .card .button { border: 1px solid #d1d1d1; border-radius: 4px; font-weight: bold } .card .positive { background: #5b5fc7; color: #fff }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px } dt { font-weight: bold } dd { overflow-wrap: anywhere }
  table { border-collapse: collapse } td { border: 1px solid #ddd; padding: 4px 8px } .boxed { background: #f2f2f2; padding: 8px }`

const text = (words: unknown) =>
  String(words ?? '').replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;' })[sign] ?? '&gt;')
const list = (part: unknown) => (part ?? []) as Part[]

function line({ type, text: words, contents, quickReply }: Part): string {
  const drawn = type === 'text' ? `<div class="said">${text(words)}</div>` : bubble(contents as Part)
  const quick = list((quickReply as Part)?.items).map(
    ({ action }) => `<span>${text((action as Part).label)}</span>`,
  )
  return `${drawn}<div class="quick">${quick.join('')}</div>`
}

function bubble({ header, body, footer }: Part): string {
  return `<div class="bubble">${[header, body, footer].map((part) => (part ? flex(part as Part) : '')).join('')}</div>`
}

const sizes: Record<string, string> = { sm: '13px', md: '15px', xxl: '24px' }

function flex(part: Part): string {
  const {
    type,
    layout,
    spacing,
    contents,
    action,
    color,
    weight,
    size,
    align,
    backgroundColor,
    height,
    width,
    cornerRadius,
  } = part
  const style = [
    color && type === 'text' && `color:${color}`,
    weight === 'bold' && 'font-weight:bold',
    type === 'text' && `font-size:${sizes[String(size ?? 'md')]}`,
    align && `text-align:${align}`,
    backgroundColor && `background:${backgroundColor}`,
    type === 'box' && height && `height:${height}`,
    width && `width:${width}`,
    cornerRadius && `border-radius:${cornerRadius}`,
    part.flex !== undefined && `flex:${part.flex}`,
    part.paddingAll && 'padding:10px',
  ].filter(Boolean)
  if (type === 'button') {
    const look = {
      primary: `background:${color};color:#fff`,
      secondary: `background:${color}`,
      link: 'color:#42659a',
    }
    return `<div class="button" style="${look[part.style as 'link']}">${text((action as Part).label)}</div>`
  }
  if (type === 'text') return `<div class="text" style="${style.join(';')}">${text(part.text)}</div>`
  const inside = list(contents).map(flex).join('')
  return `<div class="box ${layout} ${spacing ?? ''}" style="${style.join(';')}">${inside}</div>`
}

function teams({ text: words, attachments }: Part): string {
  const [card] = list(attachments)
  return card
    ? `<div class="card">${inside(card.content as Part)}</div>`
    : `<div class="said">${text(words)}</div>`
}

function inside(part: Part): string {
  return [...list(part.body), ...list(part.items), ...list(part.actions)].map(element).join('')
}

/** What Teams draws of Markdown in our cards: only that a backslash is not shown. */
const plain = (words: unknown) => text(String(words).replace(/\\([\\`*_[\].])/g, '$1'))

function element(part: Part): string {
  const { type, weight, size, isSubtle } = part
  const style = `${weight === 'Bolder' ? 'font-weight:bold;' : ''}${size === 'Small' ? 'font-size:12px;' : ''}${size === 'Medium' ? 'font-size:17px;' : ''}${isSubtle ? 'color:#616161' : ''}`
  if (type === 'TextBlock') return `<div class="text" style="${style}">${plain(part.text)}</div>`
  if (type === 'FactSet')
    return `<dl>${list(part.facts)
      .map(({ title, value }) => `<dt>${plain(title)}</dt><dd>${plain(value)}</dd>`)
      .join('')}</dl>`
  if (type === 'Table')
    return `<table>${list(part.rows)
      .map(
        (row) =>
          `<tr>${list(row.cells)
            .map((cell) => `<td>${inside(cell)}</td>`)
            .join('')}</tr>`,
      )
      .join('')}</table>`
  if (type === 'ActionSet') return `<div class="rows">${list(part.actions).map(element).join('')}</div>`
  if (String(type).startsWith('Action.'))
    return `<div class="button ${part.style ?? ''}">${text(part.title)}${type === 'Action.OpenUrl' ? ' ↗' : ''}</div>`
  return `<div class="boxed">${inside(part)}</div>`
}
