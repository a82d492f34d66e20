import { element } from '../chat/element.ts'
import { type Api, Refused, type Screen } from './api.ts'
import { field, form } from './field.ts'
import { csatSection, handoffSection } from './numbersDesk.ts'
import { faqSections } from './numbersFaq.ts'
import { flowSection } from './numbersFlow.ts'
import type { Numbers } from './numbersShape.ts'

/** The numbers of a period for supervisors, as plots with their tables and as CSV. */
export function openNumbers(place: HTMLElement, api: Api): Screen {
  const gone = new AbortController()
  const t = (key: string) => api.t(`numbers.${key}`)
  const from = field(t('from'), { type: 'date', required: true })
  const to = field(t('to'), { type: 'date', required: true })
  const show = element('button', { class: 'button primary' }, t('show'))
  const status = element('p', { role: 'status', class: 'quiet' })
  const files = element('div', { class: 'acts' })
  const results = element('div', { class: 'plots' })

  const load = async () => {
    status.className = 'quiet'
    status.textContent = t('loading')
    const asked = new URLSearchParams()
    if (from.input.value) asked.set('from', from.input.value)
    if (to.input.value) asked.set('to', to.input.value)
    try {
      const numbers = await api.get<Numbers>(`/desk/api/numbers?${asked}`, { signal: gone.signal })
      from.input.value = numbers.from
      to.input.value = numbers.to
      files.replaceChildren(
        file('numbers.csv', 'steps', numbers),
        file('numbers/conversations.csv', 'conversations', numbers),
      )
      const parts = sections(api, numbers)
      results.replaceChildren(...parts)
      status.textContent = parts.length > 0 ? '' : t('nothing')
    } catch (error) {
      if (gone.signal.aborted) return
      status.className = 'alert'
      status.textContent = api.t(
        error instanceof Refused && error.status === 400 ? 'numbers.range' : 'shell.failed',
      )
    }
  }
  const file = (name: string, words: string, period: Numbers) =>
    element(
      'a',
      { class: 'button', href: `/desk/api/${name}?from=${period.from}&to=${period.to}`, download: true },
      t(words),
    )

  place.replaceChildren(
    element('h1', {}, t('title')),
    element('p', { class: 'quiet' }, t('lead')),
    form(show, load, element('div', { class: 'period' }, from.label, to.label, show), files),
    status,
    results,
  )
  void load()
  return { close: () => gone.abort() }
}

/** Only what there is something to say about. */
function sections(api: Api, numbers: Numbers): HTMLElement[] {
  return [
    ...numbers.flows.map((flow) => flowSection(api, flow)),
    ...faqSections(api, numbers),
    ...(numbers.handoffs.begun > 0 ? [handoffSection(api, numbers)] : []),
    ...(numbers.csat.asked > 0 ? [csatSection(api, numbers)] : []),
  ]
}
