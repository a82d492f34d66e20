import { setImmediate as aMoment } from 'node:timers/promises'

/** A cell of a table. */
export type Cell = string | number | null

/**
 * A table as spreadsheets read it: UTF-8 with a byte order mark (without it Excel takes Japanese for something else),
 * lines that end in CR LF (RFC 4180). A text that a spreadsheet would run as a formula begins with an apostrophe
 * (https://owasp.org/www-community/attacks/CSV_Injection), full-width signs too: Japanese Excel takes them for the same.
 */
export async function csvOf(rows: readonly (readonly Cell[])[]): Promise<Buffer> {
  const pieces = [Buffer.from('\ufeff')]
  for (let from = 0; from < rows.length; from += piece) {
    const lines = rows.slice(from, from + piece).map((row) => `${row.map(cell).join(',')}\r\n`)
    pieces.push(Buffer.from(lines.join('')))
    await aMoment()
  }
  return Buffer.concat(pieces)
}

/** Turns are taken after so many rows. */
const piece = 1000

/** The headers of a file that is saved and never shown as a page. */
export function attachment(name: string, type: string): Record<string, string> {
  return { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` }
}

function cell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // Signs that cannot be seen may stand before the one that counts.
  const isFormula = /^[\s\p{C}]*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(value)
  const safe = isFormula ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
