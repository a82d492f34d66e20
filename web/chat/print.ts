import { byId } from './element.ts'

/** Prints these parts of the page, and nothing else, as one clean page. */
export function print(parts: Element[]): void {
  const sheet = byId('sheet', HTMLElement)
  sheet.replaceChildren(...parts.map((part) => part.cloneNode(true)))
  document.documentElement.dataset.printing = ''
  // The dialog does not hold the script up everywhere, so the sheet is taken away when the browser says so.
  addEventListener('afterprint', clear, { once: true })
  window.print()
}

function clear(): void {
  delete document.documentElement.dataset.printing
  byId('sheet', HTMLElement).replaceChildren()
}
