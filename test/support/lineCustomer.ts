import { randomBytes, randomUUID } from 'node:crypto'
import type { Delivered, LineStandIn, Message } from './lineStandIn.ts'
import { until } from './until.ts'

type Fields = Record<string, unknown>

/** Everything a customer can read in these messages. */
export function readable(messages: readonly Message[]): string {
  const found: string[] = []
  const walk = (part: unknown) => {
    if (Array.isArray(part)) for (const inner of part) walk(inner)
    else if (typeof part === 'object' && part !== null) {
      const { type, text, action } = part as Fields
      if (type === 'text' && typeof text === 'string') found.push(text)
      if (type === 'button') found.push(((action as Fields).label as string) ?? '')
      for (const [name, inner] of Object.entries(part))
        if (name !== 'quickReply' && name !== 'action') walk(inner)
    }
  }
  walk(messages)
  return found.join('\n')
}

/** What can be tapped in these messages, by its words. */
export function tappable(messages: readonly Message[]): Map<string, Fields> {
  const found = new Map<string, Fields>()
  const walk = (part: unknown) => {
    if (Array.isArray(part)) for (const inner of part) walk(inner)
    else if (typeof part === 'object' && part !== null) {
      const { action } = part as { action?: Fields }
      const words = (action?.displayText ?? action?.label) as string | undefined
      if (action && words && !found.has(words)) found.set(words, action)
      for (const inner of Object.values(part)) walk(inner)
    }
  }
  walk(messages)
  return found
}

/** A customer with LINE on the phone. */
export class LineCustomer {
  readonly line: LineStandIn
  readonly user: string
  readonly #bot: { readonly url: string }

  /** `bot` is where the webhook is; asked anew for each event, so that it may be another process each time. */
  constructor(
    line: LineStandIn,
    bot: string | { readonly url: string },
    user = `U${randomBytes(16).toString('hex')}`,
  ) {
    this.line = line
    this.user = user
    this.#bot = typeof bot === 'string' ? { url: bot } : bot
  }

  /** Writes, and waits for an answer. */
  says(text: string): Promise<string> {
    return this.sends({ type: 'message', message: { type: 'text', id: randomUUID(), text } })
  }

  /** Taps what says so in the newest messages. */
  taps(words: string): Promise<string> {
    const action = tappable(this.line.last(this.user)).get(words)
    if (!action)
      throw new Error(
        `"${words}" is not among: ${[...tappable(this.line.last(this.user)).keys()].join(', ')}`,
      )
    return this.presses(action)
  }

  presses(action: Fields): Promise<string> {
    if (action.type === 'message') return this.says(action.text as string)
    return this.sends({ type: 'postback', postback: { data: action.data } })
  }

  /** Sends an event and reads the answer. */
  async sends(more: Fields): Promise<string> {
    const before = this.got.length
    const event = this.line.event(this.user, more)
    let answer = await this.line.post(this.#bot.url, [event])
    // What was not taken LINE brings again.
    for (const again = { ...event, deliveryContext: { isRedelivery: true } }; answer.status === 500; )
      answer = await this.line.post(this.#bot.url, [again])
    if (answer.status !== 200) throw new Error(`The webhook was answered with ${answer.status}`)
    await until(() => this.got.length > before)
    return this.reads
  }

  get got(): readonly Delivered[] {
    return this.line.got(this.user)
  }

  get reads(): string {
    return readable(this.line.last(this.user))
  }

  get choices(): string[] {
    return [...tappable(this.line.last(this.user)).keys()]
  }
}
