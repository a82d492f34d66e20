import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Activity } from 'botbuilder-core'
import { WebSocket } from 'ws'
import { postbackData } from '../bot/channels/linePostback.ts'
import type { LineStandIn } from '../test/support/lineStandIn.ts'
import { TeamsCustomer } from '../test/support/teamsCustomer.ts'
import type { TeamsStandIn } from '../test/support/teamsStandIn.ts'
import type { Answer } from './connection.ts'
import { type Way, within } from './loadCustomer.ts'
import type { Pool } from './loadPool.ts'
import { secret } from './servers.ts'

type Hear = (json: string | Buffer) => void

const root = '/v3/directline'
/** Milliseconds that a greeting may take on a machine that starts five hundred conversations. */
const patience = 20_000

/** The web chat: presses by Direct Line, and hears on a socket. */
export class WebWay implements Way {
  readonly channel = 'web'
  readonly #pool: Pool
  #token = ''
  #stream: WebSocket | undefined
  conversation = ''

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async open(hear: Hear): Promise<void> {
    this.#token = (await this.#call('/tokens/generate', secret)).token as string
    await this.connect(hear)
  }

  /** Opens a socket that hears all from the beginning, and closes the one before; resolves with the first that is heard. */
  async connect(hear: Hear): Promise<void> {
    const { conversationId, streamUrl } = await this.#call('/conversations', this.#token)
    this.conversation = conversationId as string
    this.close()
    const stream = new WebSocket(streamUrl as string, { perMessageDeflate: false })
    this.#stream = stream
    const opened = new Promise<void>((resolve, reject) => {
      stream.on('message', (json: Buffer) => {
        hear(json)
        resolve()
      })
      stream.once('error', reject)
    })
    await within(patience, opened, 'The greeting did not come on the socket')
  }

  press(activity: Partial<Activity>, id: string): Promise<Answer> {
    const json = JSON.stringify({ ...activity, channelData: { clientActivityID: id } })
    const path = `${root}/conversations/${this.conversation}/activities`
    return this.#pool.send(path, json, `Authorization: Bearer ${this.#token}`)
  }

  // Only the bot's buttons carry the step it asks now; our own press, echoed, carries the step before.
  mark(step: string): string {
    return `"step":"${step}"`
  }

  close(): void {
    this.#stream?.terminate()
  }

  async #call(path: string, token: string): Promise<Record<string, unknown>> {
    const { status, body } = await this.#pool.send(root + path, '{}', `Authorization: Bearer ${token}`)
    if (status >= 300) throw new Error(`POST ${path} was answered ${status}: ${body}`)
    return JSON.parse(body)
  }
}

/** Who listens to each LINE user, or Teams conversation. */
export type Listeners = Map<string, Hear>

/** LINE: signed webhooks in, replies and pushes out. */
export class LineWay implements Way {
  readonly channel = 'line'
  readonly #pool: Pool
  readonly #line: LineStandIn
  readonly #listeners: Listeners
  readonly #user = `U${randomBytes(16).toString('hex')}`

  constructor(pool: Pool, line: LineStandIn, listeners: Listeners) {
    this.#pool = pool
    this.#line = line
    this.#listeners = listeners
  }

  async open(hear: Hear): Promise<void> {
    const greeted = Promise.withResolvers<void>()
    this.#listeners.set(this.#user, (json) => {
      greeted.resolve()
      hear(json)
    })
    this.#line.profiles.set(this.#user, 'ja')
    const answer = await this.#post({ type: 'follow', follow: { isUnblocked: false } })
    if (answer.status >= 300) throw new Error(`LINE's follow was answered ${answer.status}`)
    await within(patience, greeted.promise, 'The greeting did not come to LINE')
  }

  press({ text, value }: Partial<Activity>, id: string): Promise<Answer> {
    return this.#post({ type: 'postback', postback: { data: postbackData(value, text) }, webhookEventId: id })
  }

  mark(step: string): string {
    return `s=${step}&`
  }

  close(): void {
    this.#listeners.delete(this.#user)
  }

  #post(more: Record<string, unknown>): Promise<Answer> {
    const json = JSON.stringify({ destination: 'Ubot', events: [this.#line.event(this.#user, more)] })
    const key = this.#line.env.LINE_CHANNEL_SECRET as string
    const signature = createHmac('sha256', key).update(json).digest('base64')
    return this.#pool.send('/line/webhook', json, `X-Line-Signature: ${signature}`)
  }
}

/** Teams: activities with a signed token in, posts to the connector out. */
export class TeamsWay implements Way {
  readonly channel = 'teams'
  readonly #pool: Pool
  readonly #teams: TeamsStandIn
  readonly #listeners: Listeners
  readonly #customer: TeamsCustomer
  /** Where the newest card stands in the conversation, as it says itself. */
  #card = ''

  constructor(pool: Pool, teams: TeamsStandIn, listeners: Listeners) {
    this.#pool = pool
    this.#teams = teams
    this.#listeners = listeners
    this.#customer = new TeamsCustomer({} as never, teams, { locale: 'ja-JP', id: `a:${randomUUID()}` })
  }

  async open(hear: Hear): Promise<void> {
    const greeted = Promise.withResolvers<void>()
    this.#listeners.set(this.#customer.id, (json) => {
      this.#card = /"card":"(\d+)"/.exec(String(json))?.[1] ?? this.#card
      greeted.resolve()
      hear(json)
    })
    const answer = await this.#post({ type: 'installationUpdate', action: 'add' })
    if (answer.status >= 300) throw new Error(`Teams' installation was answered ${answer.status}`)
    await within(patience, greeted.promise, 'The greeting did not come to Teams')
  }

  press({ text, value }: Partial<Activity>, id: string): Promise<Answer> {
    const data = { ...value, card: this.#card }
    const action = { type: 'Action.Execute', title: text, verb: 'press', data }
    return this.#post({
      type: 'invoke',
      name: 'adaptiveCard/action',
      value: { action, trigger: 'manual' },
      id,
    })
  }

  mark(step: string): string {
    return `"step":"${step}"`
  }

  close(): void {
    this.#listeners.delete(this.#customer.id)
  }

  async #post(more: object): Promise<Answer> {
    const json = JSON.stringify(this.#customer.activity(more))
    return this.#pool.send('/api/messages', json, `Authorization: Bearer ${await this.#teams.token()}`)
  }
}
