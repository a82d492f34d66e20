import type { Locale, Words } from '../../locales/index.ts'
import { escaped } from '../asset.ts'
import type { Handoff, Logged, Store } from '../store/index.ts'
import type { Sql } from '../store/sql.ts'
import { withTranscripts } from '../transcript.ts'
import type { Agent } from './sessions.ts'
import type { Sight } from './sight.ts'

/** What agents have written for each other about a conversation. */
export interface Note {
  /** What customers read as the agent's name. */
  agent: string
  note: string
  /** Milliseconds since 1970. */
  at: number
}

/** Everything that is kept of one conversation. */
export interface Kept {
  conversation: { id: string; channel: string; owner: string; touchedAt: number }
  activities: Logged[]
  handoffs: Handoff[]
  /** Undefined when they were not asked for: they are not the customer's. */
  notes?: Note[]
}

export interface ExportParts {
  store: Pick<Store, 'conversation' | 'activities' | 'handoffs'>
  sql: Sql
}

const page = 500

/** Reads everything of a conversation; undefined when there is none. */
export async function readKept(
  { store, sql }: ExportParts,
  id: string,
  withNotes: boolean,
): Promise<Kept | undefined> {
  const found = await store.conversation(id)
  if (!found) return undefined
  const { channel, owner, touchedAt } = found
  const activities: Logged[] = []
  for (let after = 0; ; ) {
    const more = await store.activities(id, after, page)
    activities.push(...(await withTranscripts(store, id, more)))
    after = more.at(-1)?.seq ?? after
    if (more.length < page) break
  }
  const handoffs = await store.handoffs({ conversation: id })
  const notes = withNotes ? { notes: await notesOf(sql, id) } : {}
  return { conversation: { id, channel, owner, touchedAt }, activities, handoffs, ...notes }
}

/** What an agent may keep of a conversation that has gone on without them. */
export function keptUntil(
  kept: Kept,
  { handoff, seq }: NonNullable<Sight['past']>,
  agent: Pick<Agent, 'shown'>,
): Kept {
  const { activities, notes } = kept
  const until = handoff.endedAt ?? Number.POSITIVE_INFINITY
  return {
    ...kept,
    activities: activities.filter((one) => one.seq <= seq),
    handoffs: [handoff],
    ...(notes && { notes: notes.filter(({ at, agent: by }) => at <= until || by === agent.shown) }),
  }
}

async function notesOf(sql: Sql, conversation: string): Promise<Note[]> {
  const rows = await sql.all(
    `SELECT n.note, n.at, COALESCE(a.shown, n.account) AS agent
     FROM desk_notes n LEFT JOIN desk_accounts a ON a.id = n.account
     WHERE n.conversation = ? ORDER BY n.at, n.id`,
    [conversation],
  )
  return rows.map(({ agent, note, at }) => ({ agent: String(agent), note: String(note), at: Number(at) }))
}

/** Those that people know by a name. */
const channels = new Set(['directline', 'line', 'teams'])

/** A page to print: who said what and when, and between it what agents noted, when they were asked for. */
export function printed(
  kept: Kept,
  words: Pick<Words, 't'>,
  { locale, now, timeZone }: { locale: Locale; now: Date; timeZone: string },
): string {
  const t = (key: string, vars?: Record<string, unknown>) =>
    escaped(words.t(locale, `desk:print.${key}`, vars))
  const when = new Intl.DateTimeFormat(locale, {
    timeZone,
    year: 'numeric',
    // By its name: 11/12 is another day here than there.
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  })
  const time = (at: number | Date) =>
    `<time datetime="${new Date(at).toISOString()}">${escaped(when.format(at))}</time>`
  // Not every channel says when something was said; it was not before what stands above it.
  let last = 0
  const said = kept.activities.flatMap(({ activity }) => {
    if (activity.type !== 'message' || !activity.text) return []
    const at = Date.parse(String(activity.timestamp)) || undefined
    last = Math.max(last, at ?? 0)
    const { id: by, role, name = '' } = activity.from ?? {}
    const speaker = role === 'user' ? t('customer') : by === 'agent' ? escaped(name) : t('bot')
    return [{ at, order: last, kind: role === 'user' ? 'customer' : 'bank', speaker, text: activity.text }]
  })
  const noted = (kept.notes ?? []).map(({ agent, note, at }) => ({
    at,
    order: at,
    kind: 'note',
    speaker: `${t('note')} ${escaped(agent)}`,
    text: note,
  }))
  // What was said keeps its order; a note comes after what was said before it.
  const lines = [...said, ...noted].sort((a, b) => a.order - b.order)
  const items = lines.map(
    ({ at, kind, speaker, text }) =>
      `<li class="${kind}"><p class="who">${speaker}${at ? ` ${time(at)}` : ''}</p><p>${escaped(text)}</p></li>`,
  )
  const { id, channel } = kept.conversation
  return `<!doctype html>
<html lang="${locale}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${t('title')}</title>
<link rel="stylesheet" href="/desk/print.css">
<main>
<h1>${t('title')}</h1>
<dl>
<dt>${t('conversation')}</dt><dd>${escaped(id)}</dd>
<dt>${t('channel')}</dt><dd>${channels.has(channel) ? escaped(words.t(locale, `desk:chats.channel.${channel}`)) : escaped(channel)}</dd>
<dt>${t('printedAt')}</dt><dd>${time(now)}</dd>
</dl>
<ol>
${items.join('\n')}
</ol>
</main>
`
}
