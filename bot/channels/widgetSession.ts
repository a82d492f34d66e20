import { z } from 'zod'
import { readJson } from '../body.ts'
import type { Rates } from '../limits.ts'
import { HttpError, type Route } from '../route.ts'
import { type Credentials, type Holder, lifetime, randomId } from './directLineTokens.ts'

const wanted = z.object({ resume: z.string().max(4096).nullish(), locale: z.string().max(35).nullish() })

/**
 * The widget's way in: a token for a new conversation, or for the one that a `resume` of ours belongs to.
 * A resume that is lost, forged or older than 7 days begins a new conversation; each answer carries a fresh one.
 */
export function widgetSession({ credentials, rates }: { credentials: Credentials; rates: Rates }): Route {
  return {
    method: 'POST',
    path: '/widget/session',
    cors: true,
    maxBody: 8 * 1024,
    async handle(request) {
      await rates.conversation(request.ip)
      const body = wanted.safeParse(request.body.length === 0 ? {} : readJson(request))
      if (!body.success)
        throw new HttpError(400, 'BadArgument', 'The body may have resume and locale, both text')
      const { origin } = request.headers
      const known = body.data.resume ? await resumed(credentials, body.data.resume) : undefined
      const { conversation, user } = known ?? { conversation: randomId(), user: `dl_${randomId()}` }
      const holder: Holder = { conversation, user, ...(origin ? { origins: [origin] } : {}) }
      return {
        status: 200,
        body: {
          conversationId: conversation,
          userId: user,
          token: await credentials.issue('token', holder),
          expires_in: lifetime('token'),
          resume: await credentials.issue('resume', { conversation, user }),
        },
      }
    },
  }
}

async function resumed(credentials: Credentials, resume: string): Promise<Holder | undefined> {
  try {
    return await credentials.read('resume', resume)
  } catch (error) {
    if (error instanceof HttpError) return undefined
    throw error
  }
}
