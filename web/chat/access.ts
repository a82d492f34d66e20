import { asObject, asText } from './activity.ts'
import { resumeKey } from './resume.ts'
import type { Drawer, Rim, WebAnswer } from './rim.ts'
import type { Lang } from './words.ts'

/** The server could not be asked, or could not answer now; trying again later may do. */
export class Unreachable extends Error {
  /** Milliseconds that the server wants to be left alone. */
  readonly after: number

  constructor(message: string, after = 0) {
    super(message)
    this.after = after
  }
}

interface Session {
  conversationId: string
  token: string
  /** On the rim's clock. */
  renewAt: number
}

interface Parts {
  rim: Rim
  drawer: Drawer
  lang(): Lang
  /** Called when requests go to another conversation than before; `fresh` when it has just been made. */
  onConversation(id: string, fresh: boolean): void
}

/** Speaks for one conversation: gets its token, renews it in time, and after a refusal once more. */
export class Access {
  readonly #parts: Parts
  #session: Session | undefined
  #opening: Promise<Session> | undefined
  #conversation = ''

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The conversation that requests go to; empty before the first one. */
  get conversation(): string {
    return this.#conversation
  }

  /** Whether this device has had a conversation before. */
  get known(): boolean {
    return this.#parts.drawer.getItem(resumeKey) !== null
  }

  /** Makes this device forget its conversation. */
  forget(): void {
    this.#parts.drawer.removeItem(resumeKey)
    this.#session = undefined
    this.#conversation = ''
  }

  /** Asks below the conversation's address; throws Unreachable on a network failure, 429 and 5xx. */
  async request(method: 'GET' | 'POST', tail: string, body?: object): Promise<WebAnswer> {
    for (let attempt = 1; ; attempt++) {
      const session = await this.#current()
      const path = `/v3/directline/conversations${tail.replace('{id}', encodeURIComponent(session.conversationId))}`
      const answer = await this.#ask(method, path, body, session.token)
      const isRefused = answer.status === 401 || answer.status === 403 || answer.status === 404
      if (!isRefused || attempt === 2) return answer
      // Another request may have renewed it meanwhile; its token is then as good as a new one.
      if (this.#session === session) this.#session = undefined
      // The server does not know the conversation any more: this device begins anew.
      if (answer.status === 404) this.#parts.drawer.removeItem(resumeKey)
    }
  }

  async #current(): Promise<Session> {
    const session = this.#session
    if (session && this.#parts.rim.now() < session.renewAt) return session
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #open(): Promise<Session> {
    const { rim, drawer, lang } = this.#parts
    const resume = drawer.getItem(resumeKey)
    const asked = { locale: lang(), ...(resume ? { resume } : {}) }
    let answer = await this.#ask('POST', '/widget/session', asked)
    if (answer.status >= 400 && resume) {
      drawer.removeItem(resumeKey)
      answer = await this.#ask('POST', '/widget/session', { locale: lang() })
    }
    if (answer.status !== 200) throw new Unreachable(`/widget/session answered ${answer.status}`)
    const given = asObject(await answer.json())
    const lifetime = typeof given.expires_in === 'number' ? given.expires_in : 0
    const session = {
      conversationId: asText(given.conversationId),
      token: asText(given.token),
      renewAt: rim.now() + lifetime * 800,
    }
    if (asText(given.resume)) drawer.setItem(resumeKey, asText(given.resume))
    this.#session = session
    this.#announce(session.conversationId, resume === null)
    return session
  }

  #announce(conversation: string, isFirst: boolean): void {
    if (conversation === this.#conversation) return
    const fresh = isFirst || this.#conversation !== ''
    this.#conversation = conversation
    this.#parts.onConversation(conversation, fresh)
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: object, token?: string): Promise<WebAnswer> {
    const headers: Record<string, string> = {}
    if (token) headers.authorization = `Bearer ${token}`
    if (body) headers['content-type'] = 'application/json'
    const request = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) }
    const answer = await this.#parts.rim.fetch(path, request).catch((error: unknown) => {
      throw new Unreachable(`${method} ${path} got no answer: ${error}`)
    })
    if (answer.status === 429 || answer.status >= 500) {
      throw new Unreachable(`${method} ${path} answered ${answer.status}`, (answer.retryAfter ?? 0) * 1000)
    }
    return answer
  }
}
