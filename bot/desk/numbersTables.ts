import type { State } from '../../dialogs/index.ts'
import type { Locale } from '../../locales/index.ts'
import type { Counted, Handoff } from '../store/index.ts'
import type { Cell } from './csv.ts'
import { conversationsIn, leftIn, type NumberSources, type Period, titleOf } from './numbers.ts'

const stepColumns = [
  ...[
    'day',
    'channel',
    'flow',
    'step',
    'title',
    'reached',
    'done',
    'notWorking',
    'symptoms',
    'back',
    'person',
  ],
  ...['left', 'answered', 'helped', 'unhelpful'],
]
const conversationColumns = [
  ...['conversation', 'day', 'channel', 'language', 'flow', 'lastStep', 'outcome', 'owner', 'handoffs'],
  ...['waitingSeconds', 'handlingSeconds', 'rating'],
]

/** One row per step, outcome or answer, channel and day. */
export async function stepTable(sources: NumberSources, period: Period, locale: Locale): Promise<Cell[][]> {
  const [counts, left] = await Promise.all([
    sources.store.counts(period.from, period.to),
    leftIn(sources, period),
  ])
  const stopped = left.map((one): Counted => ({ ...one, what: 'left', detail: '', times: 1 }))
  const own = [...counts, ...stopped].filter(({ step }) => step !== '' && step !== 'handoff')
  const places = Map.groupBy(own, ({ day, channel, flow, step }) =>
    JSON.stringify([day, channel, flow, step]),
  )
  const { content, words } = sources.source()
  const t = (key: string) => words.t(locale, key)
  const rows = [...places.entries()].sort(([one], [other]) => (one < other ? -1 : 1))
  return [
    head(stepColumns, t),
    ...rows.map(([, same]): Cell[] => {
      const { day, channel, flow, step } = same[0] as Counted
      const found = content.flows.get(flow)
      const entry = content.faq.get(step)
      const title = found ? titleOf(found, step, t) : entry ? t(entry.label ?? entry.question) : step
      const of = (what: string) =>
        same.filter((count) => count.what === what).reduce((all, { times }) => all + times, 0)
      const symptoms = same
        .filter(({ what }) => what === 'trouble')
        .map(({ detail, times }) => `${detail} ${times}`)
        .join(', ')
      const counted = ['back', 'person', 'left', 'answered', 'helped', 'unhelpful'].map(of)
      return [day, channel, flow, step, title, of('reached'), of('done'), of('trouble'), symptoms, ...counted]
    }),
  ]
}

/** One row per conversation that was touched in the period, the latest first; no words and no customer's id. */
export async function conversationTable(
  sources: NumberSources,
  period: Period,
  locale: Locale,
  pseudonym: (conversation: string) => string,
): Promise<Cell[][]> {
  const { words } = sources.source()
  const rows: Cell[][] = [head(conversationColumns, (key) => words.t(locale, key))]
  const handoffs = await handoffsByConversation(sources, period)
  for await (const { id, day, channel, state, owner } of conversationsIn(sources, period)) {
    const { locale: language, run } = (state ?? {}) as Partial<State>
    const own = handoffs.get(id) ?? []
    const rating = own.findLast((one) => one.rating !== null)?.rating ?? null
    const place = [run?.flow ?? null, run?.path.at(-1)?.step ?? null, run?.outcome ?? null]
    const times = [total(own, waited), total(own, handled)]
    rows.push([pseudonym(id), day, channel, language ?? null, ...place, owner, own.length, ...times, rating])
  }
  return rows
}

/** Also those that began before the period, in conversations that go on in it. */
async function handoffsByConversation({ store }: NumberSources, { from }: Period) {
  const month = 31 * 24 * 3600 * 1000
  const all = await store.handoffs({ since: Date.parse(from) - 3 * month })
  return Map.groupBy(all, ({ conversation }) => conversation)
}

function waited({ initiatedAt, acceptedAt, endedAt }: Handoff): number | null {
  const until = acceptedAt ?? endedAt
  return until === null ? null : until - initiatedAt
}

function handled({ acceptedAt, endedAt }: Handoff): number | null {
  return acceptedAt === null || endedAt === null ? null : endedAt - acceptedAt
}

/** Seconds; nothing when there are none. */
function total(handoffs: Handoff[], of: (handoff: Handoff) => number | null): number | null {
  const known = handoffs.flatMap((handoff) => of(handoff) ?? [])
  return known.length === 0 ? null : Math.round(known.reduce((all, one) => all + one, 0) / 1000)
}

function head(columns: readonly string[], t: (key: string) => string): Cell[] {
  return columns.map((column) => t(`desk:numbers.column.${column}`))
}
