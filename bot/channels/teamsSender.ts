import type { Activity } from 'botbuilder-core'
import type { Words } from '../../locales/index.ts'
import { pauseAfter, type Sender } from '../delivery.ts'
import type { Logger } from '../log.ts'
import type { TeamsReference } from './teamsActivity.ts'
import { type TeamsMessage, textOnly, toTeams } from './teamsCards.ts'
import type { TeamsToken } from './teamsToken.ts'

/** What the sender needs; `call` is fetch. */
export interface TeamsSenderParts {
  token: TeamsToken
  call: typeof fetch
  log: Logger
  /** Asked anew for each message, so that new words take effect. */
  words: () => Pick<Words, 't'>
}

const patience = 10_000
const mostUnnoted = 1000
/** Teams asks for these to be sent again (Microsoft, "Optimize your bot with rate limiting"). */
const transient = new Set([401, 408, 412, 429, 500, 502, 503, 504])

/**
 * Sends what a turn said to the connector, message by message and in order. A message that the connector has taken is
 * not sent again; only a crash, or a lost answer, between its taking and our note can double that one.
 */
export function teamsSender(parts: TeamsSenderParts): Sender {
  /** How many messages of a turn were taken, for the moment in which the store cannot write that down. */
  const unnoted = new Map<number, number>()
  return {
    channel: 'teams',
    async send(out, remember) {
      const reference = out.reference as TeamsReference | undefined
      if (!reference) return 'dropped'
      const { sent: noted = 0 } = (out.note ?? {}) as { sent?: number }
      const sent = Math.max(noted, unnoted.get(out.id) ?? 0)
      for (const [i, said] of out.activities.entries()) {
        if (i < sent) continue
        const status = await tried(parts, reference, said)
        if (typeof status === 'object') return { after: status.after ?? pauseAfter(out.attempts) }
        if (status === 'gone') return 'dropped'
        if (i + 1 === out.activities.length) break
        if (unnoted.size >= mostUnnoted) unnoted.delete(unnoted.keys().next().value as number)
        unnoted.set(out.id, i + 1)
        await remember({ sent: i + 1 })
        unnoted.delete(out.id)
      }
      return 'sent'
    },
  }
}

/** Shows the dots. They are worth no second try: the answer itself may be there by then. */
export async function showTyping(
  parts: Pick<TeamsSenderParts, 'token' | 'call' | 'log'>,
  reference: TeamsReference,
): Promise<void> {
  await post(parts, reference, { type: 'typing' })
}

/** `gone`: nothing reaches this conversation any more; `refused`: this message never will, another one may. */
type Result = 'taken' | 'gone' | 'refused' | { after: number | undefined }

/** A login that refuses and a network that fails are tried again; an answer that was lost may double its message. */
async function tried(
  parts: TeamsSenderParts,
  reference: TeamsReference,
  said: Partial<Activity>,
): Promise<Result> {
  try {
    return await sendOne(parts, reference, said)
  } catch (err) {
    parts.log.error({ event: 'teams.failed', err })
    return { after: undefined }
  }
}

/** What is refused as a card is tried once more as words; what is refused even so must not hold up what comes after it. */
async function sendOne(
  parts: TeamsSenderParts,
  reference: TeamsReference,
  said: Partial<Activity>,
): Promise<Result> {
  const { t } = parts.words()
  const message = toTeams(said, (key, vars) => t(said.locale === 'en' ? 'en' : 'ja', key, vars))
  const result = await post(parts, reference, message)
  if (result !== 'refused' || !message.attachments) return result
  return post(parts, reference, textOnly(said))
}

async function post(
  { token, call, log }: Pick<TeamsSenderParts, 'token' | 'call' | 'log'>,
  reference: TeamsReference,
  message: TeamsMessage | { type: 'typing' },
): Promise<Result> {
  const { serviceUrl, conversation } = reference
  const base = serviceUrl.endsWith('/') ? serviceUrl : `${serviceUrl}/`
  const url = new URL(`v3/conversations/${encodeURIComponent(conversation.id)}/activities`, base)
  const response = await call(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token.get()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...message, ...addressed(reference) }),
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  })
  await response.body?.cancel()
  if (response.ok) return 'taken'
  log.warn({ event: 'teams.refused', status: response.status })
  if (response.status === 401) token.forget()
  if (response.status === 403 || response.status === 404) return 'gone'
  if (!transient.has(response.status)) return 'refused'
  return { after: secondsOf(response.headers.get('retry-after')) }
}

function addressed({ bot, user, conversation, serviceUrl }: TeamsReference) {
  return { channelId: 'msteams', serviceUrl, from: bot, recipient: user, conversation }
}

function secondsOf(header: string | null): number | undefined {
  const seconds = Number(header)
  return header && seconds > 0 ? Math.min(seconds, 600) * 1000 : undefined
}
