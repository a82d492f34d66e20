import { setImmediate as aMoment } from 'node:timers/promises'
import type { Content, Flow, Step } from '../../content/index.ts'
import type { State } from '../../dialogs/index.ts'
import type { Locale, Words } from '../../locales/index.ts'
import { dayOf } from '../day.ts'
import type { Counted, Handoff, Listed, Store } from '../store/index.ts'
import { groupsOf } from '../unanswered.ts'
import type { FaqNumbers, FlowNumbers, HandoffNumbers, Numbers, StepNumbers } from './numbersShape.ts'
import { spread } from './spread.ts'

export type * from './numbersShape.ts'

/** What the numbers are made of. */
export interface NumberSources {
  store: Pick<Store, 'counts' | 'conversations' | 'handoffs' | 'unanswered'>
  /** Asked anew each time, so that new content is read from. */
  source: () => { content: Content; words: Pick<Words, 't'> }
  timezone: () => string
  now: () => number
}

/** The days to count, both included, as the bank's clock has them. */
export interface Period {
  from: string
  to: string
}

/** Nobody comes back to a step after so long without a word. */
const leftAfter = 3600 * 1000
/** Turns are taken after so many conversations. */
const page = 200
const mostGroups = 50
const day = 24 * 3600 * 1000

/** A walk that nobody went on with. */
export interface Left {
  day: string
  channel: string
  flow: string
  step: string
}

/** Everything that the page of numbers shows. */
export async function readNumbers(sources: NumberSources, period: Period, locale: Locale): Promise<Numbers> {
  const { store, source, now } = sources
  const [counts, left, handoffs] = await Promise.all([
    store.counts(period.from, period.to),
    leftIn(sources, period),
    handoffsIn(sources, period),
  ])
  const { content, words } = source()
  const t = (key: string) => words.t(locale, key)
  const asked = await store.unanswered()
  const inside = asked.filter(({ at }) => isIn(dayOf(at, sources.timezone()), period))
  return {
    ...period,
    flows: flowsOf(content, counts, left, t),
    faq: faqOf(content, counts, t),
    unanswered: groupsOf(inside, content.lexis.readings).slice(0, mostGroups),
    handoffs: handoffNumbers(handoffs, now()),
    csat: {
      asked: sum(counts, 'handoff', 'asked'),
      rated: [1, 2, 3, 4, 5].map((rating) => sum(counts, 'handoff', 'rated', String(rating))),
    },
  }
}

/** Conversations of the period, the latest touched first. */
export async function* conversationsIn(
  { store, timezone }: NumberSources,
  { from, to }: Period,
): AsyncGenerator<Listed & { day: string }> {
  for (let after: string | undefined; ; ) {
    const listed = await store.conversations({ most: page, ...(after && { after }) })
    for (const one of listed) {
      const on = dayOf(one.touchedAt, timezone())
      if (on < from) return
      if (on <= to) yield { ...one, day: on }
    }
    after = listed.at(-1)?.id
    if (listed.length < page) return
    await aMoment()
  }
}

/** Walks that stopped at a step more than an hour ago, with the bot; by the day on which they did. */
export async function leftIn(sources: NumberSources, period: Period): Promise<Left[]> {
  const before = sources.now() - leftAfter
  const found: Left[] = []
  for await (const { day: on, channel, touchedAt, owner, state } of conversationsIn(sources, period)) {
    const { run } = (state ?? {}) as Partial<State>
    const step = run?.path.at(-1)?.step
    // A walk that goes on at another device is its own conversation's, not the one's that joined it.
    if (!run || !step || run.outcome || run.isJoined || touchedAt >= before || owner !== 'bot') continue
    found.push({ day: on, channel, flow: run.flow, step })
  }
  return found
}

/** Handoffs that began in the period. */
export async function handoffsIn({ store, timezone }: NumberSources, period: Period): Promise<Handoff[]> {
  const all = await store.handoffs({ since: Date.parse(period.from) - day })
  return all.filter(({ initiatedAt }) => isIn(dayOf(initiatedAt, timezone()), period))
}

/** What a step or an outcome is called in the numbers. */
export function titleOf(flow: Flow, id: string, t: (key: string) => string): string {
  const outcome = flow.outcomes.get(id)
  if (outcome) return t(outcome.title)
  const step = flow.steps.get(id)
  return step ? titleOfStep(step, t) : id
}

function titleOfStep(step: Step, t: (key: string) => string): string {
  if (step.kind === 'item') return t(step.name)
  if (step.kind === 'part') return `${t(step.title)} ${step.number}/${step.total}`
  return t(step.ask).split('\n')[0] as string
}

function flowsOf(content: Content, counts: Counted[], left: Left[], t: (key: string) => string) {
  const times = new Map<string, number>()
  for (const { flow, step } of left) times.set(`${flow}.${step}`, (times.get(`${flow}.${step}`) ?? 0) + 1)
  const known = [...content.flows.values()].map((flow): FlowNumbers => {
    const own = counts.filter((count) => count.flow === flow.id)
    const ids = [...new Set([...flow.steps.keys(), ...own.map(({ step }) => step)])]
    const isOutcome = (id: string) => flow.outcomes.has(id)
    return {
      flow: flow.id,
      title: t(flow.title),
      steps: ids
        .filter((id) => id !== '' && !isOutcome(id))
        .map((id) => stepNumbers(flow, id, own, times.get(`${flow.id}.${id}`) ?? 0, t)),
      outcomes: [...flow.outcomes.keys()].map((id) => ({
        id,
        title: titleOf(flow, id, t),
        reached: sum(own, id, 'reached'),
        back: sum(own, id, 'back'),
        person: sum(own, id, 'person'),
      })),
    }
  })
  return known.filter(({ steps, outcomes }) => [...steps, ...outcomes].some(({ reached }) => reached > 0))
}

function stepNumbers(
  flow: Flow,
  id: string,
  own: Counted[],
  left: number,
  t: (key: string) => string,
): StepNumbers {
  const step = flow.steps.get(id)
  const symptoms = step?.kind === 'part' ? step.symptoms : []
  const troubles = own.filter((count) => count.step === id && count.what === 'trouble')
  return {
    id,
    title: titleOf(flow, id, t),
    reached: sum(own, id, 'reached'),
    done: sum(own, id, 'done'),
    back: sum(own, id, 'back'),
    person: sum(own, id, 'person'),
    left,
    trouble: [...Map.groupBy(troubles, ({ detail }) => detail)]
      .map(([symptom, same]) => {
        const found = symptoms.find((one) => one.id === symptom)
        const title = symptom === 'none' ? t('bot:trouble.none') : found ? t(found.say) : symptom
        return { id: symptom, title, times: times(same) }
      })
      .sort((one, other) => other.times - one.times),
  }
}

function faqOf(content: Content, counts: Counted[], t: (key: string) => string): FaqNumbers[] {
  const own = counts.filter(
    ({ flow, what }) => flow === '' && ['answered', 'helped', 'unhelpful'].includes(what),
  )
  return [...new Set(own.map(({ step }) => step))]
    .map((id) => {
      const entry = content.faq.get(id)
      return {
        id,
        title: entry ? t(entry.label ?? entry.question) : id,
        answered: sum(own, id, 'answered'),
        helped: sum(own, id, 'helped'),
        unhelpful: sum(own, id, 'unhelpful'),
      }
    })
    .sort((one, other) => other.answered - one.answered)
}

function handoffNumbers(handoffs: Handoff[], now: number): HandoffNumbers {
  const accepted = handoffs.filter(({ acceptedAt }) => acceptedAt !== null)
  return {
    begun: handoffs.length,
    accepted: accepted.length,
    ended: Object.fromEntries(
      (['returned', 'closed', 'cancelled', 'expired'] as const).map((how) => [
        how,
        handoffs.filter((one) => one.how === how).length,
      ]),
    ) as HandoffNumbers['ended'],
    // Whoever gave up has waited, too; left out, a queue that nobody serves would look quick.
    waiting: spread(
      handoffs.map(({ initiatedAt, acceptedAt, endedAt }) => (acceptedAt ?? endedAt ?? now) - initiatedAt),
      [60, 120, 300, 600],
    ),
    handling: spread(
      accepted.flatMap(({ acceptedAt, endedAt }) =>
        endedAt === null ? [] : [endedAt - (acceptedAt as number)],
      ),
      [120, 300, 600, 1200],
    ),
  }
}

function sum(counts: Counted[], step: string, what: string, detail?: string): number {
  return times(
    counts.filter(
      (count) =>
        count.step === step && count.what === what && (detail === undefined || count.detail === detail),
    ),
  )
}

function times(counts: Counted[]): number {
  return counts.reduce((all, count) => all + count.times, 0)
}

function isIn(on: string, { from, to }: Period): boolean {
  return from <= on && on <= to
}
