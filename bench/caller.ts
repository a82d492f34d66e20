import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { Connection } from './connection.ts'
import { secret } from './servers.ts'
import { type Press, pressed } from './walk.ts'

const root = '/v3/directline'

/** One customer at the real Direct Line endpoint: posts a press, and hears on the stream what has been committed. */
export class Caller {
  readonly #connection: Connection
  readonly #walk: readonly Press[]
  #conversation = ''
  #token = ''
  #stream: WebSocket | undefined
  #walks = 1
  #next = 0
  #heard: { place: string; resolve: () => void } | undefined

  constructor(port: number, walk: readonly Press[]) {
    this.#connection = new Connection(port)
    this.#walk = walk
  }

  /** Starts the conversation and its stream. */
  async open(): Promise<void> {
    const { token } = await this.#call(`${root}/tokens/generate`, {}, secret)
    const { conversationId, streamUrl } = await this.#call(`${root}/conversations`, {}, token as string)
    this.#token = token as string
    this.#conversation = conversationId as string
    const stream = new WebSocket(streamUrl as string, { perMessageDeflate: false })
    this.#stream = stream
    stream.on('message', (data: Buffer) => this.#hear(data))
    await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject))
  }

  /** One guided turn: resolves when the press was acknowledged and the step it leads to was delivered. */
  async turn(): Promise<void> {
    const press = this.#walk[this.#next] as Press
    const activity = { ...pressed(press, this.#walks), channelData: { clientActivityID: randomUUID() } }
    // Only the bot's buttons carry the step it asks now; our own press, echoed, carries the step before.
    const delivered = new Promise<void>((resolve) => {
      this.#heard = { place: `"step":"${press.leadsTo}"`, resolve }
    })
    await this.#call(`${root}/conversations/${this.#conversation}/activities`, activity, this.#token)
    await delivered
    this.#next = (this.#next + 1) % this.#walk.length
    if (this.#next === 0) this.#walks++
  }

  close(): void {
    this.#stream?.terminate()
    this.#connection.close()
  }

  async #call(path: string, body: unknown, token: string): Promise<Record<string, unknown>> {
    const answer = await this.#connection.post(path, body, token)
    if (answer.status >= 300) throw new Error(`POST ${path} was answered ${answer.status}: ${answer.body}`)
    return JSON.parse(answer.body)
  }

  #hear(data: Buffer): void {
    const heard = this.#heard
    if (!heard || !data.includes(heard.place)) return
    this.#heard = undefined
    heard.resolve()
  }
}
