import type { LineApi } from './lineApi.ts'

/** A group or room that the bot was taken into. */
export interface Group {
  group: string
  isRoom: boolean
  token: string | undefined
}

/** Takes the bot out of groups, with one polite sentence each. */
export class LineGroups {
  readonly #api: LineApi
  readonly #refusal: () => string
  readonly #leaving = new Map<string, Promise<void>>()

  constructor(api: LineApi, refusal: () => string) {
    this.#api = api
    this.#refusal = refusal
  }

  leave(group: Group): void {
    if (this.#leaving.has(group.group)) return
    const left = this.#leave(group).finally(() => this.#leaving.delete(group.group))
    this.#leaving.set(group.group, left)
  }

  /** Resolves when none is being left. */
  async idle(): Promise<void> {
    await Promise.all(this.#leaving.values())
  }

  async #leave({ group, isRoom, token }: Group): Promise<void> {
    if (token) {
      const messages = [{ type: 'text', text: this.#refusal() }]
      await this.#api.call({
        path: '/v2/bot/message/reply',
        body: { replyToken: token, messages },
        within: 8000,
      })
    }
    const path = `/v2/bot/${isRoom ? 'room' : 'group'}/${encodeURIComponent(group)}/leave`
    await this.#api.call({ path, within: 8000 })
  }
}
