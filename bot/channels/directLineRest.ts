import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { readJson } from '../body.ts'
import type { Config } from '../config.ts'
import type { Rates } from '../limits.ts'
import type { Logger } from '../log.ts'
import { HttpError, type HttpRequest, type Route } from '../route.ts'
import type { Accepted, Inbound, Store } from '../store/index.ts'
import { withTranscripts } from '../transcript.ts'
import type { Turns } from '../turns.ts'
import type { Access } from './directLineAccess.ts'
import { joined, letActivityIn, noFiles, shown, stamped } from './directLineActivity.ts'
import { type Credentials, type Holder, lifetime, randomId } from './directLineTokens.ts'

/** The path that all calls begin with. */
export const root = '/v3/directline'

const here = `${root}/conversations/:id`
const page = 100
/** Milliseconds: customers are told within two seconds that it cannot be stored now. */
const mostStoring = 1500
const smallBody = 8 * 1024
const activityBody = 64 * 1024

const member = z
  .object({
    id: z
      .string()
      .regex(/^[\w.@:-]{1,100}$/)
      .optional(),
  })
  .optional()
const opening = z.object({ user: member, locale: z.string().max(35).nullish() })
const generating = z.object({ user: member, trustedOrigins: z.array(z.string()).max(20).optional() })

interface RestParts {
  store: Store
  turns: Pick<Turns, 'accept'>
  config: Config
  log: Logger
  clock: () => number
  rates: Rates
  credentials: Credentials
  access: Access
  onTyping?: (conversation: string) => void
}

/** The calls of Direct Line 3.0, one method each. */
export class DirectLineRest {
  readonly #parts: RestParts

  constructor(parts: RestParts) {
    this.#parts = parts
  }

  /** A store that others share may answer late; one of our own cannot be waited for anyway. */
  routes(): Route[] {
    const within = this.#parts.store.isShared() ? mostStoring : undefined
    return this.#routes().map((route) => ({ ...route, within }))
  }

  #routes(): Route[] {
    const cors = true
    const upgradeOnly = () => {
      throw new HttpError(426, 'UpgradeRequired', 'This address speaks WebSocket', { Upgrade: 'websocket' })
    }
    return [
      {
        method: 'POST',
        path: `${root}/tokens/generate`,
        cors,
        maxBody: smallBody,
        handle: (r) => this.#generate(r),
      },
      {
        method: 'POST',
        path: `${root}/tokens/refresh`,
        cors,
        maxBody: smallBody,
        handle: (r) => this.#refresh(r),
      },
      {
        method: 'POST',
        path: `${root}/conversations`,
        cors,
        maxBody: smallBody,
        handle: (r) => this.#start(r),
      },
      { method: 'GET', path: here, cors, handle: (r) => this.#reconnect(r) },
      { method: 'GET', path: `${here}/activities`, cors, handle: (r) => this.#read(r) },
      {
        method: 'POST',
        path: `${here}/activities`,
        cors,
        maxBody: activityBody,
        handle: (r) => this.#post(r),
      },
      { method: 'POST', path: `${here}/upload`, cors, maxBody: 256 * 1024, handle: (r) => this.#upload(r) },
      { method: 'GET', path: `${here}/stream`, cors, handle: upgradeOnly },
      { method: 'GET', path: `${root}/session/getsessionid`, cors, handle: (r) => this.#sessionId(r) },
    ]
  }

  /** A token for a conversation that has not begun; only for the holder of the secret. */
  async #generate(request: HttpRequest) {
    const { access, config, rates } = this.#parts
    if (!access.hasSecret(request))
      throw new HttpError(403, 'BadSecret', 'Tokens are made with DIRECT_LINE_SECRET, which must be set here')
    await rates.conversation(request.ip)
    const { user, trustedOrigins } = shaped(generating, request)
    if (
      trustedOrigins?.some((origin) => !config.widgetOrigins.includes(origin) && origin !== config.ownOrigin)
    )
      throw new HttpError(400, 'OriginNotAllowed', 'Every trusted origin must also be one of WIDGET_ORIGINS')
    return this.#answer(200, newHolder(user?.id, trustedOrigins))
  }

  async #refresh(request: HttpRequest) {
    return this.#answer(200, await this.#parts.access.holder(request))
  }

  async #start(request: HttpRequest) {
    const { access, rates, store, clock } = this.#parts
    await rates.conversation(request.ip)
    const { user, locale } = shaped(opening, request)
    const holder = access.hasSecret(request) ? newHolder(user?.id) : await access.holder(request)
    const { conversation } = holder
    await this.#available(() => store.open(conversation, 'directline'))
    const { seen } = await this.#accept({
      channel: 'directline',
      // Event ids are unique in the channel, so the conversation is part of them.
      eventId: `${conversation}/start`,
      conversation,
      activity: joined(holder, locale, clock()),
      logged: false,
    })
    return this.#answer(seen ? 200 : 201, holder, { request, watermark: 0 })
  }

  async #reconnect(request: HttpRequest) {
    const holder = await this.#present(request)
    return this.#answer(200, holder, { request, watermark: watermarkOf(request.url) })
  }

  async #read(request: HttpRequest) {
    const { conversation } = await this.#present(request)
    const after = watermarkOf(request.url)
    const { store } = this.#parts
    const entries = await this.#available(async () =>
      withTranscripts(store, conversation, await store.activities(conversation, after, page)),
    )
    const activities = entries
      .filter(({ activity }) => activity.type !== 'typing')
      .map((entry) => shown(entry, conversation))
    return { status: 200, body: { activities, watermark: String(entries.at(-1)?.seq ?? after) } }
  }

  async #post(request: HttpRequest) {
    const holder = await this.#present(request)
    const { conversation } = holder
    const activity = letActivityIn(readJson(request))
    if (activity.type === 'typing') {
      this.#parts.onTyping?.(conversation)
      return { status: 200, body: { id: randomId() } }
    }
    await this.#parts.rates.message(conversation)
    // Who is in the conversation is told by the server alone.
    if (activity.type === 'conversationUpdate') return { status: 200, body: { id: randomId() } }
    const { activityId } = await this.#accept({
      channel: 'directline',
      // A client that heard no answer sends the same id again: the event is the same one.
      eventId: `${conversation}/${activity.channelData?.clientActivityID ?? randomUUID()}`,
      conversation,
      activity: stamped(activity, holder, this.#parts.clock()),
      logged: activity.type === 'message',
    })
    return { status: 200, body: { id: activityId } }
  }

  async #upload(request: HttpRequest): Promise<never> {
    await this.#present(request)
    throw noFiles()
  }

  /** Only sign-in cards need it, and we have none; clients ask all the same. */
  async #sessionId(request: HttpRequest) {
    await this.#parts.access.holder(request)
    return { status: 200, body: { sessionId: randomId() } }
  }

  /** The holder of a token for the conversation in the path, which must have begun. */
  async #present(request: HttpRequest): Promise<Holder> {
    const { access, store } = this.#parts
    const holder = await access.holder(request, request.params.id)
    const found = await this.#available(() => store.conversation(holder.conversation))
    if (!found) throw new HttpError(404, 'ConversationNotFound', 'The conversation has not been started')
    return holder
  }

  async #answer(status: number, holder: Holder, stream?: { request: HttpRequest; watermark: number }) {
    const { credentials } = this.#parts
    const { conversation } = holder
    const token = await credentials.issue('token', holder)
    const body = { conversationId: conversation, token, expires_in: lifetime('token') }
    if (!stream) return { status, body }
    const url = new URL(`${root}/conversations/${conversation}/stream`, stream.request.url)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    url.searchParams.set('watermark', String(stream.watermark))
    url.searchParams.set('t', await credentials.issue('ticket', holder))
    return { status, body: { ...body, streamUrl: url.href } }
  }

  #accept(inbound: Inbound): Promise<Accepted> {
    return this.#available(() => this.#parts.turns.accept(inbound))
  }

  /** What the store cannot do now is said before anything is acknowledged; the client tries again. */
  async #available<T>(asked: () => Promise<T>): Promise<T> {
    try {
      return await asked()
    } catch (err) {
      this.#parts.log.error({ event: 'directline.unavailable', err })
      throw new HttpError(503, 'Unavailable', 'The conversation cannot be reached now', {
        'Retry-After': '2',
      })
    }
  }
}

function newHolder(user: string | undefined, origins?: string[]): Holder {
  return {
    conversation: randomId(),
    user: user ?? `dl_${randomId()}`,
    ...(origins?.length ? { origins } : {}),
  }
}

/**
 * Where the client has read to: a sequence number; nothing, and the `-` of the real service, mean the beginning.
 * Throws HttpError 400 for anything else.
 */
export function watermarkOf(url: URL): number {
  const text = url.searchParams.get('watermark') ?? ''
  if (text === '' || text === '-') return 0
  if (!/^\d{1,15}$/.test(text)) throw new HttpError(400, 'BadWatermark', 'The watermark is not one of ours')
  return Number(text)
}

/** The body in the shape asked for, or an empty one; the real service also takes `User.Id`, and so do its clients. */
function shaped<S extends z.ZodType>(schema: S, request: HttpRequest): z.output<S> {
  const body = request.body.length === 0 ? {} : readJson(request)
  const read = schema.safeParse(lowered(body))
  if (!read.success) throw new HttpError(400, 'BadArgument', 'The body does not have the shape asked for')
  return read.data
}

function lowered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.charAt(0).toLowerCase() + key.slice(1), lowered(inner)]),
  )
}
