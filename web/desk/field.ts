import { element } from '../chat/element.ts'

/** A labelled input, with the help below it that belongs to it. */
export interface Field {
  label: HTMLElement
  input: HTMLInputElement
}

let count = 0

/** Makes one; `help` is read with the input by screen readers. */
export function field(
  title: string,
  attributes: Record<string, string | number | boolean | undefined>,
  help?: string,
): Field {
  count += 1
  const id = `field-${count}`
  const input = element('input', {
    id,
    'aria-describedby': help ? `${id}-help` : undefined,
    ...attributes,
  })
  const label = element('div', { class: 'field' }, element('label', { for: id }, title), input)
  if (help) label.append(element('p', { class: 'quiet', id: `${id}-help` }, help))
  return { label, input }
}

/** A form that sends nothing by itself: while `onSend` runs, its button waits and nothing is pressed twice. */
export function form(
  button: HTMLButtonElement,
  onSend: () => Promise<void>,
  ...children: (Node | string)[]
): HTMLFormElement {
  const made = element('form', { novalidate: true }, ...children)
  made.addEventListener('submit', (event) => {
    event.preventDefault()
    if (button.disabled) return
    button.disabled = true
    void onSend().finally(() => {
      button.disabled = false
    })
  })
  return made
}
