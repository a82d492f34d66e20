import { createHmac } from 'node:crypto'
import { dayOf } from '../day.ts'
import { HttpError, type HttpRequest, type Route } from '../route.ts'
import type { Audited } from './audited.ts'
import { attachment, csvOf } from './csv.ts'
import type { Guard } from './guard.ts'
import { type NumberSources, type Period, readNumbers } from './numbers.ts'
import { conversationTable, stepTable } from './numbersTables.ts'

/** What the routes of the numbers are made of. */
export interface NumberParts extends NumberSources {
  guard: Pick<Guard, 'deskRoute'>
  audited: Audited
  /** What conversations are renamed with. */
  key: Buffer
}

const day = 24 * 3600 * 1000
const csv = 'text/csv; charset=utf-8'
/** More than a year is asked for in pieces. */
const mostDays = 366

/**
 * `GET /desk/api/numbers?from=2026-11-01&to=2026-11-30`, the last 30 days when nothing is said, and the same as CSV:
 * `/desk/api/numbers.csv` has a row for each step and day, `/desk/api/numbers/conversations.csv` for each conversation.
 */
export function numbersRoutes(parts: NumberParts): Route[] {
  const { guard, audited, key } = parts
  const pseudonym = (conversation: string) =>
    createHmac('sha256', key).update(conversation).digest('hex').slice(0, 16)
  return [
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/numbers',
      role: 'supervisor',
      async handle(request, agent) {
        return { status: 200, body: await readNumbers(parts, periodOf(request, parts), agent.locale) }
      },
    }),
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/numbers.csv',
      role: 'supervisor',
      async handle(request, agent) {
        const period = periodOf(request, parts)
        audited(agent, 'exported', { why: 'numbers' })
        const table = await stepTable(parts, period, agent.locale)
        return saved(`numbers-${period.from}-${period.to}.csv`, table)
      },
    }),
    guard.deskRoute({
      method: 'GET',
      path: '/desk/api/numbers/conversations.csv',
      role: 'supervisor',
      async handle(request, agent) {
        const period = periodOf(request, parts)
        audited(agent, 'exported', { why: 'conversations' })
        const table = await conversationTable(parts, period, agent.locale, pseudonym)
        return saved(`conversations-${period.from}-${period.to}.csv`, table)
      },
    }),
  ]
}

async function saved(name: string, table: Parameters<typeof csvOf>[0]) {
  return { status: 200, headers: attachment(name, csv), body: await csvOf(table) }
}

function periodOf({ url }: HttpRequest, { now, timezone }: NumberSources): Period {
  const to = dateIn(url, 'to') ?? dayOf(now(), timezone())
  const from = dateIn(url, 'from') ?? new Date(Date.parse(to) - 29 * day).toISOString().slice(0, 10)
  const days = (Date.parse(to) - Date.parse(from)) / day + 1
  if (days < 1 || days > mostDays)
    throw new HttpError(400, 'BadArgument', `from must be before to, and at most ${mostDays} days`)
  return { from, to }
}

function dateIn(url: URL, name: string): string | undefined {
  const text = url.searchParams.get(name)
  if (!text) return undefined
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text)
  if (!isDate) throw new HttpError(400, 'BadArgument', `${name} must be a date such as 2026-11-23`)
  return text
}
