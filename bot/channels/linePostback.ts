/** LINE takes this many UTF-16 units of a button's data. */
const mostData = 300

const names = { run: 'r', step: 's', choice: 'c', do: 'd', faq: 'f' } as const
const parts = Object.keys(names) as (keyof typeof names)[]

/** What a tap has sent: what the button means, and the words that stood on it. */
export interface Tapped {
  value: Record<string, string>
  label: string
}

/**
 * A button's value as LINE carries it: `v=1&r=3&s=flow/step&c=choice`, and its label when there is room, so that the
 * transcript has the customer's words. Undefined when it is no value of ours or too long.
 */
export function postbackData(value: unknown, label = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const given = value as Record<string, unknown>
  const fields = parts.flatMap((part) => {
    const text = given[part]
    return typeof text === 'string' ? [`${names[part]}=${escaped(text)}`] : []
  })
  const data = ['v=1', ...fields].join('&')
  if (fields.length === 0 || data.length > mostData) return undefined
  const whole = `${data}&t=${escaped(label)}`
  return label !== '' && whole.length <= mostData ? whole : data
}

/**
 * What a tap means. Data that is not ours (an account's rich menu, a version to come) means a choice that nothing
 * offers: then the current step is shown again.
 */
export function readPostback(data: string): Tapped {
  const fields = new Map<string, string>()
  for (const field of data.slice(0, mostData).split('&')) {
    const at = field.indexOf('=')
    if (at > 0) fields.set(field.slice(0, at), unescaped(field.slice(at + 1)))
  }
  const value: Tapped['value'] = {}
  for (const part of parts) {
    const text = fields.get(names[part])
    if (text !== undefined) value[part] = text
  }
  const isOurs = fields.get('v') === '1' && ('choice' in value || 'do' in value || 'faq' in value)
  return isOurs ? { value, label: fields.get('t') ?? '' } : { value: { choice: '' }, label: '' }
}

function escaped(text: string): string {
  return text.toWellFormed().replace(/[%&]/g, encodeURIComponent)
}

function unescaped(text: string): string {
  return text.replace(/%(25|26)/gi, decodeURIComponent)
}
