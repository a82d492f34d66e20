import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { messagingApi } from '@line/bot-sdk'
import { problemsOf } from './lineReference.ts'

export { LineCustomer } from './lineCustomer.ts'
export { until } from './until.ts'

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
