import type { LineApi } from './lineApi.ts'

/** What the waiting needs. */
export interface LineWaitingParts {
  api: LineApi
  /** "I am checking", and a button that asks for the result. */
  busy: (locale: string) => object
  /** Whether something is still to be answered, or to be sent. */
  isOpen: (conversation: string) => Promise<boolean>
  /** Milliseconds until the dots are shown, and until the token is used while it still works. */
  patience?: { dots: number; token: number }
}

/** Whom to console. */
export interface Waiter {
  user: string
  conversation: string
  token: string
  locale: string
}

/** LINE shows the dots for so long, or until the answer comes. */
const loadingSeconds = 20
/** LINE takes a token for a minute only. */
const usual = { dots: 1000, token: 45_000 }

/** Shows a customer whose answer takes long that it is coming. */
export class LineWaiting {
  readonly #parts: LineWaitingParts
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** Tokens that were used up to say "I am checking". */
  readonly #spent = new Set<string>()

  constructor(parts: LineWaitingParts) {
    this.#parts = parts
  }

  /** Begins; gives how to end it when the event turns out to be known already. */
  watch(waiter: Waiter): () => void {
    const { token } = waiter
    if (this.#timers.has(token)) return () => {}
    const { dots, token: late } = this.#parts.patience ?? usual
    this.#after(token, dots, () => {
      this.#after(token, late - dots, () => this.#sayBusy(waiter))
      return this.#showDots(waiter)
    })
    return () => this.#stop(token)
  }

  /** The answer is about to be sent; false when its token has been used. */
  settle(token: string): boolean {
    this.#stop(token)
    return !this.#spent.has(token)
  }

  close(): void {
    for (const token of [...this.#timers.keys()]) this.#stop(token)
  }

  async #showDots({ user, conversation, token }: Waiter): Promise<void> {
    if (!(await this.#parts.isOpen(conversation))) return this.#stop(token)
    const body = { chatId: user, loadingSeconds }
    await this.#parts.api.call({ path: '/v2/bot/chat/loading/start', body, within: 3000 })
  }

  async #sayBusy({ conversation, token, locale }: Waiter): Promise<void> {
    this.#stop(token)
    if (!(await this.#parts.isOpen(conversation))) return
    this.#remember(token)
    const body = { replyToken: token, messages: [this.#parts.busy(locale)] }
    await this.#parts.api.call({ path: '/v2/bot/message/reply', body, within: 8000 })
  }

  #remember(token: string): void {
    if (this.#spent.size >= 1000) this.#spent.delete(this.#spent.values().next().value as string)
    this.#spent.add(token)
  }

  #after(token: string, ms: number, act: () => Promise<void>): void {
    const failed = () => this.#stop(token)
    this.#timers.set(token, setTimeout(() => void act().catch(failed), ms).unref())
  }

  #stop(token: string): void {
    clearTimeout(this.#timers.get(token))
    this.#timers.delete(token)
  }
}
