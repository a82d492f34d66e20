import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import type { Api } from './api.ts'
import type { ChatView } from './chatView.ts'
import { copyText } from './copying.ts'
import { keyButton } from './keyButton.ts'
import { breakable } from './longNames.ts'
import { missingLine, outcomeSheet, printSheet } from './outcomeSheet.ts'
import { type Choice, type Outcome, type Script, unmarked } from './phoneView.ts'

export type Answer = { choice: string } | { symptom: string } | { do: 'back' | 'restart' }

/** What the script's keys and buttons do. */
export interface ScriptActs {
  onAnswer(answer: Answer): void
  onInsert(text: string): void
}

/** The customer's step beside the chat: what the bot would say, in the customer's language, and the answers. */
export class ChatScript {
  readonly place = element('section', { class: 'chat-script', 'aria-labelledby': 'script-title' })
  readonly #api: Api
  readonly #acts: ScriptActs
  #view: ChatView | undefined
  #heard: string[] = []
  #drawn = ''

  constructor(api: Api, acts: ScriptActs) {
    this.#api = api
    this.#acts = acts
  }

  /** What the bot would have said before the step: a hint, an answer. It stays until the next answer. */
  heard(texts: string[]): void {
    this.#heard = texts
    if (this.#view) this.draw(this.#view)
  }

  /** Whoever works by keyboard goes on at the button that puts the step into the draft. */
  focus(): void {
    this.place.querySelector<HTMLElement>('[data-begin]')?.focus({ preventScroll: true })
  }

  actOf(key: string, status: HTMLElement): (() => void) | undefined {
    if (!this.#view?.script) return undefined
    const { script, locale, isMine } = this.#view
    if (key === 'c') return () => void copyText(wording(script, locale), status, this.#api)
    if (key === 'p' && script.outcome) return printSheet
    if (!isMine) return undefined
    const choice = script.choices.find((one) => one.key === key)
    if (choice) return () => this.#acts.onAnswer({ choice: choice.id })
    const symptom = script.symptoms.find((one) => one.key === key)
    if (symptom) return () => this.#acts.onAnswer({ symptom: symptom.id })
    if (key === 'b') return () => this.#acts.onAnswer({ do: 'back' })
    return undefined
  }

  draw(view: ChatView): void {
    this.#view = view
    const now = JSON.stringify([view.script, view.trail, view.isMine, view.locale, this.#heard])
    if (now === this.#drawn) return
    const hadFocus = this.place.contains(document.activeElement)
    this.#drawn = now
    this.place.replaceChildren(...this.#parts(view))
    if (hadFocus) this.focus()
  }

  #parts({ script, trail, isMine, locale }: ChatView): HTMLElement[] {
    const { t } = this.#api
    const title = element('h2', { id: 'script-title' }, t('chats.script'))
    if (!script) return [title, element('p', { class: 'quiet' }, t('chats.noScript'))]
    return [
      title,
      element('p', { class: 'step-title' }, ...breakable(titleOf(script))),
      ...this.#trail(trail),
      ...this.#heard.map((text) => this.#wordingOf(text, locale, isMine, 'chats.insert')),
      this.#wordingOf(wording(script, locale), locale, isMine, 'chats.insertStep', script),
      ...this.#answers('chats.answers', 'answers', script.choices, isMine, ({ id }) => ({ choice: id })),
      ...this.#answers('phone.symptoms', 'answers symptoms', script.symptoms, isMine, ({ id }) => ({
        symptom: id,
      })),
      ...(isMine ? [this.#back()] : []),
      ...(script.outcome ? this.#sheet(script.outcome, locale) : []),
      ...this.#inside(script),
      ...(script.guide ? [this.#guide(script.guide)] : []),
      element('p', { class: 'quiet version' }, t('phone.version', { version: script.version })),
    ]
  }

  /** A text in the customer's language with the button that puts it into the draft, and what it means. */
  #wordingOf(text: string, lang: string, isMine: boolean, label: string, script?: Script): HTMLElement {
    const { t } = this.#api
    const box = element('div', { class: 'wording' }, element('p', { class: 'say', lang }, ...breakable(text)))
    if (script && script.agentSay !== script.say)
      box.append(
        element(
          'details',
          {},
          element('summary', {}, t('phone.inYourWords')),
          element('p', { class: 'sense' }, script.agentSay),
        ),
      )
    if (!isMine) return box
    const insert = element(
      'button',
      { type: 'button', class: script ? 'button primary' : 'button', 'data-begin': script !== undefined },
      ...(script ? [element('kbd', { 'aria-hidden': 'true' }, 'Enter')] : []),
      t(label),
    )
    insert.addEventListener('click', () => this.#acts.onInsert(text))
    box.append(insert)
    return box
  }

  #trail(trail: ChatView['trail']): HTMLElement[] {
    const given = trail.filter(({ answer }) => answer !== undefined)
    if (given.length === 0) return []
    const rows = given.flatMap(({ title, answer = '' }) => [
      element('dt', {}, title),
      element('dd', {}, answer),
    ])
    return [
      element(
        'details',
        { class: 'answers-so-far' },
        element('summary', {}, this.#api.t('chats.trail', { count: given.length })),
        element('dl', {}, ...rows),
      ),
    ]
  }

  #inside({ verify, notes }: Script): HTMLElement[] {
    const { t } = this.#api
    const lines = [
      ...(verify ? [{ title: t('phone.verify'), text: verify }] : []),
      ...notes.map((text) => ({ title: t('phone.note'), text })),
    ]
    return lines.map(({ title, text }) =>
      element(
        'div',
        { class: 'inside' },
        element('h3', {}, title, ' ', element('span', { class: 'badge' }, t('phone.onlyYou'))),
        element('p', {}, ...breakable(unmarked(text))),
      ),
    )
  }

  #guide({ number, page, code }: NonNullable<Script['guide']>): HTMLElement {
    const { t } = this.#api
    return element(
      'div',
      { class: 'guide' },
      element('p', {}, `${t('phone.guide')}: `, element('b', {}, number)),
      element('p', {}, `${t('phone.code')}: `, element('b', {}, code)),
      element('p', { class: 'quiet' }, t('phone.guideHelp', { page })),
    )
  }

  #answers(
    title: string,
    kind: 'answers' | 'answers symptoms',
    choices: Choice[],
    isMine: boolean,
    answerOf: (one: Choice) => Answer,
  ): HTMLElement[] {
    if (choices.length === 0) return []
    const buttons = choices.map((choice) => {
      const cap = choice.key ? [element('kbd', { 'aria-hidden': 'true' }, choice.key)] : []
      const button = element(
        'button',
        { type: 'button', class: 'answer', 'aria-keyshortcuts': choice.key, disabled: !isMine },
        ...cap,
        element('span', {}, choice.agentSay),
      )
      button.addEventListener('click', () => this.#acts.onAnswer(answerOf(choice)))
      return button
    })
    return [element('h3', {}, this.#api.t(title)), element('div', { class: kind }, ...buttons)]
  }

  #back(): HTMLElement {
    return keyButton('B', this.#api.t('phone.back'), () => this.#acts.onAnswer({ do: 'back' }))
  }

  /** On the page the wording says the same: the sheet itself is for paper. */
  #sheet(outcome: Outcome, lang: ChatView['locale']): HTMLElement[] {
    const button = keyButton('P', this.#api.t('chats.printSheet'), printSheet)
    return [button, outcomeSheet(outcome, this.#api, lang)]
  }
}

function titleOf({ title, progress }: Script): string {
  return [title, progress?.label].filter(Boolean).join(' · ')
}

/** The step as the bot would say it, or the outcome with what is missing and its forms; in the customer's language. */
function wording({ say, outcome }: Script, lang: Lang): string {
  return outcome ? outcomeWording(outcome, lang) : say
}

function outcomeWording({ title, text, missing, forms, after }: Outcome, lang: Lang): string {
  const lacking = missing.map((one) => missingLine(one, lang))
  return [title, text, ...[...lacking, ...forms].map((line) => `・${line}`), ...(after ? [after] : [])].join(
    '\n',
  )
}
