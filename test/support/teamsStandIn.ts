import type { KeyObject } from 'node:crypto'
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JWTPayload, SignJWT } from 'jose'
import { openServerAuthority } from '../../unlock/sandbox/authority.ts'
import { parserFindings, shapeOf, typeFindings } from './microsoftCards.ts'
import { cardSchema, messageSchema } from './teamsSchema.ts'
import { trust } from './trust.ts'

/** What the connector was sent. */
export interface Posted {
  conversation: string
  authorization: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: tests look wherever they like into what was sent
  body: any
}

/** How a token differs from a good one. */
export interface Forgery {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: KeyObject | Uint8Array
}

type Json = (status: number, body: object, headers?: object) => void

export const appId = '11111111-2222-3333-4444-555555555555'
const password = 'the-client-secret-of-the-stand-in'
const tenantId = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const issuer = 'https://api.botframework.com'

/**
 * The Bot Framework and Teams' connector on loopback, over TLS with a certificate made for this run: OpenID metadata,
 * signing keys with their endorsements, the login that gives bearer tokens, and the connector, which is strict: it looks
 * over every card and every message, and `close` throws what Teams should never have been sent.
 */
export class TeamsStandIn {
  readonly posted: Posted[] = []
  /** The conversations in which the dots were shown, each time. */
  readonly typing: string[] = []
  /** Every request of any path, `POST /path`. */
  readonly asked: string[] = []
  /** Statuses for the next posts, before they are taken; `lose` takes it and cuts the connection. */
  readonly faults: (number | 'lose')[] = []
  /** Messages are taken only when it resolves. */
  held: Promise<void> | undefined
  /** Told of each message taken, for those who count time. */
  onPosted: ((post: Posted) => void) | undefined
  readonly bearers = new Set<string>()
  readonly key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  readonly unendorsed = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  readonly #server: Server
  readonly #dir: string
  readonly #in = new Map<string, Posted[]>()
  /** One card of each shape that was ever sent. */
  readonly #cards = new Map<string, object>()
  /** What was wrong, each with the last card or message that had it. */
  readonly #wrong = new Map<string, object>()
  #good: Promise<string> | undefined
  #waiting: (() => void)[] = []
  #ids = 0

  private constructor(tls: { key: string; cert: string }, dir: string) {
    this.#dir = dir
    this.#server = createServer(tls, (request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<TeamsStandIn> {
    const dir = mkdtempSync(join(tmpdir(), 'kaijo-teams-'))
    const authority = await openServerAuthority(dir, ['localhost'], new Date())
    trust(authority.pem)
    const standIn = new TeamsStandIn(authority.own, dir)
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve))
    return standIn
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  get serviceUrl(): string {
    return `${this.url}/teams/`
  }

  /** What a process of its own needs besides, to believe this one's certificate. */
  get trust(): Record<string, string> {
    return { NODE_EXTRA_CA_CERTS: join(this.#dir, 'ca.crt') }
  }

  /** The certificate of its authority, which another process must believe (`NODE_EXTRA_CA_CERTS`). */
  get authorityFile(): string {
    return join(this.#dir, 'ca.crt')
  }

  /** What Kaijo must be started with to speak with this one. */
  get env(): Record<string, string> {
    return {
      MicrosoftAppId: appId,
      MicrosoftAppPassword: password,
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: tenantId,
      ToBotFromChannelOpenIdMetadataUrl: `${this.url}/.well-known/openidconfiguration`,
      ToChannelFromBotLoginUrl: `${this.url}/${tenantId}`,
    }
  }

  /** A token as the Bot Framework signs it, which is good for an hour, or one that differs. */
  token(forgery?: Forgery): Promise<string> {
    if (forgery) return this.#sign(forgery)
    this.#good ??= this.#sign({})
    return this.#good
  }

  #sign({ claims = {}, header = {}, key = this.key }: Forgery): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const good = { iss: issuer, aud: appId, serviceurl: this.serviceUrl, nbf: now - 10, exp: now + 3600 }
    const payload = Object.fromEntries(
      Object.entries({ ...good, ...claims }).filter(([, value]) => value !== undefined),
    )
    return new SignJWT(payload as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'teams', ...header })
      .sign(key)
  }

  /** The messages that a conversation was sent. */
  in(conversation: string): Posted[] {
    return [...(this.#in.get(conversation) ?? [])]
  }

  /** How many they are. */
  count(conversation: string): number {
    return this.#in.get(conversation)?.length ?? 0
  }

  /** Resolves when it holds; looks again with each message taken. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** A client draws this card: by Kaijo's own subset and by Microsoft's parser now, by Microsoft's types with `close`. */
  draws(card: object): void {
    this.#cards.set(shapeOf(card), card)
    const ours = cardSchema.safeParse(card).error?.issues.map(({ path, message }) => `${path}: ${message}`)
    for (const finding of [...(ours ?? []), ...parserFindings(card)]) this.#wrong.set(finding, card)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    rmSync(this.#dir, { recursive: true })
    const seen = [...this.#wrong].map(([finding, where]) => `${finding}\n${JSON.stringify(where)}`)
    const typed = await typeFindings([...this.#cards.values()])
    const once = new Map(typed.map((finding) => [finding.split('\n', 1)[0], finding]))
    const wrong = [...seen, ...once.values()]
    if (wrong.length > 0) throw new Error(`Teams was sent what it does not take:\n${wrong.join('\n')}`)
  }

  async #answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', this.url)
    this.asked.push(`${request.method} ${pathname}`)
    let text = ''
    for await (const part of request) text += part
    const json = (status: number, body: object, headers = {}) => {
      // In two steps: restify, in the same process, changes what Node's own writeHead gives back.
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(body))
    }
    if (pathname === '/.well-known/openidconfiguration')
      return json(200, { issuer, jwks_uri: `${this.url}/keys` })
    if (pathname === '/keys') return json(200, { keys: this.#keys() })
    if (pathname === `/${tenantId}/oauth2/v2.0/token`) return this.#login(text, json)
    const conversation = /^\/teams\/v3\/conversations\/([^/]+)\/activities$/.exec(pathname)?.[1]
    if (request.method !== 'POST' || !conversation) return json(404, {})
    await this.held
    this.#take(decodeURIComponent(conversation), request, text, response, json)
  }

  #take(
    conversation: string,
    { headers: { authorization } }: IncomingMessage,
    text: string,
    response: ServerResponse,
    json: Json,
  ) {
    if (!this.bearers.has((authorization ?? '').replace('Bearer ', ''))) return json(401, {})
    const body = JSON.parse(text)
    // A slow machine may see the dots at any time; they count for nothing else.
    if (body.type === 'typing') {
      this.typing.push(conversation)
      json(201, { id: `1:${++this.#ids}` })
      for (const wake of this.#waiting.splice(0)) wake()
      return
    }
    this.#looksOver(body)
    const fault = this.faults.shift()
    if (typeof fault === 'number') return json(fault, {}, fault === 429 ? { 'retry-after': '1' } : {})
    if (Buffer.byteLength(text) > 28 * 1024) return json(413, {})
    const post = { conversation, authorization, body }
    this.posted.push(post)
    this.#in.set(conversation, [...this.in(conversation), post])
    this.onPosted?.(post)
    if (fault === 'lose') response.destroy()
    else json(201, { id: `1:${++this.#ids}` })
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #looksOver({ channelId, serviceUrl, from, recipient, conversation, ...message }: Posted['body']) {
    const [card] = message.attachments ?? []
    if (card) this.draws(card.content)
    const { error } = messageSchema.safeParse(message)
    if (error) this.#wrong.set(error.message, message)
  }

  #login(text: string, json: Json) {
    const { grant_type, client_id, client_secret, scope } = Object.fromEntries(new URLSearchParams(text))
    const isRight =
      grant_type === 'client_credentials' &&
      client_id === appId &&
      client_secret === password &&
      scope === `${issuer}/.default`
    if (!isRight) return json(401, { error: 'invalid_client' })
    const bearer = randomUUID()
    this.bearers.add(bearer)
    json(200, { token_type: 'Bearer', expires_in: 3600, access_token: bearer })
  }

  #keys(): object[] {
    const of = (key: KeyObject) => createPublicKey(key).export({ format: 'jwk' })
    return [
      { ...of(this.key), kid: 'teams', endorsements: ['msteams'] },
      { ...of(this.unendorsed), kid: 'elsewhere', endorsements: ['skype'] },
    ]
  }
}
