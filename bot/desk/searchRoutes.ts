import { HttpError, type Route } from '../route.ts'
import type { Finder } from './finder.ts'
import type { Guard } from './guard.ts'

export interface SearchParts {
  guard: Pick<Guard, 'deskRoute'>
  finder: Finder
}

/** More of what an agent types is not read. */
const mostLetters = 100

/** `GET /desk/api/search?q=&locale=`: answers, flows and canned responses, best first. */
export function searchRoutes({ guard, finder }: SearchParts): Route[] {
  return [
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/search',
      role: 'agent',
      async handle({ url }, agent) {
        const text = url.searchParams.get('q') ?? ''
        if (text.length > mostLetters)
          throw new HttpError(400, 'TooLong', `At most ${mostLetters} letters are searched for`)
        const customerLocale = url.searchParams.get('locale') === 'en' ? 'en' : 'ja'
        const find = await finder.search()
        return { status: 200, body: { found: find({ text, agentLocale: agent.locale, customerLocale }) } }
      },
    }),
  ]
}
