import { setImmediate as aMoment } from 'node:timers/promises'
import { HttpError, type Route } from '../route.ts'
import type { Guard } from './guard.ts'
import type { ScriptSource } from './script.ts'
import { type DeskSearch, deskSearchInPieces } from './search.ts'

export interface SearchParts {
  guard: Pick<Guard, 'deskRoute'>
  source: () => ScriptSource
}

/** More of what an agent types is not read. */
const mostLetters = 100

/**
 * `GET /desk/api/search?q=&locale=`: answers, flows and canned responses, best first. The search is built when an agent
 * comes to it, and not for a bot without a desk.
 */
export function searchRoutes({ guard, source }: SearchParts): Route[] {
  const search = keepSearch(source)
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
        const find = await search()
        return { status: 200, body: { found: find({ text, agentLocale: agent.locale, customerLocale }) } }
      },
    }),
  ]
}

/** The search over the newest content; while a new one is being built, between turns, the one before answers. */
function keepSearch(source: () => ScriptSource): () => DeskSearch | Promise<DeskSearch> {
  let version = ''
  let ready: DeskSearch | undefined
  let building: Promise<DeskSearch> | undefined
  const build = async ({ content, desk, words }: ScriptSource): Promise<DeskSearch> => {
    const work = deskSearchInPieces(content, desk, words)
    for (;;) {
      const { done, value } = work.next()
      if (!done) await aMoment()
      else if (content.version === version) ready = value
      if (done) return value
    }
  }
  return () => {
    const now = source()
    if (now.content.version !== version) {
      version = now.content.version
      building = build(now)
    }
    return ready ?? (building as Promise<DeskSearch>)
  }
}
