import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import type { Api } from './api.ts'
import type { Outcome } from './phoneView.ts'

/** What a caller is told at the end, to read out, copy and print. All of it in the caller's language. */
export function outcomeSheet(outcome: Outcome, api: Api, lang: Lang): HTMLElement {
  const list = (title: string, items: string[]) =>
    items.length === 0
      ? []
      : [
          element('h3', { lang }, title),
          element('ul', { lang }, ...items.map((item) => element('li', {}, item))),
        ]
  return element(
    'article',
    { class: 'sheet' },
    element('h2', { lang }, outcome.title),
    element('p', { lang }, outcome.text),
    ...list(
      api.tIn(lang, 'phone.missing'),
      outcome.missing.map((one) => missingLine(one, lang)),
    ),
    ...list(api.tIn(lang, 'phone.forms'), outcome.forms),
    ...(outcome.after
      ? [element('h3', {}, api.tIn(lang, 'phone.after')), element('p', { lang }, outcome.after)]
      : []),
  )
}

/** Prints the sheet and nothing else of the page. */
export function printSheet(): void {
  const page = document.documentElement
  page.classList.add('sheet-only')
  window.addEventListener('afterprint', () => page.classList.remove('sheet-only'), { once: true })
  print()
}

/** The same as a text, for a mail or a note. */
export function outcomeText(outcome: Outcome, api: Api, lang: Lang): string {
  const list = (title: string, items: string[]) =>
    items.length > 0 ? [title, ...items.map((item) => `・${item}`)] : []
  return [
    outcome.title,
    outcome.text,
    ...list(
      api.tIn(lang, 'phone.missing'),
      outcome.missing.map((one) => missingLine(one, lang)),
    ),
    ...list(api.tIn(lang, 'phone.forms'), outcome.forms),
    ...(outcome.after ? [outcome.after] : []),
  ].join('\n')
}

/** Something that is missing, with what must be known of it. */
export function missingLine({ what, note }: Outcome['missing'][number], lang: Lang): string {
  return note ? `${what}${lang === 'ja' ? '：' : ': '}${note}` : what
}
