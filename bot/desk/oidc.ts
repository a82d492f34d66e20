import { timingSafeEqual } from 'node:crypto'
import * as client from 'openid-client'
import type { OidcSettings } from '../deskSettings.ts'
import { isLoopback } from '../setting.ts'
import type { Sql } from '../store/sql.ts'
import { readShown } from './accounts.ts'
import { type Role, roles } from './roles.ts'
import { hashed } from './sessions.ts'

/** What the bank's identity provider has said of somebody. */
export interface Identity {
  /** Issuer and subject: no other person has both. */
  subject: string
  /** What the provider calls them; may be anything, and may change. */
  name: string
  shown: string | undefined
  /** The highest role that the settings map one of their groups to. */
  role: Role | undefined
}

/** Why somebody who came back from the identity provider was not let in. */
export type OidcRefusal = 'unavailable' | 'expired' | 'declined' | 'invalid'

/** Log-on by OpenID Connect: authorization code, PKCE, state and nonce. */
export interface Oidc {
  /** Where to send the browser, and what it must keep in a cookie until it comes back. */
  start(): Promise<{ url: URL; browser: string } | { refused: OidcRefusal }>
  /** Reads what the browser has brought back; a state is good once, for ten minutes, in the browser that began. */
  finish(url: URL, browser: string | undefined): Promise<Identity | { refused: OidcRefusal }>
}

export interface OidcParts {
  settings: OidcSettings
  publicUrl: string
  sql: Sql
  clock: () => Date
  /** Hears why, in the library's own words. */
  onError: (error: unknown) => void
}

const begunFor = 10 * 60 * 1000
/** Somebody waits in front of the screen. */
const patienceSeconds = 5

/** Speaks with the identity provider of DESK_OIDC_ISSUER; nothing is asked of it before the first log-on. */
export function openOidc({ settings, publicUrl, sql, clock, onError }: OidcParts): Oidc {
  const callback = `${publicUrl}/desk/oidc/callback`
  const now = () => clock().getTime()
  let found: Promise<client.Configuration> | undefined
  const provider = () => {
    found ??= discover(settings).catch((error) => {
      // Asked again at the next log-on: it may only have been asleep.
      found = undefined
      throw error
    })
    return found
  }

  return {
    async start() {
      try {
        const config = await provider()
        const [state, nonce, verifier, browser] = [0, 1, 2, 3].map(() => client.randomState()) as Four
        await sql.run('DELETE FROM desk_oidc WHERE expires_at <= ?', [now()])
        await sql.run(
          'INSERT INTO desk_oidc (state_hash, browser_hash, nonce, verifier, expires_at) VALUES (?, ?, ?, ?, ?)',
          [hashed(state), hashed(browser), nonce, verifier, now() + begunFor],
        )
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: callback,
          scope: settings.scope,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        })
        return { url, browser }
      } catch (error) {
        onError(error)
        return { refused: 'unavailable' }
      }
    },
    async finish(url, browser) {
      const state = url.searchParams.get('state') ?? ''
      const spent = 'DELETE FROM desk_oidc WHERE state_hash = ? AND expires_at > ? RETURNING *'
      const [begun] = await sql.all(spent, [hashed(state), now()])
      if (!begun || !browser || !isSame(hashed(browser), String(begun.browser_hash)))
        return { refused: 'expired' }
      if (url.searchParams.has('error')) return { refused: 'declined' }
      try {
        const config = await provider()
        const back = new URL(callback + url.search)
        const tokens = await client.authorizationCodeGrant(config, back, {
          expectedState: state,
          expectedNonce: String(begun.nonce),
          pkceCodeVerifier: String(begun.verifier),
          idTokenExpected: true,
        })
        return toIdentity(tokens.claims() ?? {}, settings)
      } catch (error) {
        onError(error)
        return { refused: 'invalid' }
      }
    },
  }
}

type Four = [string, string, string, string]

async function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  const url = new URL(issuer)
  const isOurs = url.protocol === 'http:' && isLoopback(url.hostname)
  const config = await client.discovery(url, clientId, undefined, client.ClientSecretBasic(clientSecret), {
    timeout: patienceSeconds,
    // The settings let plain http through for this machine only.
    execute: isOurs ? [client.allowInsecureRequests] : [],
  })
  // The signature counts, not only that the token came over TLS.
  client.enableNonRepudiationChecks(config)
  return config
}

function toIdentity(claims: Record<string, unknown>, settings: OidcSettings): Identity {
  const { iss, sub, preferred_username: name, email } = claims
  const held = claimAt(claims, settings.roleClaim)
  const groups = (Array.isArray(held) ? held : [held]).filter((one) => typeof one === 'string')
  return {
    subject: `${iss} ${sub}`,
    name: [name, email, sub].find((one): one is string => typeof one === 'string') ?? '',
    shown: typeof claims.name === 'string' ? readShown(claims.name) : undefined,
    role: roles.findLast((role) => groups.includes(settings.roles[role])),
  }
}

/** `groups`, or as Keycloak has it `realm_access.roles`; a name with dots in it is looked for first. */
function claimAt(claims: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  let value: unknown = claims
  for (const name of path.split('.')) {
    const isInside = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    value = isInside ? (value as Record<string, unknown>)[name] : undefined
  }
  return value
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
