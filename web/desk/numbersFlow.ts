import { element } from '../chat/element.ts'
import type { Api } from './api.ts'
import type { FlowNumbers } from './numbersShape.ts'
import { plot, tableBehind, withShare } from './plot.ts'

/** How far customers came in one flow, why it did not work, and how it ended. */
export function flowSection(api: Api, flow: FlowNumbers): HTMLElement {
  const t = (key: string) => api.t(`numbers.${key}`)
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, flow.title),
    element('h3', {}, t('funnel')),
    element('p', { class: 'quiet' }, t('funnelHelp')),
    ...funnel(api, flow),
    ...outcomes(api, flow),
    ...symptoms(api, flow),
  )
}

function funnel(api: Api, { title, steps }: FlowNumbers): HTMLElement[] {
  const reached = steps.filter((step) => step.reached > 0)
  const most = Math.max(1, ...reached.map((step) => step.reached))
  const columns = ['reached', 'done', 'notWorking', 'back', 'person', 'left'] as const
  const bars = reached.map((step) => ({
    label: step.title,
    value: `${step.done} / ${step.reached}`,
    shares: [step.reached / most, step.done / most],
  }))
  const rows = steps.map((step) => {
    const { reached: came, done, back, person, left, trouble } = step
    return [step.title, came, done, trouble.reduce((all, { times }) => all + times, 0), back, person, left]
  })
  const heads = ['step', ...columns].map((key) => api.t(`numbers.${key}`))
  const behind = tableBehind(api, title, heads, rows)
  behind.append(element('p', { class: 'quiet' }, api.t('numbers.leftHelp')))
  return [plot(bars), behind]
}

function outcomes(api: Api, flow: FlowNumbers): HTMLElement[] {
  const all = byTitle(flow.outcomes)
  const ended = all.filter(({ reached }) => reached > 0)
  const sum = ended.reduce((total, { reached }) => total + reached, 0)
  if (sum === 0) return []
  const title = api.t('numbers.outcomes')
  const bars = ended.map(({ title: label, reached }) => ({
    label,
    value: withShare(api, reached, sum),
    shares: [0, reached / sum],
  }))
  const heads = ['outcome', 'reached', 'back', 'person'].map((key) => api.t(`numbers.${key}`))
  const rows = all.map(({ title: label, reached, back, person }) => [label, reached, back, person])
  return [element('h3', {}, title), plot(bars), tableBehind(api, title, heads, rows)]
}

/** Ends that read the same are one to whoever reads them; the files keep them apart. */
function byTitle(outcomes: FlowNumbers['outcomes']): FlowNumbers['outcomes'] {
  const merged = new Map<string, FlowNumbers['outcomes'][number]>()
  for (const one of outcomes) {
    const before = merged.get(one.title)
    const { reached, back, person } = before ?? { reached: 0, back: 0, person: 0 }
    merged.set(one.title, {
      ...(before ?? one),
      reached: reached + one.reached,
      back: back + one.back,
      person: person + one.person,
    })
  }
  return [...merged.values()]
}

function symptoms(api: Api, { steps }: FlowNumbers): HTMLElement[] {
  const rows = steps.flatMap((step) =>
    step.trouble.map(({ title, times }): [string, string, number] => [step.title, title, times]),
  )
  if (rows.length === 0) return []
  rows.sort(([, , one], [, , other]) => other - one)
  const most = rows[0]?.[2] ?? 1
  const title = api.t('numbers.symptoms')
  const bars = rows.slice(0, 12).map(([step, name, times]) => ({
    label: `${step}: ${name}`,
    value: String(times),
    shares: [0, 0, times / most],
  }))
  const heads = ['step', 'symptom', 'times'].map((key) => api.t(`numbers.${key}`))
  return [element('h3', {}, title), plot(bars), tableBehind(api, title, heads, rows)]
}
