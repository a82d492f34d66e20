import { z } from 'zod'
import { readJson } from '../body.ts'
import { type GuideParts, joinByNumber, readGuideNumber } from '../guides.ts'
import type { Rates } from '../limits.ts'
import { HttpError, type Route } from '../route.ts'
import { type Credentials, type Holder, lifetime, randomId } from './directLineTokens.ts'

const wanted = z.object({
  resume: z.string().max(4096).nullish(),
  locale: z.enum(['ja', 'en']).nullish().catch(undefined),
  guide: z.string().max(64).nullish(),
  device: z.enum(['phone', 'pc']).nullish(),
})

interface Parts extends GuideParts {
  credentials: Credentials
  rates: Rates
}

/**
 * The widget's way in: a token for a new conversation, or for the one that a `resume` of ours belongs to.
 * A `guide` number opens a new conversation at the place it stands for; 404 when it is unknown, used or expired. The answer
 * then says `from: line` when the number was shown in LINE.
 * A resume that is lost, forged or older than 7 days begins a new conversation; each answer carries a fresh one.
 */
export function widgetSession({ credentials, rates, ...guides }: Parts): Route {
  return {
    method: 'POST',
    path: '/widget/session',
    cors: true,
    maxBody: 8 * 1024,
    async handle(request) {
      const body = wanted.safeParse(request.body.length === 0 ? {} : readJson(request))
      if (!body.success)
        throw new HttpError(
          400,
          'BadArgument',
          'The body may have resume, locale, guide and device, all text',
        )
      const { origin } = request.headers
      const { guide, locale, device } = body.data
      const known =
        body.data.resume && !body.data.guide ? await resumed(credentials, body.data.resume) : undefined
      // Whoever comes back to a conversation opens none.
      if (!known) await rates.conversation(request.ip)
      let from: string | undefined
      const { conversation, user } = known ?? { conversation: randomId(), user: `dl_${randomId()}` }
      if (guide) {
        await rates.guide(request.ip)
        const number = readGuideNumber(guide)
        const joining = {
          conversation,
          channel: 'directline',
          locale: locale ?? undefined,
          device: device ?? undefined,
        }
        const joined = number && (await joinByNumber(guides, number, joining))
        if (!joined) throw new HttpError(404, 'GuideNotFound', 'The guide number is unknown, used or expired')
        // There is a way back to LINE, of which this conversation knows nothing.
        if (joined.met.some((other) => other.startsWith('line:'))) from = 'line'
      }
      const holder: Holder = { conversation, user, ...(origin ? { origins: [origin] } : {}) }
      return {
        status: 200,
        body: {
          conversationId: conversation,
          userId: user,
          token: await credentials.issue('token', holder),
          expires_in: lifetime('token'),
          resume: await credentials.issue('resume', { conversation, user }),
          ...(from && { from }),
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
