import { z } from 'zod'
import type { Logger } from '../log.ts'
import type { LineApi } from './lineApi.ts'

/** Who the account is to LINE; undefined until LINE has said it. */
export interface LineIdentity {
  /** The bot's own user id: the `destination` of each webhook that is meant for it. */
  readonly userId: string | undefined
  /** What customers find the account by: `@` and letters. */
  readonly basicId: string | undefined
  close(): void
}

export interface LineIdentityParts {
  api: LineApi
  log: Logger
  /** What the settings say: believed rather than LINE. */
  basicId?: string | undefined
  /** Milliseconds before each further time of asking; the last one again and again. */
  pauses?: readonly number[]
}

/** https://developers.line.biz/en/reference/messaging-api/#get-bot-info */
const info = z.object({
  userId: z.string().min(1).max(100),
  basicId: z.string().regex(/^@[\w.-]{1,50}$/),
})

/** Asks LINE in the background, so that a LINE that cannot be reached delays no start. */
export function askLineIdentity({ api, log, basicId, pauses = usual }: LineIdentityParts): LineIdentity {
  let known: z.output<typeof info> | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  async function ask(times: number): Promise<void> {
    const answer = await api.call({ method: 'GET', path: '/v2/bot/info', within: 8000 })
    if (isClosed) return
    known = 'body' in answer && answer.status === 200 ? info.safeParse(answer.body).data : undefined
    if (known) return
    log.warn({ event: 'line.anonymous', status: answer.status, attempt: times + 1 })
    const pause = pauses[Math.min(times, pauses.length - 1)]
    timer = setTimeout(() => void ask(times + 1), pause).unref()
  }

  void ask(0)
  return {
    get userId() {
      return known?.userId
    },
    get basicId() {
      return basicId ?? known?.basicId
    },
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

const usual = [10_000, 60_000, 600_000]
