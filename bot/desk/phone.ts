import type { Route } from '../route.ts'
import { type CallParts, callRoutes } from './calls.ts'
import { type DeskPageParts, deskPageRoutes } from './page.ts'
import { searchRoutes } from './searchRoutes.ts'

/** The page of the desk, its search, and the calls of the phone. */
export async function phoneRoutes(parts: CallParts & DeskPageParts): Promise<Route[]> {
  return [...(await deskPageRoutes(parts)), ...searchRoutes(parts), ...callRoutes(parts)]
}
