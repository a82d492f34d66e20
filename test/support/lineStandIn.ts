import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { messagingApi } from '@line/bot-sdk'

export type Message = messagingApi.Message
type Fields = Record<string, unknown>

/** How a call goes wrong, once: before LINE has taken it, or after. */
export type Fault =
  | '500 before'
  | '500 after'
  | 'hang'
  | 'hang after'
  | 'reset after'
  | 'bad json'
  | '429'
  | '401'
  | 'content'

/** What LINE has been asked. */
export interface Call {
  path: string
  body: Fields
  retryKey: string | undefined
  status: number | string
}

/** One delivery to a customer. */
export interface Delivered {
  to: string
  by: 'reply' | 'push'
  messages: Message[]
}

/** A LINE of ours, as strict as the reference: tokens work once and for a minute, keys once, limits hold. */
export interface LineStandIn {
  url: string
  /** What makes the bot speak to it. */
  env: Record<string, string>
  calls: Call[]
  delivered: Delivered[]
  /** Told of each delivery, for those who count time. */
  onDelivered?: (one: Delivered) => void
  /** What LINE should never have been sent; always empty, and `end` throws it. */
  invalid: string[]
  /** Used for the next calls whose path ends so. */
  faults: Map<string, Fault[]>
  /** Whether it answers for this user only when released. */
  stuck: Map<string, Promise<void>>
  quota: { type: 'limited' | 'none'; value: number; used: number }
  profiles: Map<string, string>
  /** What is set in the console, and whether LINE's trial of it succeeds. */
  webhook: { endpoint: string; active: boolean; works: boolean }
  /** Moves its clock on, in milliseconds. */
  age(ms: number): void
  /** An event as LINE makes it, with a new token. */
  event(user: string, more: Fields): Fields
  /** Signs and sends a webhook to the bot. */
  post(
    bot: string,
    events: unknown,
    more?: { secret?: string; headers?: Record<string, string> },
  ): Promise<Response>
  /** Sends bytes with their right signature. */
  postRaw(bot: string, body: Buffer, headers?: Record<string, string>): Promise<Response>
  /** All that a customer got, oldest first; it grows. */
  got(user: string): readonly Delivered[]
  /** The newest messages of a customer. */
  last(user: string): Message[]
  end(): Promise<void>
}

const secret = 'stand-in-channel-secret'
const token = 'stand-in-channel-access-token'

/** Starts it on a free port of this machine. */
export async function standInForLine(): Promise<LineStandIn> {
  const tokens = new Map<string, { to: string; at: number; isUsed: boolean }>()
  const keys = new Map<string, { body: string; requestId: string }>()
  let skew = 0
  const now = () => Date.now() + skew
  const held = new Set<ServerResponse>()
  const byUser = new Map<string, Delivered[]>()
  const deliver = (one: Delivered) => {
    self.delivered.push(one)
    const before = byUser.get(one.to)
    if (before) before.push(one)
    else byUser.set(one.to, [one])
    self.onDelivered?.(one)
  }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const self: LineStandIn = {
    url,
    env: { LINE_CHANNEL_SECRET: secret, LINE_CHANNEL_ACCESS_TOKEN: token, LINE_API_BASE_URL: url },
    calls: [],
    delivered: [],
    invalid: [],
    faults: new Map(),
    stuck: new Map(),
    quota: { type: 'none', value: 0, used: 0 },
    profiles: new Map(),
    webhook: { endpoint: '', active: true, works: true },
    age(ms) {
      skew += ms
    },
    event(user, more) {
      const replyToken = randomBytes(16).toString('hex')
      tokens.set(replyToken, { to: user, at: now(), isUsed: false })
      return {
        mode: 'active',
        timestamp: now(),
        source: { type: 'user', userId: user },
        webhookEventId: randomUUID(),
        deliveryContext: { isRedelivery: false },
        replyToken,
        ...more,
      }
    },
    post(bot, events, { secret: key = secret, headers } = {}) {
      const body = Buffer.from(JSON.stringify({ destination: 'Ubot', events }))
      return send(bot, body, key, headers)
    },
    postRaw: (bot, body, headers) => send(bot, body, secret, headers),
    got: (user) => byUser.get(user) ?? [],
    last: (user) => self.got(user).at(-1)?.messages ?? [],
    async end() {
      for (const response of held) response.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      const { invalid } = self
      if (invalid.length > 0) throw new Error(`LINE was sent what it does not take:\n${invalid.join('\n')}`)
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const text = Buffer.concat(parts).toString()
    const path = new URL(request.url ?? '/', url).pathname
    const body = (text && path !== '/oauth2/v3/token' ? JSON.parse(text) : {}) as Fields
    const retryKey = request.headers['x-line-retry-key'] as string | undefined
    const call: Call = { path, body, retryKey, status: 'open' }
    self.calls.push(call)
    const requestId = randomUUID()
    const say = (status: number, told: object | string = {}, headers: Record<string, string> = {}) => {
      call.status = status
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-line-request-id': requestId,
        ...headers,
      })
      response.end(typeof told === 'string' ? told : JSON.stringify(told))
    }
    const fault = [...self.faults].find(([end]) => path.endsWith(end))?.[1].shift()
    if (fault === '500 before') return say(500, { message: 'Internal server error' })
    if (fault === '429') return say(429, { message: 'The API rate limit has been exceeded.' })
    if (fault === '401') return say(401, { message: 'Authentication failed' })
    if (fault === 'content')
      return say(400, {
        message: 'The request body has 1 error(s)',
        details: [{ message: 'bad', property: 'messages[0]' }],
      })
    if (fault === 'hang') {
      call.status = fault
      held.add(response)
      return
    }
    await self.stuck.get((body.to as string) ?? tokens.get(body.replyToken as string)?.to ?? '')
    const [status, told, headers] = take(path, body, retryKey, request, requestId)
    if (status < 300 && fault) {
      call.status = fault
      if (fault === '500 after') return say(500, { message: 'Internal server error' })
      if (fault === 'reset after') return void request.socket.resetAndDestroy()
      if (fault === 'hang after') return void held.add(response)
      return say(200, '{"sentMessages": [')
    }
    say(status, told, headers)
  }

  type Answer = [status: number, told?: object, headers?: Record<string, string>]

  function take(
    path: string,
    body: Fields,
    retryKey: string | undefined,
    request: IncomingMessage,
    requestId: string,
  ): Answer {
    if (path === '/oauth2/v3/token')
      return [200, { access_token: token, expires_in: 900, token_type: 'Bearer' }]
    if (request.headers.authorization !== `Bearer ${token}`)
      return [401, { message: 'Authentication failed' }]
    if (path === '/v2/bot/message/reply') return takeReply(body, retryKey)
    if (path === '/v2/bot/message/push') return takePush(body, retryKey, requestId)
    if (path === '/v2/bot/chat/loading/start') return [202]
    if (path === '/v2/bot/message/quota') return [200, { type: self.quota.type, value: self.quota.value }]
    if (path === '/v2/bot/message/quota/consumption') return [200, { totalUsage: self.quota.used }]
    const { endpoint, active, works } = self.webhook
    if (path === '/v2/bot/channel/webhook/endpoint') return endpoint ? [200, { endpoint, active }] : [404]
    if (path === '/v2/bot/channel/webhook/test')
      return [
        200,
        { success: works, statusCode: works ? 200 : 401, reason: works ? 'OK' : 'ERROR_STATUS_CODE' },
      ]
    if (path === '/v2/bot/info')
      return [
        200,
        { userId: 'Ubot', basicId: '@kaijo', displayName: 'Kaijo', chatMode: 'bot', markAsReadMode: 'auto' },
      ]
    if (path.startsWith('/v2/bot/profile/')) {
      const user = decodeURIComponent(path.slice('/v2/bot/profile/'.length))
      return [200, { userId: user, displayName: user, language: self.profiles.get(user) ?? 'ja' }]
    }
    if (/^\/v2\/bot\/(group|room)\/[\w-]+\/leave$/.test(path)) return [200]
    return [404, { message: 'Not found' }]
  }

  function takeReply(body: Fields, retryKey: string | undefined): Answer {
    if (retryKey !== undefined) return [400, { message: 'The retry key is not accepted here' }]
    const wrong = problemsOf(body.messages)
    if (wrong.length > 0) return invalid(wrong)
    const known = tokens.get(body.replyToken as string)
    if (!known || known.isUsed || now() - known.at > 60_000) return [400, { message: 'Invalid reply token' }]
    known.isUsed = true
    deliver({ to: known.to, by: 'reply', messages: body.messages as Message[] })
    return [200, { sentMessages: [] }]
  }

  function takePush(body: Fields, retryKey: string | undefined, requestId: string): Answer {
    if (typeof body.to !== 'string') return [400, { message: 'The property, to, is invalid' }]
    if (retryKey !== undefined && !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(retryKey))
      return [400, { message: 'The retry key is invalid' }]
    const wrong = problemsOf(body.messages)
    if (wrong.length > 0) return invalid(wrong)
    const before = retryKey && keys.get(retryKey)
    if (before) {
      if (before.body !== JSON.stringify(body)) self.invalid.push('another body with the same retry key')
      const headers = { 'x-line-accepted-request-id': before.requestId }
      return [409, { message: 'The retry key is already accepted', sentMessages: [] }, headers]
    }
    if (self.quota.type === 'limited' && self.quota.used >= self.quota.value)
      return [429, { message: 'You have reached your monthly limit.' }]
    self.quota.used++
    if (retryKey) keys.set(retryKey, { body: JSON.stringify(body), requestId })
    deliver({ to: body.to, by: 'push', messages: body.messages as Message[] })
    return [200, { sentMessages: [] }]
  }

  function invalid(wrong: string[]): Answer {
    self.invalid.push(...wrong)
    const details = wrong.map((message) => ({ message, property: 'messages' }))
    return [400, { message: `The request body has ${wrong.length} error(s)`, details }]
  }

  return self
}

function send(
  bot: string,
  body: Buffer,
  key: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const signature = createHmac('sha256', key).update(body).digest('base64')
  return fetch(`${bot}/line/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-line-signature': signature, ...headers },
    body: new Uint8Array(body),
  })
}

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

/** Everything a customer can read in these messages. */
export function readable(messages: readonly Message[]): string {
  const found: string[] = []
  const walk = (part: unknown) => {
    if (Array.isArray(part)) for (const inner of part) walk(inner)
    else if (typeof part === 'object' && part !== null) {
      const { type, text, action, label } = part as Fields
      if (type === 'text' && typeof text === 'string') found.push(text)
      if (type === 'button') found.push(((action as Fields).label as string) ?? '')
      for (const [name, inner] of Object.entries(part))
        if (name !== 'quickReply' && name !== 'action') walk(inner)
      void label
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

/** Waits until it holds; the test's own time-out ends a wait in vain. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}
