import { isIP } from 'node:net'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** What the environment says, checked once and frozen; nothing else reads `process.env`. */
export interface Config {
  readonly production: boolean
  readonly port: number
  readonly host: string
  readonly storageUrl: string
  readonly contentDir: string
  readonly bank: string
  /** Where customers reach us, without a slash at the end; `http://localhost:PORT` when PUBLIC_URL is not set. */
  readonly publicUrl: string
  /** The origin of PUBLIC_URL; undefined when it is not set, and then the name in the address bar is believed. */
  readonly ownOrigin: string | undefined
  /** Pages of these origins may embed the widget and call Direct Line. */
  readonly widgetOrigins: readonly string[]
  readonly directLineSecret: string | undefined
  /** Undefined: the sandbox plays the bank. */
  readonly unlock:
    | {
        readonly url: string
        readonly token: string
        readonly keys: readonly string[]
        /** Where the bank's pages are, when that is not where its API is. */
        readonly linkOrigin?: string
      }
    | undefined
  readonly sandboxPort: number
  readonly linkKeyFile: string
  /** The folder of the audit log: each machine writes one of its own. */
  readonly auditDir: string
  /** Addresses or CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  readonly logLevel: string
  readonly limits: Limits
  /** How long, at the end, requests are still taken while `/readyz` says no: until a load balancer has seen it. */
  readonly drainMs: number
  /** Undefined: no Teams, and no `/api/messages`. */
  readonly teams: TeamsSettings | undefined
  /** Undefined: no LINE, and no `/line/webhook`. */
  readonly line: LineSettings | undefined
  readonly desk: DeskSettings
}

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

/** The Messaging API channel of the bank's LINE Official Account. */
export interface LineSettings {
  /** The channel secret; while it is being changed the new one, then the old one. */
  readonly secrets: readonly string[]
  readonly token: string
  /** With it short-lived tokens are issued when `token` is refused. */
  readonly channelId?: string
  /** The origin of the Messaging API. */
  readonly apiUrl: string
  /** The account's basic id, `@…`; LINE is asked for it when it is not set. */
  readonly basicId?: string
}

/** The registration of the bot for Teams, and where the Bot Framework is when it is not Microsoft's public cloud. */
export interface TeamsSettings {
  readonly appId: string
  readonly password: string
  readonly type: 'SingleTenant' | 'MultiTenant'
  readonly tenantId: string
  readonly channelService: string | undefined
  /** botbuilder's own names, as the environment has them. */
  readonly cloud: { readonly [name in (typeof cloudNames)[number]]?: string }
}

/** How much one caller may ask for; figures a minute, or at the same time. */
export interface Limits {
  readonly requestsPerAddress: number
  readonly conversationsPerAddress: number
  /** Guide numbers tried, right or wrong. */
  readonly guidesPerAddress: number
  readonly messagesPerConversation: number
  readonly socketsPerAddress: number
  readonly socketsPerConversation: number
  readonly connections: number
  /** Requests that have come whole and are being answered. */
  readonly requestsAtOnce: number
}

/** The environment cannot be used; carries every problem, each a sentence that names the variable and the mend. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`${problems.length === 1 ? 'The setting' : 'The settings'} cannot be used:\n${problems.join('\n')}`)
    this.problems = problems
  }
}

const secrets = new Set([
  'DIRECT_LINE_SECRET',
  'UNLOCK_API_TOKEN',
  'MicrosoftAppPassword',
  'LINE_CHANNEL_SECRET',
  'LINE_CHANNEL_ACCESS_TOKEN',
  'DESK_OIDC_CLIENT_SECRET',
])
const oidcNames = ['DESK_OIDC_ISSUER', 'DESK_OIDC_CLIENT_ID', 'DESK_OIDC_CLIENT_SECRET'] as const
const lineNames = ['LINE_CHANNEL_SECRET', 'LINE_CHANNEL_ACCESS_TOKEN'] as const
const teamsNames = [
  'MicrosoftAppId',
  'MicrosoftAppPassword',
  'MicrosoftAppType',
  'MicrosoftAppTenantId',
] as const
const cloudNames = [
  'ToChannelFromBotLoginUrl',
  'ToChannelFromBotOAuthScope',
  'ToBotFromChannelTokenIssuer',
  'ToBotFromChannelOpenIdMetadataUrl',
  'ToBotFromEmulatorOpenIdMetadataUrl',
  'OAuthUrl',
  'ValidateAuthority',
  'CallerId',
] as const
const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

const port = (fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((value) => /^\d{1,5}$/.test(value) && Number(value) < 65536, {
      error: 'it must be a number from 0 (any free port) to 65535',
    })
    .transform(Number)

const most = (fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((value) => /^[1-9]\d{0,8}$/.test(value), { error: 'it must be a whole number from 1' })
    .transform(Number)

const list = (holds: (entry: string) => boolean, mend: string) =>
  z
    .string()
    .default('')
    .transform((value) => value.split(/[\s,]+/).filter(Boolean))
    .refine((entries) => entries.every(holds), { error: mend })

/** Tokens go there and keys come from there: nobody on the way may read or change them. */
const guarded = z
  .string()
  .optional()
  .refine((value) => value === undefined || isGuarded(value), {
    error: 'it must be an https:// address (http:// on this machine only)',
  })

const lineOrigin = (example: string) =>
  guarded.refine((value) => value === undefined || isOrigin(value.replace(/\/$/, '')), {
    error: `it must be scheme and host only, e.g. ${example}`,
  })

/** An id of Azure; a tenant has a name of its own, too, e.g. contoso.onmicrosoft.com. */
const id = (shape: RegExp) =>
  z
    .string()
    .optional()
    .refine((value) => value === undefined || shape.test(value), {
      error: 'it must be the id as the Azure portal shows it, e.g. 00000000-0000-0000-0000-000000000000',
    })

const schema = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: port(3978),
  HOST: z
    .string()
    .default('127.0.0.1')
    .refine((value) => /^[A-Za-z0-9.:_-]+$/.test(value), {
      error: 'it must be a host name or an address without a port, e.g. 0.0.0.0',
    }),
  STORAGE_URL: z
    .string()
    .default('sqlite:./data/kaijo.db')
    .refine((value) => /^(sqlite:.+|postgres(ql)?:\/\/[^/]+\/.+)$/.test(value), {
      error:
        'it must be sqlite: and a file, e.g. sqlite:./data/kaijo.db, or the address of a PostgreSQL, e.g. postgres://user:password@host/database',
    }),
  CONTENT_DIR: z.string().default(fileURLToPath(new URL('../content', import.meta.url))),
  BANK: z
    .string()
    .default('osaka-city')
    .refine((value) => /^[a-z0-9-]+$/.test(value), {
      error: 'it must be the id of a profile in content/banks: small letters, digits and hyphens',
    }),
  PUBLIC_URL: z
    .string()
    .optional()
    .refine((value) => value === undefined || isOrigin(value.replace(/\/$/, '')), {
      error: 'it must be scheme and host only, e.g. https://chat.bank.example',
    }),
  DIRECT_LINE_SECRET: z
    .string()
    .optional()
    .refine((value) => value === undefined || /^[\x21-\x7e]{32,1024}$/.test(value), {
      error: 'it needs 32 or more, ASCII without spaces. Make one: openssl rand -hex 32',
    }),
  WIDGET_ORIGINS: list(
    isOrigin,
    'each entry must be an exact origin, e.g. https://www.bank.example, separated by commas',
  ),
  TRUSTED_PROXIES: list(isRange, 'each entry must be an address or a range, e.g. 10.0.0.0/8'),
  UNLOCK_API_URL: z
    .string()
    .optional()
    .refine((value) => value === undefined || /^https?:$/.test(URL.parse(value)?.protocol ?? ''), {
      error: 'it must be the https:// address of the unlock API, or empty for the sandbox',
    }),
  UNLOCK_API_TOKEN: z.string().optional(),
  UNLOCK_API_KEYS: list(() => true, ''),
  UNLOCK_LINK_ORIGIN: z
    .string()
    .optional()
    .refine((value) => value === undefined || (isOrigin(value) && value.startsWith('https:')), {
      error: "it must be the https origin of the bank's pages, e.g. https://www.bank.example",
    }),
  SANDBOX_PORT: port(3979),
  LINK_KEY_FILE: z.string().default('./data/link.key'),
  AUDIT_DIR: z.string().optional(),
  LOG_LEVEL: z
    .string()
    .default('info')
    .refine((value) => levels.includes(value), { error: `it must be one of ${levels.join(', ')}` }),
  MicrosoftAppId: id(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i),
  MicrosoftAppPassword: z.string().optional(),
  MicrosoftAppType: z
    .string()
    .optional()
    .refine((value) => value === undefined || /^(Single|Multi)Tenant$/i.test(value), {
      error: 'it must be SingleTenant, or MultiTenant for a bot registered as such before August 2025',
    }),
  MicrosoftAppTenantId: id(/^[\w.-]{1,100}$/),
  ChannelService: z
    .string()
    .optional()
    .refine((value) => value === undefined || value === 'https://botframework.azure.us', {
      error: 'it must be https://botframework.azure.us (the US government cloud) or empty',
    }),
  ToChannelFromBotLoginUrl: guarded,
  ToChannelFromBotOAuthScope: z.string().optional(),
  ToBotFromChannelTokenIssuer: z.string().optional(),
  ToBotFromChannelOpenIdMetadataUrl: guarded,
  ToBotFromEmulatorOpenIdMetadataUrl: guarded,
  OAuthUrl: guarded,
  ValidateAuthority: z.string().optional(),
  CallerId: z.string().optional(),
  LINE_CHANNEL_SECRET: list(
    (secret) => /^[\w-]{8,100}$/.test(secret),
    'it must be the channel secret from the LINE Developers Console; two, with a comma, while it is being changed',
  ).refine((secrets) => secrets.length <= 2, { error: 'only two count: the new one, then the old one' }),
  LINE_CHANNEL_ACCESS_TOKEN: z
    .string()
    .optional()
    .refine((value) => value === undefined || /^[\x21-\x7e]{1,1000}$/.test(value), {
      error: 'it must be a channel access token from the LINE Developers Console',
    }),
  LINE_CHANNEL_ID: z
    .string()
    .optional()
    .refine((value) => value === undefined || /^\d{1,20}$/.test(value), {
      error: 'it must be the channel ID from the LINE Developers Console: digits only',
    }),
  LINE_BASIC_ID: z
    .string()
    .optional()
    .refine((value) => value === undefined || /^@[\w.-]{1,50}$/.test(value), {
      error: 'it must be the basic ID from the LINE Official Account Manager, with its @, e.g. @123abcde',
    }),
  LINE_API_BASE_URL: lineOrigin('https://api.line.me'),
  LINE_DATA_API_BASE_URL: lineOrigin('https://api-data.line.me'),
  DESK_OIDC_ISSUER: guarded,
  DESK_OIDC_CLIENT_ID: z.string().optional(),
  DESK_OIDC_CLIENT_SECRET: z.string().optional(),
  DESK_OIDC_SCOPE: z
    .string()
    .default('openid profile email')
    .refine((value) => value.split(' ').includes('openid'), {
      error: 'it must be words with spaces between them, one of them openid',
    }),
  DESK_OIDC_ROLE_CLAIM: z.string().default('roles'),
  DESK_OIDC_ROLES: z
    .string()
    .default('agent=agent,supervisor=supervisor,admin=admin')
    .refine((value) => readRoles(value) !== undefined, {
      error: 'it must name a group for each role, e.g. agent=helpdesk,supervisor=helpdesk-leads,admin=it',
    })
    .transform((value) => readRoles(value) ?? { agent: '', supervisor: '', admin: '' }),
  RETENTION_DAYS: z
    .string()
    .default('90')
    .refine((value) => /^[1-9]\d{0,3}$/.test(value) && Number(value) <= 3650, {
      error: 'it must be a whole number of days from 1 to 3650',
    })
    .transform(Number),
  DESK_WELCOME: z
    .string()
    .default('on')
    .refine((value) => value === 'on' || value === 'off', { error: 'it must be on or off' })
    .transform((value) => value === 'on'),
  DRAIN_SECONDS: z
    .string()
    .default('0')
    .refine((value) => /^\d{1,3}$/.test(value) && Number(value) <= 300, {
      error: 'it must be a whole number of seconds from 0 to 300',
    })
    .transform(Number),
  LIMIT_REQUESTS_PER_ADDRESS: most(6000),
  LIMIT_CONVERSATIONS_PER_ADDRESS: most(600),
  LIMIT_GUIDES_PER_ADDRESS: most(5),
  LIMIT_MESSAGES_PER_CONVERSATION: most(240),
  LIMIT_SOCKETS_PER_ADDRESS: most(500),
  LIMIT_SOCKETS_PER_CONVERSATION: most(8),
  LIMIT_CONNECTIONS: most(10_000),
  LIMIT_REQUESTS_AT_ONCE: most(256),
})

type Settings = z.output<typeof schema>
type Environment = Record<string, string | undefined>

/**
 * Reads the environment; an empty variable counts as not set.
 * Throws ConfigError with every problem at once.
 */
export function readConfig(environment: Environment = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const read = schema.safeParse(given)
  const problems = (read.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0])
    return `${name} is ${shown(name, given[name])}; ${issue.message}`
  })
  problems.push(...contradictions(given))
  if (!read.success || problems.length > 0) throw new ConfigError(problems)
  return frozen(toConfig(read.data))
}

/** What only shows when several variables are looked at together. */
function contradictions(given: Environment): string[] {
  const problems: string[] = []
  if (given.UNLOCK_API_URL && !given.UNLOCK_API_TOKEN)
    problems.push('UNLOCK_API_TOKEN is not set; UNLOCK_API_URL needs it: ask the provider of the unlock API')
  if (given.UNLOCK_API_URL && !given.UNLOCK_API_KEYS)
    problems.push("UNLOCK_API_KEYS is not set; UNLOCK_API_URL needs the provider's public keys for callbacks")
  if (given.UNLOCK_LINK_ORIGIN && !given.UNLOCK_API_URL)
    problems.push(
      'UNLOCK_LINK_ORIGIN is set, and UNLOCK_API_URL is not; the sandbox knows its own pages: set both or none',
    )
  problems.push(...missingTogether(given, teamsNames, 'Teams'))
  problems.push(...missingTogether(given, lineNames, 'LINE'))
  problems.push(...missingTogether(given, oidcNames, 'Log-on by OpenID Connect'))
  if (given.NODE_ENV !== 'production') return problems
  if (!given.PUBLIC_URL)
    problems.push('PUBLIC_URL is not set; in production it must be, e.g. https://chat.bank.example')
  else if (!given.PUBLIC_URL.startsWith('https:'))
    problems.push(`PUBLIC_URL is "${given.PUBLIC_URL}"; in production it must begin with https://`)
  if (!given.UNLOCK_API_URL)
    problems.push('UNLOCK_API_URL is not set; in production the sandbox does not run, so it must be')
  else if (!given.UNLOCK_API_URL.startsWith('https:'))
    problems.push(`UNLOCK_API_URL is "${given.UNLOCK_API_URL}"; in production it must begin with https://`)
  return problems
}

/** A channel is set up as a whole or not at all: half of it would be a door without a lock. */
function missingTogether(given: Environment, names: readonly string[], channel: string): string[] {
  if (!names.some((name) => given[name])) return []
  const missing = names.filter((name) => !given[name])
  return missing.map((name) => `${name} is not set; ${channel} needs ${names.join(', ')}: all or none`)
}

function toTeams(settings: Settings): TeamsSettings | undefined {
  const { MicrosoftAppId: appId, MicrosoftAppPassword: password, MicrosoftAppTenantId: tenantId } = settings
  if (!appId || !password || !tenantId) return undefined
  const set = cloudNames.filter((name) => settings[name] !== undefined)
  return {
    appId,
    password,
    tenantId,
    type: /^single/i.test(settings.MicrosoftAppType ?? '') ? 'SingleTenant' : 'MultiTenant',
    channelService: settings.ChannelService,
    cloud: Object.fromEntries(set.map((name) => [name, settings[name]])),
  }
}

function toLine(settings: Settings): LineSettings | undefined {
  const {
    LINE_CHANNEL_SECRET: secrets,
    LINE_CHANNEL_ACCESS_TOKEN: token,
    LINE_CHANNEL_ID: channelId,
    LINE_BASIC_ID: basicId,
  } = settings
  if (secrets.length === 0 || !token) return undefined
  const apiUrl = (settings.LINE_API_BASE_URL ?? 'https://api.line.me').replace(/\/$/, '')
  return { secrets, token, apiUrl, ...(channelId && { channelId }), ...(basicId && { basicId }) }
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

function toConfig(settings: Settings): Config {
  const publicUrl = settings.PUBLIC_URL?.replace(/\/$/, '')
  return {
    production: settings.NODE_ENV === 'production',
    port: settings.PORT,
    host: settings.HOST,
    storageUrl: settings.STORAGE_URL,
    contentDir: settings.CONTENT_DIR,
    bank: settings.BANK,
    publicUrl: publicUrl ?? `http://localhost:${settings.PORT}`,
    ownOrigin: publicUrl,
    widgetOrigins: settings.WIDGET_ORIGINS,
    directLineSecret: settings.DIRECT_LINE_SECRET,
    unlock: settings.UNLOCK_API_URL
      ? {
          url: settings.UNLOCK_API_URL,
          token: settings.UNLOCK_API_TOKEN ?? '',
          keys: settings.UNLOCK_API_KEYS,
          ...(settings.UNLOCK_LINK_ORIGIN && { linkOrigin: settings.UNLOCK_LINK_ORIGIN }),
        }
      : undefined,
    sandboxPort: settings.SANDBOX_PORT,
    linkKeyFile: settings.LINK_KEY_FILE,
    auditDir: settings.AUDIT_DIR ?? dirname(settings.LINK_KEY_FILE),
    trustedProxies: settings.TRUSTED_PROXIES,
    logLevel: settings.LOG_LEVEL,
    teams: toTeams(settings),
    line: toLine(settings),
    drainMs: settings.DRAIN_SECONDS * 1000,
    desk: {
      oidc: toOidc(settings),
      retentionDays: settings.RETENTION_DAYS,
      welcomes: settings.DESK_WELCOME,
    },
    limits: {
      requestsPerAddress: settings.LIMIT_REQUESTS_PER_ADDRESS,
      conversationsPerAddress: settings.LIMIT_CONVERSATIONS_PER_ADDRESS,
      guidesPerAddress: settings.LIMIT_GUIDES_PER_ADDRESS,
      messagesPerConversation: settings.LIMIT_MESSAGES_PER_CONVERSATION,
      socketsPerAddress: settings.LIMIT_SOCKETS_PER_ADDRESS,
      socketsPerConversation: settings.LIMIT_SOCKETS_PER_CONVERSATION,
      connections: settings.LIMIT_CONNECTIONS,
      requestsAtOnce: settings.LIMIT_REQUESTS_AT_ONCE,
    },
  }
}

function isOrigin(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === value
}

function isGuarded(value: string): boolean {
  const url = URL.parse(value)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
}

/** Whether a URL's host is this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

function isRange(value: string): boolean {
  const [address = '', bits, more] = value.split('/')
  const family = isIP(address)
  if (family === 0 || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

function shown(name: string, value: string | undefined): string {
  if (value === undefined) return 'not set'
  // Addresses of other stores carry passwords.
  if (name === 'STORAGE_URL') return `"${value.replace(/:\/\/.*@/, '://…@')}"`
  // Even a wrong secret may be nearly right: only its length is told.
  return secrets.has(name) ? `${value.length} characters` : `"${value}"`
}

function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part)
  return Object.freeze(value)
}
