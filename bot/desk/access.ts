import type { Words } from '../../locales/index.ts'
import type { Audit } from '../../unlock/index.ts'
import type { Config } from '../config.ts'
import type { Keys } from '../keys.ts'
import type { Logger } from '../log.ts'
import type { Route } from '../route.ts'
import { makeDeskTables } from '../store/deskTables.ts'
import type { Store } from '../store/index.ts'
import { openSql, type SqlConnection } from '../store/sql.ts'
import { type Counting, countHere, countTogether } from '../tries.ts'
import { accessRoutes } from './accessRoutes.ts'
import { accountRoutes } from './accountRoutes.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import { createAttempts } from './attempts.ts'
import { type Audited, createAudited } from './audited.ts'
import { createGuard, type Guard } from './guard.ts'
import { keepingRoutes } from './keepingRoutes.ts'
import { createLogon } from './logon.ts'
import { openOidc } from './oidc.ts'
import { createPasswords } from './passwords.ts'
import { createRetention } from './retention.ts'
import { openSessions, type Sessions } from './sessions.ts'
import { openWelcome } from './welcome.ts'

/** Who may come to the desk: what the desk's other parts make their routes with. */
export interface Access {
  sql: SqlConnection
  guard: Guard
  sessions: Sessions
  accounts: Accounts
  audited: Audited
  /** How tries are counted that nobody may have too many of: by all processes together. */
  counting: Counting
  /** Log-on, log-off, one-time links, accounts; to export, print and erase conversations. */
  routes: Route[]
  /** The one-time link of the first admin, for 15 minutes; undefined when there is an account. */
  welcome: string | undefined
  close(): Promise<void>
}

export interface AccessPlace {
  config: Pick<Config, 'storageUrl' | 'publicUrl' | 'ownOrigin' | 'desk'>
  keys: Keys
  audit: Pick<Audit, 'write'>
  store: Store
  /** Asked anew each time: content is read again while it runs. */
  words: () => Words
  clock: () => Date
  /** The bank's. */
  timezone: () => string
  log: Pick<Logger, 'warn'>
}

/**
 * Opens the desk's tables beside the store, which must be open already, and whatever stands at the desk's door. From now
 * on what is older than RETENTION_DAYS is forgotten once an hour.
 */
export async function openAccess(place: AccessPlace): Promise<Access> {
  const { config, keys, audit, store, words, clock, timezone, log } = place
  const { publicUrl, ownOrigin, desk } = config
  const sql = openSql(config.storageUrl)
  await makeDeskTables(sql)
  const audited = createAudited(audit, clock)
  const sessions = openSessions({ sql, key: keys.derive('desk csrf'), clock })
  const onRefused = (code: string, agent?: Parameters<Audited>[0]) =>
    audited(agent, 'refused', { why: code.charAt(0).toLowerCase() + code.slice(1) })
  const guard = createGuard({ sessions, ownOrigin, onRefused })
  const accounts = openAccounts(sql, clock)
  const passwords = createPasswords(keys.derive('desk passwords'))
  const counting = store.isShared() ? countTogether(sql) : countHere
  const attempts = createAttempts(counting)
  const welcome = openWelcome({ sql, accounts, passwords, clock })
  const onError = (err: unknown) => log.warn({ event: 'desk.oidc', err })
  const oidc = desk.oidc && openOidc({ settings: desk.oidc, publicUrl, sql, clock, onError })
  const logon = createLogon({
    accounts,
    passwords,
    attempts,
    sessions,
    audited,
    key: keys.derive('desk addresses'),
  })
  const first = desk.welcomes ? await welcome.first() : undefined
  const retention = createRetention({
    store,
    sql,
    audited,
    days: desk.retentionDays,
    clock,
    onError: (err) => log.warn({ event: 'retention.failed', err }),
  })
  const keeping = await keepingRoutes({ guard, store, sql, audited, retention, words, clock, timezone })
  retention.start()

  return {
    sql,
    guard,
    sessions,
    accounts,
    audited,
    counting,
    routes: [
      ...accessRoutes({ guard, sessions, accounts, passwords, attempts, logon, welcome, oidc, audited }),
      ...accountRoutes({ guard, accounts, sessions, welcome, audited, publicUrl }),
      ...keeping,
    ],
    welcome: first && `${publicUrl}/desk#welcome=${first}`,
    async close() {
      retention.stop()
      sessions.close()
      await sql.close()
    },
  }
}
