import type { Api } from './api.ts'
import type { Numbers } from './numbersShape.ts'
import { card, plot, table, tableBehind } from './plot.ts'

/** What customers thought of the answers of the FAQ, and what nothing answered. */
export function faqSections(api: Api, faq: Pick<Numbers, 'faq' | 'unanswered'>): HTMLElement[] {
  const t = (key: string) => api.t(`numbers.${key}`)
  const sections = []
  if (faq.faq.length > 0) {
    const most = Math.max(...faq.faq.map(({ answered }) => answered))
    const bars = faq.faq.slice(0, 15).map(({ title, answered, helped, unhelpful }) => ({
      label: title,
      value: api.t('numbers.faqShare', { answered, helped, unhelpful }),
      shares: [answered / most, (helped + unhelpful) / most, unhelpful / most],
    }))
    const heads = ['answer', 'answered', 'helped', 'unhelpful'].map(t)
    const rows = faq.faq.map(({ title, answered, helped, unhelpful }) => [title, answered, helped, unhelpful])
    sections.push(card(t('faq'), t('faqHelp'), plot(bars), tableBehind(api, t('faq'), heads, rows)))
  }
  if (faq.unanswered.length > 0) {
    const rows = faq.unanswered.map(({ questions, times }) => [
      questions.map(({ question }) => question).join(' / '),
      times,
    ])
    const heads = ['question', 'times'].map(t)
    sections.push(card(t('unanswered'), t('unansweredHelp'), table(t('unanswered'), heads, rows)))
  }
  return sections
}
