import { element } from '../chat/element.ts'
import type { Api } from './api.ts'
import type { Numbers, Spread } from './numbersShape.ts'
import { card, percent, plot, tableBehind, withShare } from './plot.ts'

const ends = ['returned', 'closed', 'cancelled', 'expired'] as const

/** How long customers waited for a person, how long that took, and how it ended. */
export function handoffSection(api: Api, { handoffs }: Numbers): HTMLElement {
  const t = (key: string) => api.t(`numbers.${key}`)
  const { begun, accepted, ended, waiting, handling } = handoffs
  const bars = [
    { label: t('begun'), value: String(begun), shares: [1] },
    { label: t('accepted'), value: withShare(api, accepted, begun), shares: [0, accepted / begun] },
    ...ends.map((how) => {
      const share = ended[how] / begun
      const isLost = how === 'cancelled' || how === 'expired'
      const shares = isLost ? [0, 0, share] : [0, share]
      return { label: t(`ended.${how}`), value: withShare(api, ended[how], begun), shares }
    }),
  ]
  const rows = bars.map(({ label, value }) => [label, value])
  return card(
    t('handoffs'),
    '',
    plot(bars),
    tableBehind(api, t('handoffs'), [t('outcome'), t('count')], rows),
    ...times(api, 'waiting', waiting),
    ...times(api, 'handling', handling),
  )
}

function times(api: Api, name: 'waiting' | 'handling', spread: Spread): HTMLElement[] {
  if (spread.count === 0 || spread.median === null || spread.most === null) return []
  const title = api.t(`numbers.${name}`)
  const bars = spread.buckets.map(({ upTo, times: count }, place) => {
    const before = spread.buckets[place - 1]?.upTo ?? 0
    const minutes = (upTo ?? before) / 60
    const label = api.t(upTo === null ? 'numbers.over' : 'numbers.upTo', { minutes })
    return { label, value: withShare(api, count, spread.count), shares: [0, count / spread.count] }
  })
  const words = { time: duration(api, spread.median), most: duration(api, spread.most) }
  return [
    element('h3', {}, title),
    element('p', { class: 'quiet' }, api.t('numbers.median', words)),
    plot(bars),
    tableBehind(
      api,
      title,
      [api.t('numbers.length'), api.t('numbers.count')],
      bars.map(({ label, value }) => [label, value]),
    ),
  ]
}

function duration(api: Api, seconds: number): string {
  return api.t('numbers.duration', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 })
}

/** How satisfied customers were with the agents. */
export function csatSection(api: Api, { csat }: Numbers): HTMLElement {
  const all = csat.rated.reduce((sum, times) => sum + times, 0)
  const good = (csat.rated[3] ?? 0) + (csat.rated[4] ?? 0)
  const title = api.t('numbers.csat')
  const bars = csat.rated
    .map((times, place) => ({
      label: api.t(`numbers.r${place + 1}`),
      value: withShare(api, times, all),
      shares: [0, all === 0 ? 0 : times / all],
    }))
    .reverse()
  const help = api.t('numbers.csatHelp', { asked: csat.asked, rated: all, percent: percent(good / all) })
  const heads = [api.t('numbers.rating'), api.t('numbers.count')]
  const rows = bars.map(({ label, value }) => [label, value])
  return card(title, help, plot(bars), tableBehind(api, title, heads, rows))
}
