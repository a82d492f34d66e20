import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import type { Api } from './api.ts'
import type { Outcome } from './phoneView.ts'

/** What a caller is told at the end, to read out, copy and print. Headings are the agent's, the rest the caller's. */
export function outcomeSheet(outcome: Outcome, api: Api, lang: Lang): HTMLElement {
  const list = (title: string, items: string[]) =>
    items.length === 0
      ? []
      : [element('h3', {}, title), element('ul', { lang }, ...items.map((item) => element('li', {}, item)))]
  return element(
    'article',
    { class: 'sheet' },
    element('h2', { lang }, outcome.title),
    element('p', { lang }, outcome.text),
    ...list(api.t('phone.missing'), outcome.missing.map(missingLine)),
    ...list(api.t('phone.forms'), outcome.forms),
    ...(outcome.after
      ? [element('h3', {}, api.t('phone.after')), element('p', { lang }, outcome.after)]
      : []),
  )
}

/** The same as a text, for a mail or a note. */
export function outcomeText(outcome: Outcome, api: Api): string {
  const list = (title: string, items: string[]) =>
    items.length > 0 ? [title, ...items.map((item) => `・${item}`)] : []
  return [
    outcome.title,
    outcome.text,
    ...list(api.t('phone.missing'), outcome.missing.map(missingLine)),
    ...list(api.t('phone.forms'), outcome.forms),
    ...(outcome.after ? [outcome.after] : []),
  ].join('\n')
}

function missingLine({ what, note }: Outcome['missing'][number]): string {
  return note ? `${what} (${note})` : what
}
