import type { Attachment } from 'botbuilder-core'

/** A thing to show beside its words: a step, an outcome, or whom to ask. */
export interface Sheet {
  kind: 'question' | 'step' | 'outcome' | 'person'
  title?: string
  /** Where in a numbered row it stands; `label` says it in words. */
  progress?: { number: number; total: number; label: string }
  paragraphs: string[]
  notes?: string[]
  image?: { url: string; alt: string }
  facts?: { title: string; value: string }[]
  lists?: { title: string; items: string[] }[]
  table?: { columns: string[]; rows: string[][] }
  link?: { title: string; url: string }
  /** Worth keeping on paper. */
  print?: boolean
}

const CARD = 'application/vnd.microsoft.card.adaptive'

/**
 * An Adaptive Card 1.5 made of a fixed subset (TextBlock, Image, FactSet, Table, Container, Action.OpenUrl), which
 * every channel of ours can draw; `words` says the same where nothing is drawn. The property `kaijo` tells our own
 * widget what it is; others ignore it.
 */
export function stepCard(sheet: Sheet, locale: string, words: string): Attachment {
  const { kind, progress, print } = sheet
  const content = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    lang: locale,
    fallbackText: words,
    body: [
      ...(progress ? [text(progress.label, { size: 'Small', isSubtle: true })] : []),
      ...(sheet.title ? [text(sheet.title, { weight: 'Bolder', size: 'Medium' })] : []),
      ...sheet.paragraphs.map((paragraph) => text(paragraph)),
      ...(sheet.table ? [table(sheet.table)] : []),
      ...(sheet.lists ?? []).map(list),
      ...(sheet.facts ? [{ type: 'FactSet', facts: sheet.facts }] : []),
      ...(sheet.image ? [{ type: 'Image', url: sheet.image.url, altText: sheet.image.alt }] : []),
      ...(sheet.notes ?? []).map((note) => text(note, { isSubtle: true })),
    ],
    ...(sheet.link && { actions: [{ type: 'Action.OpenUrl', ...sheet.link }] }),
    kaijo: {
      kind,
      ...(progress && { number: progress.number, total: progress.total }),
      ...(print && { print }),
    },
  }
  return { contentType: CARD, content }
}

/** The same in words alone, for clients that draw no cards and for reading aloud. */
export function sheetText(sheet: Sheet, locale: string): string {
  const colon = locale === 'ja' ? '：' : ': '
  const { columns = [], rows = [] } = sheet.table ?? {}
  const lines = [
    sheet.progress?.label,
    sheet.title,
    ...sheet.paragraphs,
    ...[columns, ...rows].map((row) => row.join(colon)),
    ...(sheet.lists ?? []).flatMap(({ title, items }) => [title, ...items.map((item) => `・${item}`)]),
    ...(sheet.facts ?? []).map(({ title, value }) => `${title}${colon}${value}`),
    sheet.link && `${sheet.link.title}${colon}${sheet.link.url}`,
    ...(sheet.notes ?? []),
  ]
  return lines.filter(Boolean).join('\n')
}

function text(words: string, look: Record<string, unknown> = {}) {
  return { type: 'TextBlock', text: words, wrap: true, ...look }
}

function list({ title, items }: { title: string; items: string[] }) {
  return {
    type: 'Container',
    style: 'emphasis',
    items: [text(title, { weight: 'Bolder' }), ...items.map((item) => text(`・${item}`))],
  }
}

/** Its first row is the head by default. Microsoft's schema and its renderers do not agree on the name of the property. */
function table({ columns, rows }: NonNullable<Sheet['table']>) {
  const row = (cells: string[]) => ({
    type: 'TableRow',
    cells: cells.map((cell) => ({ type: 'TableCell', items: [text(cell)] })),
  })
  return {
    type: 'Table',
    columns: columns.map(() => ({ width: 1 })),
    rows: [columns, ...rows].map(row),
  }
}
