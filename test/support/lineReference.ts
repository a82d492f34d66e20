type Fields = Record<string, unknown>

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const count = (text: unknown) => (typeof text === 'string' ? [...graphemes.segment(text)].length : -1)
const units = (text: unknown, least: number, most: number) =>
  typeof text === 'string' && text.length >= least && text.length <= most

/** What the reference says of messages, written down apart from the bot's own rules. */
export function problemsOf(messages: unknown): string[] {
  if (!Array.isArray(messages) || messages.length < 1 || messages.length > 5) return ['messages: 1 to 5']
  const wrong: string[] = []
  const must = (holds: boolean, what: string) => holds || wrong.push(what)
  const action = (given: Fields | undefined, most: number) => {
    if (!given) return must(false, 'action')
    must(count(given.label) >= 1 && count(given.label) <= most, `label "${given.label}"`)
    if (given.type === 'postback') {
      must(units(given.data, 1, 300), 'data')
      must(given.displayText === undefined || count(given.displayText) <= 300, 'displayText')
      must(given.text === undefined, 'text beside displayText')
    } else if (given.type === 'message')
      must(count(given.text) >= 1 && count(given.text) <= 300, 'text of an action')
    else if (given.type === 'uri') {
      const { uri, altUri } = given as { uri?: string; altUri?: { desktop?: string } }
      for (const each of [uri, ...(altUri ? [altUri.desktop] : [])])
        must(units(each, 1, 1000) && /^(https?|line|tel):[!-~]+$/.test(each as string), 'uri')
    } else if (given.type === 'clipboard') must(units(given.clipboardText, 1, 1000), 'clipboardText')
    else must(false, `action ${given.type}`)
  }
  const kinds: Record<string, (part: Fields) => void> = {
    bubble: ({ header, body, footer }) => {
      for (const box of [header, body, footer]) if (box) component(box as Fields)
      must(body !== undefined, 'body')
    },
    box: ({ contents, layout, action: tap }) => {
      must(['horizontal', 'vertical', 'baseline'].includes(layout as string), 'layout')
      must(Array.isArray(contents), 'contents')
      if (tap) action(tap as Fields, 40)
      for (const inner of (contents as Fields[]) ?? []) component(inner)
    },
    text: ({ text }) => must(units(text, 1, 2000), 'text of a component'),
    button: ({ action: tap, style }) => {
      must(['primary', 'secondary', 'link'].includes(style as string), 'style')
      action(tap as Fields, 40)
    },
  }
  const component = (part: Fields) => {
    const check = kinds[part.type as string]
    if (check) check(part)
    else must(false, `component ${part.type}`)
  }
  for (const message of messages as Fields[]) {
    if (message.type === 'text') must(units(message.text, 1, 5000), 'text')
    else if (message.type === 'flex') {
      must(units(message.altText, 1, 1500), 'altText')
      must(Buffer.byteLength(JSON.stringify(message.contents)) <= 30_000, 'bubble of 30 KB')
      component(message.contents as Fields)
    } else must(false, `message ${message.type}`)
    const { items } = (message.quickReply ?? {}) as { items?: { type?: string; action?: Fields }[] }
    if (message.quickReply) must(!!items && items.length >= 1 && items.length <= 13, 'quickReply')
    for (const item of items ?? []) {
      must(item.type === 'action', 'item')
      action(item.action, 20)
    }
    must(JSON.stringify(message).isWellFormed(), 'half a character')
  }
  return wrong
}
