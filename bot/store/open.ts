import type { Store } from './index.ts'
import { openSqlite } from './sqlite.ts'

/** Opens the store that STORAGE_URL names, e.g. `sqlite:./data/kaijo.db`. */
export function openStore(url: string): Store {
  const file = /^sqlite:(.+)$/.exec(url)?.[1]
  if (!file) throw new Error(`STORAGE_URL is "${url}"; it must begin with sqlite: and name a file`)
  return openSqlite(file)
}
