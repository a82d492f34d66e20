import type { Audit } from '../../unlock/index.ts'
import type { Config } from '../config.ts'
import type { Keys } from '../keys.ts'
import type { Logger } from '../log.ts'
import type { Route } from '../route.ts'
import { makeDeskTables } from '../store/deskTables.ts'
import { openSql, type Sql } from '../store/sql.ts'
import { accessRoutes } from './accessRoutes.ts'
import { accountRoutes } from './accountRoutes.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import { createAttempts } from './attempts.ts'
import { type Audited, createAudited } from './audited.ts'
import { createGuard, type Guard } from './guard.ts'
import { createLogon } from './logon.ts'
import { openOidc } from './oidc.ts'
import { createPasswords } from './passwords.ts'
import { openSessions, type Sessions } from './sessions.ts'
import { openWelcome } from './welcome.ts'

/** Who may come to the desk: what the desk's other parts make their routes with. */
export interface Access {
  sql: Sql
  guard: Guard
  sessions: Sessions
  accounts: Accounts
  audited: Audited
  /** Log-on, log-off, one-time links and accounts. */
  routes: Route[]
  /** The one-time link of the first admin, for 15 minutes; undefined when there is an account. */
  welcome: string | undefined
  close(): Promise<void>
}

export interface AccessPlace {
  config: Pick<Config, 'storageUrl' | 'publicUrl' | 'ownOrigin' | 'desk'>
  keys: Keys
  audit: Pick<Audit, 'write'>
  clock: () => Date
  log: Pick<Logger, 'warn'>
}

/** Opens the desk's tables beside the store, which must be open already, and whatever stands at the desk's door. */
export async function openAccess({ config, keys, audit, clock, log }: AccessPlace): Promise<Access> {
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
  const attempts = createAttempts()
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
  const first = await welcome.first()

  return {
    sql,
    guard,
    sessions,
    accounts,
    audited,
    routes: [
      ...accessRoutes({ guard, sessions, accounts, passwords, attempts, logon, welcome, oidc, audited }),
      ...accountRoutes({ guard, accounts, sessions, welcome, audited, publicUrl }),
    ],
    welcome: first && `${publicUrl}/desk#welcome=${first}`,
    async close() {
      sessions.close()
      await sql.close()
    },
  }
}
