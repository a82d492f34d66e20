import type { Store } from './index.ts'
import { openPostgres } from './postgres.ts'
import { isPostgres } from './postgresPool.ts'
import { openSqlite } from './sqlite.ts'

/**
 * Opens the store that STORAGE_URL names: `sqlite:./data/kaijo.db`, or `postgres://…` for several processes.
 * `onError` hears of connections that broke while nobody waited for them.
 */
export async function openStore(url: string, onError: (error: unknown) => void = () => {}): Promise<Store> {
  if (isPostgres(url)) return openPostgres({ url, onError })
  const file = /^sqlite:(.+)$/.exec(url)?.[1]
  if (file) return openSqlite(file)
  throw new Error(`STORAGE_URL is "${url}"; it must begin with sqlite: and name a file, or with postgres://`)
}
