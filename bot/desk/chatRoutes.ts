import { z } from 'zod'
import type { State } from '../../dialogs/index.ts'
import { HttpError, type HttpRequest, type Route } from '../route.ts'
import { maskSecrets } from '../secrets.ts'
import type { Conversation } from '../store/index.ts'
import { readBody } from './accessRoutes.ts'
import { approvedLines } from './approved.ts'
import type { Audited, DeskAct } from './audited.ts'
import { type ChatSources, listChats, viewChat } from './chats.ts'
import type { Desk, Press } from './desk.ts'
import { checkDraft } from './draftRule.ts'
import type { Guard } from './guard.ts'
import type { DeskLive } from './live.ts'
import { writeNote } from './notes.ts'
import { pressedOf } from './press.ts'
import type { Role } from './roles.ts'
import type { Agent } from './sessions.ts'
import { pressedBy, seenBy } from './sight.ts'

/** What the routes of the chats are made of. */
export interface ChatParts extends ChatSources {
  guard: Pick<Guard, 'deskRoute'>
  desk: Desk
  audited: Audited
  live: Pick<DeskLive, 'changed' | 'listChanged'>
  /** The agent who has a conversation writes in it, by the name that the customer reads. */
  onTyping?: (conversation: Conversation, name: string) => void
  /** Digits that are no secret. */
  allowedDigits: () => readonly string[]
}

const small = 2 * 1024
const large = 16 * 1024
const mostLetters = 2000
/** A key is made by the page for each press: the same press sent twice counts once. */
const key = z.string().regex(/^[\w-]{16,64}$/)
const word = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/)
const text = z
  .string()
  .max(mostLetters)
  // No control characters but line ends and tabs, no halves of a character: PostgreSQL takes neither.
  .transform((said) =>
    said
      .toWellFormed()
      .replace(/[^\P{Cc}\n\t]/gu, ' ')
      .trim(),
  )
  .refine((said) => said !== '')
const pressed = z.strictObject({ key })
const returned = z.strictObject({ key, step: word.optional() })
const transferred = z.strictObject({ key, to: z.string().max(64) })
const written = z.strictObject({ key, text })
const answered = z.strictObject({
  key,
  at: z.strictObject({ run: z.string().max(10), step: z.string().max(100) }),
  choice: word.optional(),
  symptom: word.optional(),
  do: z.enum(['back', 'restart', 'retryLink']).optional(),
})
const presence = z.strictObject({ away: z.boolean() })
const nothing = z.strictObject({})

type Handle<Body> = (
  given: Body,
  about: { id: string; agent: Agent; press: Press },
) => Promise<object | undefined>

/** The routes of the chats: the list, one conversation, and everything that an agent can do with it. */
export function chatRoutes(parts: ChatParts): Route[] {
  return [...readings(parts), ...ownerships(parts), ...words(parts), ...presences(parts)]
}

function readings(parts: ChatParts): Route[] {
  const { guard, attendance, viewers, audited, live } = parts
  return [
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/chats',
      role: 'agent',
      async handle(_, agent) {
        attendance.heard(agent.id)
        return { status: 200, body: await listChats(parts, agent) }
      },
    }),
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/chats/:id',
      role: 'agent',
      async handle({ params, url }, agent) {
        const id = params.id ?? ''
        const after = url.searchParams.get('after') ?? '0'
        if (!/^\d{1,15}$/.test(after)) throw new HttpError(400, 'BadArgument', 'after is a sequence number')
        await seenBy(parts, id, agent)
        audited(agent, 'viewed', id)
        if (viewers.looks(agent, id)) live.changed(id)
        return { status: 200, body: await viewChat(parts, id, agent, Number(after)) }
      },
    }),
  ]
}

/** Who has it, and to whom it goes. */
function ownerships(parts: ChatParts): Route[] {
  const { desk } = parts
  return [
    action(parts, 'take', pressed, 'taken', (_, { press }) => desk.take(press).then(bare)),
    action(
      parts,
      'takeover',
      pressed,
      'taken',
      (_, { press }) => desk.takeOver(press).then(bare),
      'supervisor',
    ),
    action(parts, 'transfer', transferred, 'taken', async ({ to }, { press }) => {
      const found = (await parts.accounts.list()).find(({ id, isDisabled }) => id === to && !isDisabled)
      if (!found || !parts.presence.isHere(to))
        throw new HttpError(409, 'NotHere', 'This agent is not at the desk now')
      return desk.transfer({ ...press, to: { id: to, shown: found.shown } }).then(bare)
    }),
    action(parts, 'return', returned, 'returned', ({ step }, { press }) =>
      desk.return({ ...press, ...(step && { step }) }).then(bare),
    ),
    action(parts, 'release', pressed, 'released', (_, { press }) => desk.release(press).then(bare)),
    action(parts, 'close', pressed, 'closed', (_, { press }) => desk.close(press).then(bare)),
  ]
}

/** What is said to the customer, noted for each other, and done with the script. */
function words(parts: ChatParts): Route[] {
  const { desk, sql, store, now: clock, live, viewers } = parts
  return [
    action(parts, 'send', written, 'sent', async ({ text: said }, { id, press }) => {
      checkDraft(said, { allowedDigits: parts.allowedDigits(), approved: await approvedAt(parts, id) })
      return desk.send({ ...press, text: said }).then(bare)
    }),
    action(parts, 'note', written, 'noted', async ({ key: press, text: said }, { id, agent }) => {
      const { text: kept } = maskSecrets(said, parts.allowedDigits())
      const note = { id: `${id}/${press}`, conversation: id, account: agent.id, text: kept, at: clock() }
      await writeNote(sql, note)
      return undefined
    }),
    action(parts, 'answer', answered, 'answered', async ({ key: press, ...given }, { press: one }) => {
      let texts: string[] = []
      // A symptom is two presses: the question which one it is has been answered by then.
      for (const [at, pressed] of pressedOf(given).entries()) {
        const { said } = await desk.answer({ ...one, key: `${press}/${at}`, pressed })
        texts = said.flatMap((activity) => activity.text ?? [])
      }
      return { said: texts }
    }),
    action(parts, 'typing', nothing, undefined, async (_, { id, agent }) => {
      if (viewers.writes(agent, id)) live.changed(id)
      const now = await store.conversation(id)
      // Whoever else writes there has nothing to say to the customer yet.
      if (now?.owner === 'agent' && now.agent === agent.id) parts.onTyping?.(now, agent.shown)
      return undefined
    }),
  ]
}

function presences({ guard, attendance, live }: ChatParts): Route[] {
  return [
    guard.deskRoute({
      method: 'PUT',
      path: '/desk/api/presence',
      role: 'agent',
      maxBody: small,
      handle(request, agent) {
        attendance.setAway(agent.id, readBody(request, presence).away)
        live.listChanged()
        return { status: 204 }
      },
    }),
  ]
}

/** One thing to do with a conversation: written down before it is done, and told to the pages that show it. */
function action<Body>(
  parts: ChatParts,
  name: string,
  shape: z.ZodType<Body>,
  act: DeskAct | undefined,
  handle: Handle<Body>,
  role: Role = 'agent',
): Route {
  return parts.guard.deskRoute({
    method: 'POST',
    path: `/desk/api/chats/:id/${name}`,
    role,
    maxBody: name === 'send' || name === 'note' ? large : small,
    async handle(request: HttpRequest, agent) {
      const id = request.params.id ?? ''
      const given = readBody(request, shape)
      await pressedBy(parts, id, agent)
      const pressKey = (given as { key?: string }).key ?? ''
      const press = { conversation: id, agent: { id: agent.id, shown: agent.shown }, key: pressKey }
      if (act) parts.audited(agent, act, id)
      const body = await handle(given, { id, agent, press }).catch((error: unknown) => {
        if (act && error instanceof HttpError)
          parts.audited(agent, 'refused', { conversation: id, why: wordOf(error) })
        throw error
      })
      parts.live.changed(id)
      return body ? { status: 200, body } : { status: 204 }
    },
  })
}

/** The audit log takes single words. */
function wordOf({ code }: HttpError): string {
  return code.charAt(0).toLowerCase() + code.slice(1)
}

function bare({ owner, version, seq }: { owner: string; version: number; seq: number }) {
  return { owner, version, seq }
}

/** What the guide says in which the customer is. */
async function approvedAt(parts: ChatParts, id: string): Promise<string[]> {
  const state = (await parts.store.conversation(id))?.state as State | undefined
  return approvedLines(parts.source(), state?.run?.flow)
}
