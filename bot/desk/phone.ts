import type { Route } from '../route.ts'
import type { Accounts } from './accounts.ts'
import { type CallParts, callRoutes } from './calls.ts'
import { createFinder } from './finder.ts'
import { type DeskPageParts, deskPageRoutes } from './page.ts'
import { searchRoutes } from './searchRoutes.ts'

/** What they are made of; with accounts there is a desk, and its search is built soon after the start. */
export type PhoneParts = CallParts & Omit<DeskPageParts, 'onOpened'> & { accounts: Pick<Accounts, 'list'> }

/** The page of the desk, its search, and the calls of the phone. */
export async function phoneRoutes(parts: PhoneParts): Promise<Route[]> {
  const finder = createFinder(parts.source)
  const pages = await deskPageRoutes({ ...parts, onOpened: () => finder.warm() })
  // Not before there are turns to take in between.
  if ((await parts.accounts.list()).length > 0) setTimeout(() => finder.warm(), afterStart).unref()
  return [...pages, ...searchRoutes({ ...parts, finder }), ...callRoutes(parts)]
}

const afterStart = 1000
