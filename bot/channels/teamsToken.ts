import { z } from 'zod'
import type { TeamsSettings } from '../teamsSettings.ts'
import { cloudOf } from './teamsCloud.ts'

/** The bearer token that the connector of Teams asks for. */
export interface TeamsToken {
  /** One that is valid for five minutes more; rejects when the login does not give one. */
  get(): Promise<string>
  /** Somebody has refused the token: the next one is a new one. */
  forget(): void
}

const margin = 5 * 60 * 1000
const answer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number() })

/**
 * Client credentials at the Microsoft identity platform (Bot Connector, "Authentication", step 1). Asked for directly:
 * the library first asks login.microsoftonline.com about any other login, and it waits without a limit.
 */
export function teamsToken(settings: TeamsSettings, clock: () => number, call: typeof fetch): TeamsToken {
  const cloud = cloudOf(settings)
  const url = `${cloud.ToChannelFromBotLoginUrl.replace(/\/$/, '')}/oauth2/v2.0/token`
  const scope = cloud.ToChannelFromBotOAuthScope.replace(/(\/\.default)?$/, '/.default')
  let kept: { token: string; until: number } | undefined
  let asking: Promise<string> | undefined

  const ask = async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: settings.appId,
      client_secret: settings.password,
      scope,
    })
    const response = await call(url, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
    const read = answer.safeParse(await response.json().catch(() => undefined))
    if (!response.ok || !read.success)
      throw new Error(
        `The login for Teams answered ${response.status}; check MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId`,
      )
    kept = { token: read.data.access_token, until: clock() + read.data.expires_in * 1000 - margin }
    return kept.token
  }

  return {
    get() {
      if (kept && kept.until > clock()) return Promise.resolve(kept.token)
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
    forget() {
      kept = undefined
    },
  }
}
