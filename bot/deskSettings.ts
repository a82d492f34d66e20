import { z } from 'zod'
import { guarded, text } from './setting.ts'

/** Who may come to the agents' desk, and how long what was said is kept. */
export interface DeskSettings {
  /** Undefined: accounts with passwords only. */
  readonly oidc: OidcSettings | undefined
  /** Conversations untouched for longer are deleted. */
  readonly retentionDays: number
  /** Whether a start makes the link for the first administrator: of several processes only one should. */
  readonly welcomes: boolean
}

/** The bank's OpenID Connect provider, and which of its groups may do what. */
export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string
  /** The claim with somebody's groups, e.g. `groups` or `realm_access.roles`. */
  readonly roleClaim: string
  /** The group that each role of the desk needs. */
  readonly roles: { readonly agent: string; readonly supervisor: string; readonly admin: string }
}

/** All or none. */
export const oidcNames = ['DESK_OIDC_ISSUER', 'DESK_OIDC_CLIENT_ID', 'DESK_OIDC_CLIENT_SECRET'] as const

/** What each of the desk's variables may hold. */
export const deskVariables = {
  DESK_OIDC_ISSUER: guarded,
  DESK_OIDC_CLIENT_ID: z.string().optional(),
  DESK_OIDC_CLIENT_SECRET: z.string().optional(),
  DESK_OIDC_SCOPE: text(
    'openid profile email',
    (value) => value.split(' ').includes('openid'),
    'it must be words with spaces between them, one of them openid',
  ),
  DESK_OIDC_ROLE_CLAIM: z.string().default('roles'),
  DESK_OIDC_ROLES: text(
    'agent=agent,supervisor=supervisor,admin=admin',
    (value) => readRoles(value) !== undefined,
    'it must name a group for each role, e.g. agent=helpdesk,supervisor=helpdesk-leads,admin=it',
  ).transform((value) => readRoles(value) ?? { agent: '', supervisor: '', admin: '' }),
  RETENTION_DAYS: text(
    '90',
    (value) => /^[1-9]\d{0,3}$/.test(value) && Number(value) <= 3650,
    'it must be a whole number of days from 1 to 3650',
  ).transform(Number),
  DESK_WELCOME: text('on', (value) => value === 'on' || value === 'off', 'it must be on or off').transform(
    (value) => value === 'on',
  ),
}

type Settings = z.output<z.ZodObject<typeof deskVariables>>

/** The desk as its variables set it up. */
export function toDesk(settings: Settings): DeskSettings {
  return {
    oidc: toOidc(settings),
    retentionDays: settings.RETENTION_DAYS,
    welcomes: settings.DESK_WELCOME,
  }
}

function toOidc(settings: Settings): OidcSettings | undefined {
  const {
    DESK_OIDC_ISSUER: issuer,
    DESK_OIDC_CLIENT_ID: clientId,
    DESK_OIDC_CLIENT_SECRET: clientSecret,
  } = settings
  if (!issuer || !clientId || !clientSecret) return undefined
  const { DESK_OIDC_SCOPE: scope, DESK_OIDC_ROLE_CLAIM: roleClaim, DESK_OIDC_ROLES: roles } = settings
  return { issuer, clientId, clientSecret, scope, roleClaim, roles }
}

/** `agent=…,supervisor=…,admin=…`; undefined when one is missing, unknown or there twice. */
function readRoles(value: string): OidcSettings['roles'] | undefined {
  const pairs = value.split(',').map((pair) => pair.split('=').map((part) => part.trim()))
  const { agent, supervisor, admin } = Object.fromEntries(pairs)
  const isWhole = pairs.length === 3 && pairs.every((pair) => pair.length === 2)
  return isWhole && agent && supervisor && admin ? { agent, supervisor, admin } : undefined
}
