/** Any part of a payload, whatever the channel. */
type Part = Record<string, unknown>

/** A payload as lines of text: what stands there to read, `[ to press ]`, and `( pictures )`. */
export function drawn(channel: string, payload: unknown): string[] {
  if (channel === 'console') return String(payload).replace(/\n> $/, '').trim().split('\n')
  if (channel === 'Direct Line') return directLine(payload as Part)
  return (channel === 'LINE' ? line : teams)(payload as Part)
}

function directLine({ text, attachments, suggestedActions }: Part): string[] {
  const [card] = (attachments ?? []) as { content: Part }[]
  const { actions = [] } = (suggestedActions ?? {}) as { actions?: Part[] }
  const body = card ? boxed('Adaptive Card', element(card.content)) : String(text).split('\n')
  return [...body, ...actions.map(button)]
}

function teams({ text, attachments }: Part): string[] {
  const [card] = (attachments ?? []) as { content: Part }[]
  return card ? boxed('Adaptive Card', element(card.content)) : String(text).split('\n')
}

/** An element of an Adaptive Card. */
function element(part: Part): string[] {
  const inside = (name: string) => ((part[name] ?? []) as Part[]).flatMap(element)
  switch (part.type) {
    case 'TextBlock':
      return String(part.text).split('\n')
    case 'Image':
      return [`( ${part.altText} )`]
    case 'FactSet':
      return (part.facts as Part[]).map(({ title, value }) => `${title}  ${value}`)
    case 'TableRow':
      return [
        `| ${(part.cells as Part[]).map((cell) => (cell.items as Part[]).flatMap(element).join(' ')).join(' | ')} |`,
      ]
    case 'Action.OpenUrl':
    case 'Action.Execute':
      return [button(part)]
    default:
      return [...inside('body'), ...inside('items'), ...inside('rows'), ...inside('actions')]
  }
}

function line({ type, text, contents, quickReply }: Part): string[] {
  const { items = [] } = (quickReply ?? {}) as { items?: { action: Part }[] }
  const quick = items.length > 0 ? [`< ${items.map(({ action }) => action.label).join(' > < ')} >`] : []
  return [...(type === 'text' ? String(text).split('\n') : boxed('Flex', flex(contents as Part))), ...quick]
}

/** A component of a Flex message. */
function flex(part: Part): string[] {
  if (part.type === 'button') return [button((part.action as Part) ?? {})]
  if (part.type === 'text') return String(part.text).split('\n')
  if (part.type === 'image') return ['( picture )']
  const parts: Part[] = ['header', 'hero', 'body', 'footer'].flatMap((name) =>
    part[name] ? [part[name] as Part] : [],
  )
  return [...parts, ...((part.contents ?? []) as Part[])].flatMap(flex)
}

function button({ title, label }: Part): string {
  return `[ ${title ?? label} ]`
}

function boxed(name: string, lines: string[]): string[] {
  return [`┌─ ${name}`, ...lines.map((one) => `│ ${one}`), '└─']
}
