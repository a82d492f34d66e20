import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import type { Api } from './api.ts'
import { keyButton } from './keyButton.ts'
import { outcomeSheet } from './outcomeSheet.ts'
import { type Choice, type Script, unmarked } from './phoneView.ts'

/** What an agent answers a step with. */
export type Answer =
  | { choice: string }
  | { symptom: string }
  | { do: 'back' | 'restart' }
  | { reopen: string }

/** What a step is drawn with: the caller's language, and where an answer goes. */
export interface Sight {
  api: Api
  lang: Lang
  onAnswer(answer: Answer): void
}

/** A step of the script: the line to read aloud, what to make sure of, and a button for every answer. */
export function drawStep(script: Script, sight: Sight): HTMLElement[] {
  const { api, lang } = sight
  return [
    element('h2', { tabindex: -1, 'data-begin': true, 'aria-describedby': 'read' }, api.t('phone.read')),
    element('p', { id: 'read', class: 'read', lang }, script.read),
    ...(script.verify ? [inside(api, 'phone.verify', script.verify)] : []),
    ...(script.table ? [drawTable(script.table, lang)] : []),
    ...(script.guide ? [drawGuide(script.guide, api)] : []),
    ...(script.outcome ? [outcomeSheet(script.outcome, api, lang)] : []),
    ...drawAnswers('choices', script.choices, sight, ({ id }) => ({ choice: id })),
    ...drawAnswers('symptoms', script.symptoms, sight, ({ id }) => ({ symptom: id })),
  ]
}

/** What stands beside the step: for agents only, and what the chat would show. */
export function drawAside(script: Script, { api, lang }: Sight): HTMLElement {
  const { t } = api
  const sense =
    script.agentSay === script.say
      ? []
      : [
          element(
            'div',
            { class: 'sense' },
            element('h3', {}, t('phone.inYourWords')),
            element('p', {}, script.agentSay),
          ),
        ]
  return element(
    'aside',
    {},
    ...script.notes.map((note) => inside(api, 'phone.note', note)),
    ...sense,
    element(
      'details',
      { class: 'said' },
      element('summary', {}, t('phone.chatSays')),
      element('p', { lang }, script.say),
    ),
    element('p', { class: 'quiet version' }, t('phone.version', { version: script.version })),
  )
}

function drawAnswers(
  list: 'choices' | 'symptoms',
  choices: Choice[],
  { api, lang, onAnswer }: Sight,
  answerOf: (choice: Choice) => Answer,
): HTMLElement[] {
  if (choices.length === 0) return []
  const buttons = choices.map((choice) => {
    const { key = '', say, agentSay } = choice
    const more = agentSay === say ? [] : [element('span', { class: 'other', lang }, say)]
    return keyButton(key, agentSay, () => onAnswer(answerOf(choice)), { kind: 'answer', more })
  })
  return [
    element('h3', {}, api.t(`phone.${list}`)),
    element('div', { class: list === 'choices' ? 'answers' : 'answers symptoms' }, ...buttons),
  ]
}

function drawTable({ columns, rows }: NonNullable<Script['table']>, lang: Lang): HTMLElement {
  const head = columns.map((cell) => element('th', { scope: 'col' }, cell))
  const body = rows.map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell))))
  return element(
    'table',
    { lang },
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  )
}

function drawGuide({ number, page, code }: NonNullable<Script['guide']>, { t }: Api): HTMLElement {
  const fact = (title: string, value: string) =>
    element('div', {}, element('dt', {}, title), element('dd', { class: 'number' }, value))
  return element(
    'div',
    { class: 'guide' },
    element('dl', {}, fact(t('phone.guide'), number), fact(t('phone.code'), code)),
    element('p', {}, t('phone.guideHelp', { page })),
  )
}

/** A line for the agent, told apart from everything that is meant for the caller. */
function inside({ t }: Api, title: string, line: string): HTMLElement {
  return element(
    'div',
    { class: 'inside' },
    element('h3', {}, t(title), element('span', { class: 'badge' }, t('phone.onlyYou'))),
    element('p', {}, unmarked(line)),
  )
}
