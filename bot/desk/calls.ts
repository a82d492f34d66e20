import { z } from 'zod'
import { PHONE, type State } from '../../dialogs/index.ts'
import { HttpError, type Route } from '../route.ts'
import type { Conversation, Store } from '../store/index.ts'
import type { Turns } from '../turns.ts'
import { readBody } from './accessRoutes.ts'
import type { Audited } from './audited.ts'
import type { Guard } from './guard.ts'
import { pressedOf } from './press.ts'
import { type Script, type ScriptSource, scriptOf, type Trail, trailOf } from './script.ts'
import type { Agent } from './sessions.ts'

/** What calls are made of. */
export interface CallParts {
  guard: Pick<Guard, 'deskRoute'>
  store: Store
  turns: Pick<Turns, 'accept'>
  /** Asked anew each time, so that new content is read from with the next step. */
  source: () => ScriptSource
  audited: Audited
}

/** A call as the agent's page shows it. */
export interface CallView {
  conversation: string
  version: number
  /** The caller's language. */
  locale: State['locale']
  /** Undefined when nothing is open: an answer was given that no flow follows. */
  script?: Script
  trail: Trail[]
  /** What the bot said before the step in this turn, in the caller's language: a hint, an answer, news of the bank. */
  heard: string[]
}

const small = 2 * 1024
const word = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/)
/** A key is made by the page for each press: the same press sent twice counts once. */
const key = z.string().regex(/^[\w-]{16,64}$/)
const begun = z.strictObject({
  key,
  flow: word.optional(),
  faq: word.optional(),
  locale: z.enum(['ja', 'en']),
})
const answered = z.strictObject({
  key,
  at: z.strictObject({ run: z.string().max(10), step: z.string().max(100) }),
  /** One of these: a choice of the step, something that can be done at any step, a symptom of it, a step to go back to. */
  choice: word.optional(),
  do: z.enum(['back', 'restart', 'retryLink']).optional(),
  symptom: word.optional(),
  reopen: z
    .string()
    .regex(/^[a-z][a-z0-9/-]{0,81}$/)
    .optional(),
})
type Answered = z.output<typeof answered>
type Said = Parameters<Turns['accept']>[0]['activity']

/** The most that a turn is waited for; it goes on all the same. */
const patience = 10_000

/**
 * The routes of the phone: a call is a conversation of its own, run by the very same dialogs as a customer's, in turns.
 * Its id names the account that began it, and nobody else is let in.
 */
export function callRoutes(parts: CallParts): Route[] {
  const { guard, store, audited } = parts
  const mine = async (id: string | undefined, agent: Agent): Promise<Conversation> => {
    const call = id?.startsWith(`${PHONE}-${agent.id}-`) ? await store.conversation(id) : undefined
    if (call) return call
    throw new HttpError(404, 'NoCall', 'This call is not one of yours, or is kept no longer')
  }
  return [
    guard.deskRoute({
      method: 'POST',
      path: '/desk/api/calls',
      role: 'agent',
      maxBody: small,
      async handle(request, agent) {
        const { key: press, locale, ...begins } = readBody(request, begun)
        checkBegins(begins, parts)
        const id = `${PHONE}-${agent.id}-${press}`
        audited(agent, 'called', id)
        await take(parts, id, 'begun', { type: 'event', name: 'call.begun', value: begins, locale }, false)
        return { status: 200, body: await viewOf(parts, await mine(id, agent), agent) }
      },
    }),
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/calls/:id',
      role: 'agent',
      async handle({ params }, agent) {
        const call = await mine(params.id, agent)
        audited(agent, 'viewed', call.id)
        return { status: 200, body: await viewOf(parts, call, agent) }
      },
    }),
    guard.deskRoute({
      method: 'POST',
      path: '/desk/api/calls/:id/answer',
      role: 'agent',
      maxBody: small,
      async handle(request, agent) {
        const { id } = await mine(request.params.id, agent)
        const given = readBody(request, answered)
        for (const [press, activity] of heardOf(given)) await take(parts, id, press, activity, true)
        return { status: 200, body: await viewOf(parts, await mine(id, agent), agent) }
      },
    }),
  ]
}

/** An answer as the dialogs hear it, each part under a key of its own. */
function heardOf({ key: press, reopen, ...given }: Answered): [key: string, activity: Said][] {
  if (reopen) return [[press, { type: 'event', name: 'call.reopened', value: { step: reopen } }]]
  const pressed = pressedOf(given)
  if (pressed.length === 0)
    throw new HttpError(400, 'BadArgument', 'An answer is a choice, a symptom, a step, or something to do')
  return pressed.map((value, at) => [`${press}/${at}`, { type: 'message', text: '', value }])
}

function checkBegins({ flow, faq }: { flow?: string; faq?: string }, { source }: CallParts): void {
  const { content } = source()
  const isOne = (flow === undefined) !== (faq === undefined)
  if (isOne && (content.flows.has(flow ?? '') || content.faq.has(faq ?? ''))) return
  throw new HttpError(404, 'NoSuchContent', 'There is no flow and no answer of this name')
}

/** Takes one event in and waits for its turn. The caller is on the phone: no link could be pressed there. */
async function take(
  { store, turns }: CallParts,
  conversation: string,
  press: string,
  activity: Said,
  logged: boolean,
): Promise<void> {
  await turns.accept({
    channel: PHONE,
    eventId: `${conversation}/${press}`,
    conversation,
    activity: {
      ...activity,
      channelData: { device: 'phone' },
      from: { id: 'agent', name: '', role: 'user' },
    },
    logged,
  })
  await settled(store, conversation)
}

/** Waits until every accepted event of a conversation has had its turn. */
async function settled(store: Store, conversation: string): Promise<void> {
  const end = Date.now() + patience
  let wake = () => {}
  const off = store.onLogged((changed) => changed === conversation && wake())
  try {
    while (await store.pending(conversation)) {
      if (Date.now() > end)
        throw new HttpError(503, 'TooBusy', 'The answer is kept and takes longer; look again')
      // A turn that says nothing is not told of: so it is looked for, too.
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 20)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  } finally {
    off()
  }
}

async function viewOf(parts: CallParts, call: Conversation, agent: Agent): Promise<CallView> {
  const state = call.state as State
  const { locale } = state
  const script = scriptOf(parts.source(), state, { agentLocale: agent.locale, customerLocale: locale })
  return {
    conversation: call.id,
    version: call.version,
    locale,
    ...(script && { script }),
    trail: trailOf(parts.source(), state, agent.locale),
    heard: await heardIn(parts.store, call, script),
  }
}

/** What was said in the last turn beside the step itself; a step that waits says how things stand at the bank. */
async function heardIn(
  store: Store,
  { id, seq }: Conversation,
  script: Script | undefined,
): Promise<string[]> {
  const log = await store.activities(id, Math.max(0, seq - 10), 10)
  const last = log.findLastIndex(({ activity }) => activity.from?.role !== 'bot')
  const said = log.slice(last + 1).map(({ activity }) => activity.text ?? '')
  const isWhole = script === undefined || script.kind === 'await'
  return said.slice(0, isWhole ? undefined : -1).filter(Boolean)
}
