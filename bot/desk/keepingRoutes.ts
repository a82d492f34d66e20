import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Words } from '../../locales/index.ts'
import { asset, briefly, bundle, fileRoute, html, style } from '../asset.ts'
import { HttpError, type HttpRequest, type Route } from '../route.ts'
import type { Store } from '../store/index.ts'
import { readBody } from './accessRoutes.ts'
import type { Audited } from './audited.ts'
import { attachment } from './csv.ts'
import { type ExportParts, type Kept, keptUntil, printed, readKept } from './export.ts'
import type { Guard } from './guard.ts'
import type { Retention } from './retention.ts'
import { mayAct } from './roles.ts'
import type { Agent } from './sessions.ts'
import { seenBy } from './sight.ts'

export interface KeepingParts extends ExportParts {
  guard: Pick<Guard, 'deskRoute' | 'openRoute'>
  store: Store
  audited: Audited
  retention: Retention
  words: () => Pick<Words, 't'>
  clock: () => Date
  /** The bank's, in which times are printed. */
  timezone: () => string
}

const customer = z.strictObject({ customer: z.string().min(1).max(200) })
const sheet =
  "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'"

/** What is kept of conversations: to take along, to print, to erase. */
export async function keepingRoutes(parts: KeepingParts): Promise<Route[]> {
  const { guard, audited, words, clock, timezone } = parts
  const css = asset(await bundle('desk/print.css'), style, briefly)
  return [
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/conversations/:id/export',
      role: 'supervisor',
      async handle(request, agent) {
        const kept = await found(parts, request, agent)
        audited(agent, 'exported', kept.conversation.id)
        const name = createHash('sha256').update(kept.conversation.id).digest('hex').slice(0, 12)
        const headers = attachment(`conversation-${name}.json`, 'application/json; charset=utf-8')
        const body = JSON.stringify({ exportedAt: clock().toISOString(), ...kept }, null, 2)
        return { status: 200, headers, body }
      },
    }),
    guard.deskRoute({
      method: 'GET',
      path: '/desk/conversations/:id/print',
      role: 'agent',
      async handle(request, agent) {
        const kept = await found(parts, request, agent)
        audited(agent, 'printed', kept.conversation.id)
        const here = { locale: agent.locale, now: clock(), timeZone: timezone() }
        const body = printed(kept, words(), here)
        return { status: 200, headers: { 'Content-Type': html, 'Content-Security-Policy': sheet }, body }
      },
    }),
    guard.openRoute(fileRoute('/desk/print.css', () => css)),
    ...erasures(parts),
  ]
}

function erasures({ guard, audited, retention, store }: KeepingParts): Route[] {
  return [
    guard.deskRoute({
      method: 'DELETE',
      path: '/desk/api/conversations/:id',
      role: 'admin',
      async handle({ params: { id = '' } }, agent) {
        if (!(await store.conversation(id))) throw unknown()
        audited(agent, 'erased', id)
        await retention.erase(id)
        return { status: 204 }
      },
    }),
    guard.deskRoute({
      method: 'POST',
      path: '/desk/api/erasures',
      role: 'admin',
      maxBody: 1024,
      async handle(request, agent) {
        const conversations = await retention.conversationsOf(readBody(request, customer).customer)
        for (const id of conversations) {
          audited(agent, 'erased', id)
          await retention.erase(id)
        }
        return { status: 200, body: { erased: conversations.length } }
      },
    }),
  ]
}

/**
 * `?notes=1`: with what agents noted. Admins answer for everything that is kept; everyone else gets what they may see
 * at the desk.
 */
async function found(parts: KeepingParts, { params, url }: HttpRequest, agent: Agent): Promise<Kept> {
  const id = params.id ?? ''
  const past = mayAct(agent.role, 'admin') ? undefined : (await seenBy(parts, id, agent)).past
  const kept = await readKept(parts, id, url.searchParams.get('notes') === '1')
  if (!kept) throw unknown()
  return past ? keptUntil(kept, past, agent) : kept
}

function unknown(): HttpError {
  return new HttpError(404, 'NotFound', 'There is no such conversation, or it is kept no longer')
}
