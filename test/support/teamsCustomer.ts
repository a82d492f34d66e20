import { randomUUID } from 'node:crypto'
import type { Running } from './kaijo.ts'
import { appId, type Forgery, type Posted, type TeamsStandIn } from './teamsStandIn.ts'

/** A button as somebody sees it. */
export interface TeamsButton {
  title: string
  // biome-ignore lint/suspicious/noExplicitAny: the action as it was sent
  action: any
}

const bot = { id: `28:${appId}`, name: 'Kaijo' }

/** Somebody who writes in Teams: what their client and Microsoft's servers make of it reaches the bot. */
export class TeamsCustomer {
  readonly id: string
  readonly #kaijo: Pick<Running, 'url' | 'store' | 'turns'>
  readonly #standIn: TeamsStandIn
  readonly #locale: string | undefined
  readonly #kind: string
  #read = 0

  constructor(
    kaijo: Pick<Running, 'url' | 'store' | 'turns'>,
    standIn: TeamsStandIn,
    {
      locale,
      kind = 'personal',
      id = `a:${randomUUID()}`,
    }: { locale?: string; kind?: string; id?: string } = {},
  ) {
    this.#kaijo = kaijo
    this.#standIn = standIn
    this.#locale = locale
    this.#kind = kind
    this.id = id
  }

  /** An activity as Teams sends it. */
  activity(more: object): Record<string, unknown> {
    return {
      id: randomUUID(),
      channelId: 'msteams',
      serviceUrl: this.#standIn.serviceUrl,
      timestamp: new Date().toISOString(),
      from: { id: `29:${this.id}`, name: '山田 花子', aadObjectId: randomUUID() },
      recipient: bot,
      conversation: { id: this.id, conversationType: this.#kind, tenantId: 'a-tenant' },
      channelData: { tenant: { id: 'a-tenant' } },
      ...(this.#locale && { locale: this.#locale }),
      ...more,
    }
  }

  async post(activity: object, forgery?: Forgery): Promise<Response> {
    return this.postWith(`Bearer ${await this.#standIn.token(forgery)}`, activity)
  }

  postWith(authorization: string | undefined, activity: object): Promise<Response> {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
    return fetch(`${this.#kaijo.url}/api/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify(activity),
    })
  }

  /** The bot is installed, as Teams says it: twice. */
  async install(): Promise<Posted[]> {
    await this.post(this.activity({ type: 'conversationUpdate', membersAdded: [bot] }))
    await this.post(this.activity({ type: 'installationUpdate', action: 'add' }))
    return this.hear()
  }

  async say(text: string, more: object = {}): Promise<Posted[]> {
    await this.post(this.activity({ type: 'message', text, textFormat: 'plain', ...more }))
    return this.hear()
  }

  /** Writes while others write, too: sends again when the machine is too busy, and waits for the answer's first part. */
  async writes(text: string): Promise<void> {
    const before = this.#standIn.count(this.id)
    const activity = this.activity({ type: 'message', text, textFormat: 'plain' })
    while ((await this.post(activity)).status === 503);
    await this.#standIn.until(() => this.#standIn.count(this.id) > before)
  }

  /** Presses a button; gives what the card turns into. */
  // biome-ignore lint/suspicious/noExplicitAny: the card as it was answered
  async press({ action }: TeamsButton): Promise<any> {
    const value = { action: { type: action.type, title: action.title, verb: action.verb, data: action.data } }
    const answer = await this.post(
      this.activity({ type: 'invoke', name: 'adaptiveCard/action', value: { ...value, trigger: 'manual' } }),
    )
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const invoked: any = await answer.json()
    if (invoked.type === 'application/vnd.microsoft.card.adaptive') this.#standIn.draws(invoked.value)
    return invoked
  }

  /** Presses a button in a client that does not know Action.Execute. */
  async submit({ action }: TeamsButton): Promise<Posted[]> {
    const { msteams } = action.fallback.data
    await this.post(this.activity({ type: 'message', text: msteams.text, value: msteams.value }))
    return this.hear()
  }

  /** What the bot has sent since the last time, when all it said has arrived. */
  async hear(): Promise<Posted[]> {
    await this.#kaijo.turns.idle()
    const log = await this.#kaijo.store.activities(`teams:${this.id}`, 0, 10_000)
    const said = log.filter(({ activity }) => activity.from?.role === 'bot').length
    await this.#standIn.until(() => this.#standIn.in(this.id).length >= said)
    const heard = this.#standIn.in(this.id).slice(this.#read)
    this.#read += heard.length
    return heard
  }
}

/** Everything to press on the messages, in order. */
export function buttonsOf(messages: Posted[]): TeamsButton[] {
  return messages.flatMap(({ body }) =>
    (body.attachments ?? []).flatMap(({ content }: never) => actions(content)),
  )
}

/** All words of the messages as somebody reads them. */
export function wordsOf(messages: Posted[]): string {
  return messages
    .flatMap(({ body }) => [
      body.text ?? '',
      ...(body.attachments ?? []).flatMap(({ content }: never) => texts(content)),
    ])
    .filter(Boolean)
    .join('\n')
}

function actions(part: unknown): TeamsButton[] {
  if (typeof part !== 'object' || part === null) return []
  const { type, title } = part as { type?: string; title?: string }
  if (type?.startsWith('Action.'))
    return type === 'Action.Execute' ? [{ title: title ?? '', action: part }] : []
  return Object.values(part).flatMap(actions)
}

function texts(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return []
  if (Array.isArray(part)) return part.flatMap(texts)
  const { type, title, value, text, url } = part as Record<string, string>
  const own = type === 'Action.OpenUrl' ? [title, url] : type ? [text] : [title, value]
  const inner = Object.entries(part).flatMap(([name, more]) =>
    name === 'fallback' || name === 'data' ? [] : texts(more),
  )
  // What is written with a backslash for Markdown is read without it.
  return [...own.filter((words): words is string => typeof words === 'string').map(unescaped), ...inner]
}

function unescaped(words: string): string {
  return words.replace(/\\([\\`*_[\].])/g, '$1')
}
