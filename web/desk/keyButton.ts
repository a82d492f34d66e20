import { element } from '../chat/element.ts'

/** A button that names the key which presses it. */
export function keyButton(
  key: string,
  title: string,
  act: () => void,
  { kind = 'button', more = [] as HTMLElement[] } = {},
): HTMLButtonElement {
  const cap = key ? [element('kbd', { 'aria-hidden': 'true' }, key)] : []
  const button = element(
    'button',
    { type: 'button', class: kind, 'aria-keyshortcuts': key || undefined },
    ...cap,
    element('span', {}, title),
    ...more,
  )
  button.addEventListener('click', act)
  return button
}
