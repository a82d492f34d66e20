import { ConfigurationBotFrameworkAuthentication } from 'botbuilder-core'
import type { AuthenticationError } from 'botframework-connector'
import { PasswordServiceClientCredentialFactory } from 'botframework-connector'
import type { Logger } from '../log.ts'
import { HttpError, type HttpRequest } from '../route.ts'
import type { TeamsSettings } from '../teamsSettings.ts'
import { cloudOf } from './teamsCloud.ts'

/** Decides whether a request comes from the Bot Framework and is meant for this bot. */
export interface TeamsAccess {
  /** The token of a request that may be one; throws HttpError 401 for what can be none. */
  token(headers: HttpRequest['headers']): string
  /** Checks the token for an activity; throws HttpError 401, or 503 when the keys cannot be fetched. */
  check(token: string, activity: { channelId: string; serviceUrl: string }): Promise<void>
}

/** The keys are fetched without a time limit of the library's own; Teams waits 15 s for our answer. */
const patience = 5000
const most = 8 * 1024
const refusals = new Set(['JsonWebTokenError', 'NotBeforeError', 'TokenExpiredError'])

/** botbuilder's own check, held to the tokens of channels: those of its emulator and of skills have no service URL. */
export function teamsAccess(settings: TeamsSettings, log: Logger): TeamsAccess {
  const cloud = cloudOf(settings)
  const { appId, password, tenantId } = settings
  const factory = new PasswordServiceClientCredentialFactory(appId, password, tenantId)
  const authentication = new ConfigurationBotFrameworkAuthentication({ ...cloud }, factory)

  return {
    token({ authorization = '' }) {
      const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/.exec(authorization) ?? []
      if (!token || token.length > most) throw unauthorized('MissingToken')
      const { iss, exp } = decoded(token.split('.')[1] ?? '')
      // Without `exp` the library would take a token for ever.
      if (iss !== cloud.ToBotFromChannelTokenIssuer || typeof exp !== 'number') throw unauthorized('BadToken')
      return token
    },
    async check(token, activity) {
      const checking = authentication.authenticateRequest(activity as never, `Bearer ${token}`)
      try {
        await inTime(checking)
      } catch (err) {
        if (isRefusal(err)) throw unauthorized('BadToken')
        log.error({ event: 'teams.keys', err })
        throw new HttpError(503, 'Unavailable', 'The token cannot be checked now', { 'Retry-After': '5' })
      }
    },
  }
}

function isRefusal(error: unknown): boolean {
  const { name, statusCode } = error as AuthenticationError
  return refusals.has(name) || statusCode === 401 || statusCode === 403
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`The keys of the Bot Framework did not come within ${patience} ms`)
    timer = setTimeout(() => reject(error), patience)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function decoded(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function unauthorized(code: string): HttpError {
  return new HttpError(401, code, 'The request needs a token of the Bot Framework for this bot', {
    'WWW-Authenticate': 'Bearer',
  })
}
