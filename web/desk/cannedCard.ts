import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import type { Api } from './api.ts'
import { copyText } from './copying.ts'

/** An approved text that asks for values before it can be used. */
export interface CannedText {
  title: string
  text: string
  ask?: { name: string; label: string }[]
}

/** The text with what the agent typed; undefined while something is still to be filled in. */
export function filledIn(text: string, values: ReadonlyMap<string, string>): string | undefined {
  let isWhole = true
  const filled = text.replace(/\{\{ *ask\.([A-Za-z]+) *\}\}/g, (_, name: string) => {
    const value = values.get(name)?.trim() ?? ''
    if (value === '') isWhole = false
    return value
  })
  return isWhole ? filled : undefined
}

/** The text with a gap where something is to be filled in. */
export function blanked(text: string): string {
  return text.replace(/\{\{ *ask\.[A-Za-z]+ *\}\}/g, '＿＿')
}

/** Shows a canned response with a field for each value that it asks for; it can be copied once all are filled in. */
export function drawCanned(
  place: HTMLElement,
  api: Api,
  { title, text, ask = [] }: CannedText,
  lang: Lang,
): void {
  const values = new Map<string, string>()
  const said = element('p', { class: 'read', lang })
  const status = element('p', { role: 'status', class: 'quiet' })
  const copy = element('button', { type: 'button', class: 'button primary' }, api.t('phone.copy'))
  const show = () => {
    const whole = filledIn(text, values)
    said.textContent = whole ?? blanked(text)
    copy.disabled = whole === undefined
  }
  const fields = ask.map(({ name, label }) => {
    const input = element('input', { type: 'text', autocomplete: 'off', required: true, maxlength: 100 })
    input.addEventListener('input', () => {
      values.set(name, input.value)
      show()
    })
    return element('label', {}, element('span', {}, label), input)
  })
  copy.addEventListener('click', () => {
    const whole = filledIn(text, values)
    if (whole !== undefined) void copyText(whole, status, api)
  })
  const asked = fields.length > 0 ? [element('h3', {}, api.t('phone.fill')), ...fields] : []
  place.replaceChildren(element('h2', {}, title), ...asked, said, copy, status)
  show()
  place.querySelector<HTMLElement>('input, button')?.focus()
}
