import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type DeskSettings, deskVariables, oidcNames, toDesk } from './deskSettings.ts'
import { type Limits, limitVariables, toLimits } from './limitSettings.ts'
import { type LineSettings, lineNames, lineVariables, toLine } from './lineSettings.ts'
import {
  type Environment,
  isOrigin,
  isRange,
  list,
  missingTogether,
  optional,
  port,
  text,
} from './setting.ts'
import { type TeamsSettings, teamsNames, teamsVariables, toTeams } from './teamsSettings.ts'
import { toUnlock, type UnlockSettings, unlockProblems, unlockVariables } from './unlockSettings.ts'

/** What the environment says, checked once and frozen. */
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
  readonly unlock: UnlockSettings | undefined
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
const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

const schema = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: port(3978),
  HOST: text(
    '127.0.0.1',
    (value) => /^[A-Za-z0-9.:_-]+$/.test(value),
    'it must be a host name or an address without a port, e.g. 0.0.0.0',
  ),
  STORAGE_URL: text(
    'sqlite:./data/kaijo.db',
    (value) => /^(sqlite:.+|postgres(ql)?:\/\/[^/]+\/.+)$/.test(value),
    'it must be sqlite: and a file, e.g. sqlite:./data/kaijo.db, or the address of a PostgreSQL, e.g. postgres://user:password@host/database',
  ),
  CONTENT_DIR: z.string().default(fileURLToPath(new URL('../content', import.meta.url))),
  BANK: text(
    'osaka-city',
    (value) => /^[a-z0-9-]+$/.test(value),
    'it must be the id of a profile in content/banks: small letters, digits and hyphens',
  ),
  PUBLIC_URL: optional(
    (value) => isOrigin(value.replace(/\/$/, '')),
    'it must be scheme and host only, e.g. https://chat.bank.example',
  ),
  DIRECT_LINE_SECRET: optional(
    (value) => /^[\x21-\x7e]{32,1024}$/.test(value),
    'it needs 32 or more, ASCII without spaces. Make one: openssl rand -hex 32',
  ),
  WIDGET_ORIGINS: list(
    isOrigin,
    'each entry must be an exact origin, e.g. https://www.bank.example, separated by commas',
  ),
  TRUSTED_PROXIES: list(isRange, 'each entry must be an address or a range, e.g. 10.0.0.0/8'),
  SANDBOX_PORT: port(3979),
  LINK_KEY_FILE: z.string().default('./data/link.key'),
  AUDIT_DIR: z.string().optional(),
  LOG_LEVEL: text('info', (value) => levels.includes(value), `it must be one of ${levels.join(', ')}`),
  DRAIN_SECONDS: text(
    '0',
    (value) => /^\d{1,3}$/.test(value) && Number(value) <= 300,
    'it must be a whole number of seconds from 0 to 300',
  ).transform(Number),
  ...unlockVariables,
  ...teamsVariables,
  ...lineVariables,
  ...deskVariables,
  ...limitVariables,
})

type Settings = z.output<typeof schema>

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
  problems.push(...unlockProblems(given))
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
    unlock: toUnlock(settings),
    sandboxPort: settings.SANDBOX_PORT,
    linkKeyFile: settings.LINK_KEY_FILE,
    auditDir: settings.AUDIT_DIR ?? dirname(settings.LINK_KEY_FILE),
    trustedProxies: settings.TRUSTED_PROXIES,
    logLevel: settings.LOG_LEVEL,
    teams: toTeams(settings),
    line: toLine(settings),
    drainMs: settings.DRAIN_SECONDS * 1000,
    desk: toDesk(settings),
    limits: toLimits(settings),
  }
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
