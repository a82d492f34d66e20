import { element } from '../chat/element.ts'
import { type Api, pressKey, type Screen } from './api.ts'
import { copyText } from './copying.ts'
import { isCommand } from './keys.ts'
import { outcomeSheet, outcomeText } from './outcomeSheet.ts'
import { type CallView, type Choice, type Script, unmarked } from './phoneView.ts'

/** One call: the step with the line to read aloud, and a key for every answer. */
export function openCall(place: HTMLElement, api: Api, view: CallView): Screen {
  const call = new Call(place, api, view)
  return { close: () => call.close() }
}

/** How often to look whether the caller has gone on at the PC, or the bank has confirmed it. */
const lookEvery = 2500

type Answer = { choice: string } | { symptom: string } | { do: 'back' | 'restart' } | { reopen: string }

class Call {
  readonly #place: HTMLElement
  readonly #api: Api
  readonly #status = element('p', { role: 'status', class: 'quiet' })
  #view: CallView
  #isBusy = false
  readonly #timer: number

  constructor(place: HTMLElement, api: Api, view: CallView) {
    this.#place = place
    this.#api = api
    this.#view = view
    document.addEventListener('keydown', this.#pressed)
    this.#timer = window.setInterval(() => void this.#look(), lookEvery)
    this.#draw()
  }

  close(): void {
    window.clearInterval(this.#timer)
    document.removeEventListener('keydown', this.#pressed)
  }

  /** One key for each answer; a second press while the first is on its way does nothing. */
  #pressed = (event: KeyboardEvent): void => {
    if (!isCommand(event)) return
    const act = this.#actOf(event.key.toLowerCase())
    if (!act) return
    event.preventDefault()
    act()
  }

  #actOf(key: string): (() => void) | undefined {
    const { script } = this.#view
    const choice = script?.choices.find((one) => one.key === key)
    if (choice) return () => this.#answer({ choice: choice.id })
    const symptom = script?.symptoms.find((one) => one.key === key)
    if (symptom) return () => this.#answer({ symptom: symptom.id })
    const acts: Record<string, () => void> = {
      b: () => this.#answer({ do: 'back' }),
      r: () => this.#answer({ do: 'restart' }),
      c: () => this.#copy(),
      '/': () => this.#next(),
      ...(script?.outcome && { p: () => print() }),
    }
    return acts[key]
  }

  #next(): void {
    location.hash = '#/phone'
  }

  #copy(): void {
    const { script, heard, locale } = this.#view
    const text = script?.outcome
      ? outcomeText(script.outcome, this.#api, locale)
      : (script?.read ?? heard.join('\n'))
    void copyText(text, this.#status, this.#api)
  }

  async #answer(answer: Answer): Promise<void> {
    const { script, conversation } = this.#view
    if (this.#isBusy) return
    this.#isBusy = true
    this.#place.setAttribute('aria-busy', 'true')
    const body = { key: pressKey(), at: script?.at ?? { run: '', step: '' }, ...answer }
    try {
      const path = `/desk/api/calls/${encodeURIComponent(conversation)}/answer`
      this.#view = await this.#api.send<CallView>('POST', path, body)
      this.#status.textContent = ''
      this.#draw()
    } catch {
      this.#status.textContent = this.#api.t('shell.failed')
    } finally {
      this.#isBusy = false
      this.#place.removeAttribute('aria-busy')
    }
  }

  /** A step on the certificate's PC can be done there, too; and the bank confirms without anybody's key. */
  async #look(): Promise<void> {
    const { script, conversation, version } = this.#view
    const mayMove = script?.kind === 'part' || script?.kind === 'await'
    if (!mayMove || this.#isBusy || document.hidden) return
    const path = `/desk/api/calls/${encodeURIComponent(conversation)}`
    const view = await this.#api.get<CallView>(path, { background: true }).catch(() => undefined)
    if (!view || this.#isBusy || view.version <= version || this.#view.version !== version) return
    this.#view = view
    this.#status.textContent = this.#api.t('phone.moved')
    this.#draw()
  }

  #draw(): void {
    const { script, heard, locale } = this.#view
    const main = element('section', { class: 'script' })
    if (heard.length > 0)
      main.append(
        element('h2', {}, this.#api.t('phone.heard')),
        ...heard.map((line) => element('p', { class: 'heard', lang: locale }, line)),
      )
    if (script) main.append(...this.#step(script))
    else main.append(element('p', {}, this.#api.t('phone.ended')))
    const aside = script ? [this.#aside(script)] : []
    this.#place.replaceChildren(
      this.#bar(script),
      ...this.#trail(),
      this.#status,
      element('div', { class: 'columns' }, main, ...aside),
      element('p', { class: 'keys quiet' }, this.#api.t('phone.keyHelp')),
    )
    // The button that was pressed is gone: whoever reads with the ear goes on at what is to be read aloud.
    this.#place.querySelector<HTMLElement>('[data-begin]')?.focus()
  }

  #bar(script: Script | undefined): HTMLElement {
    const { t } = this.#api
    const title = element('h1', {}, script?.title || t('phone.title'))
    const progress = script?.progress
    const row = progress
      ? [
          element(
            'p',
            { class: 'progress' },
            progress.label,
            element('progress', { value: progress.number, max: progress.total, 'aria-hidden': 'true' }),
          ),
        ]
      : []
    const isOver = !script || script.outcome
    return element(
      'div',
      { class: 'bar' },
      element('div', { class: 'where' }, title, ...row),
      element(
        'div',
        { class: 'acts' },
        this.#button('B', t('phone.back'), () => this.#answer({ do: 'back' })),
        this.#button('R', t('phone.restart'), () => this.#answer({ do: 'restart' })),
        this.#button('C', t('phone.copy'), () => this.#copy()),
        ...(script?.outcome ? [this.#button('P', t('phone.print'), () => print())] : []),
        this.#button('/', t('phone.newCall'), () => this.#next(), isOver ? 'button primary' : 'button'),
      ),
    )
  }

  #trail(): HTMLElement[] {
    const { trail } = this.#view
    const { t } = this.#api
    const steps = trail.filter(({ answer }) => answer !== undefined)
    if (steps.length === 0) return []
    const items = steps.map(({ step, title, answer = '' }) => {
      const button = element(
        'button',
        { type: 'button' },
        element('span', { class: 'asked' }, title),
        element('span', { class: 'answered' }, answer),
        element('span', { class: 'unseen' }, t('phone.goBack')),
      )
      button.addEventListener('click', () => void this.#answer({ reopen: step }))
      return element('li', {}, button)
    })
    return [element('nav', { class: 'trail', 'aria-label': t('phone.trail') }, element('ol', {}, ...items))]
  }

  #step(script: Script): HTMLElement[] {
    const { t } = this.#api
    const lang = this.#view.locale
    const read = element('p', { class: 'read', lang }, script.read)
    const head = element('h2', { tabindex: -1, 'data-begin': true }, t('phone.read'))
    return [
      head,
      read,
      ...(script.verify ? [this.#inside(t('phone.verify'), script.verify)] : []),
      ...(script.table ? [this.#table(script.table)] : []),
      ...(script.guide ? [this.#guide(script.guide)] : []),
      ...(script.outcome ? [outcomeSheet(script.outcome, this.#api, lang)] : []),
      ...this.#answers('phone.choices', script.choices, (choice) => ({ choice: choice.id })),
      ...this.#answers('phone.symptoms', script.symptoms, (symptom) => ({ symptom: symptom.id })),
    ]
  }

  #answers(title: string, choices: Choice[], answerOf: (choice: Choice) => Answer): HTMLElement[] {
    if (choices.length === 0) return []
    const buttons = choices.map((choice) => {
      const other =
        choice.agentSay === choice.say
          ? []
          : [element('span', { class: 'other', lang: this.#view.locale }, choice.say)]
      return this.#button(
        choice.key ?? '',
        choice.agentSay,
        () => this.#answer(answerOf(choice)),
        'answer',
        other,
      )
    })
    return [
      element('h3', {}, this.#api.t(title)),
      element('div', { class: title === 'phone.choices' ? 'answers' : 'answers symptoms' }, ...buttons),
    ]
  }

  #button(
    key: string,
    title: string,
    act: () => void,
    kind = 'button',
    more: HTMLElement[] = [],
  ): HTMLButtonElement {
    const cap = key ? [element('kbd', { 'aria-hidden': 'true' }, key)] : []
    const button = element(
      'button',
      { type: 'button', class: kind, 'aria-keyshortcuts': key || undefined },
      ...cap,
      element('span', {}, title),
      ...more,
    )
    button.addEventListener('click', act)
    return button
  }

  #table({ columns, rows }: NonNullable<Script['table']>): HTMLElement {
    return element(
      'table',
      { lang: this.#view.locale },
      element(
        'thead',
        {},
        element('tr', {}, ...columns.map((cell) => element('th', { scope: 'col' }, cell))),
      ),
      element(
        'tbody',
        {},
        ...rows.map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell)))),
      ),
    )
  }

  #guide({ number, page, code }: NonNullable<Script['guide']>): HTMLElement {
    const { t } = this.#api
    return element(
      'div',
      { class: 'guide' },
      element(
        'dl',
        {},
        element('div', {}, element('dt', {}, t('phone.guide')), element('dd', { class: 'number' }, number)),
        element('div', {}, element('dt', {}, t('phone.code')), element('dd', { class: 'number' }, code)),
      ),
      element('p', {}, t('phone.guideHelp', { page })),
    )
  }

  #aside(script: Script): HTMLElement {
    const { t } = this.#api
    const said = element(
      'details',
      { class: 'said' },
      element('summary', {}, t('phone.chatSays')),
      element('p', { lang: this.#view.locale }, script.say),
    )
    const own =
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
      ...script.notes.map((note) => this.#inside(t('phone.note'), note)),
      ...own,
      said,
      element('p', { class: 'quiet version' }, t('phone.version', { version: script.version })),
    )
  }

  /** A line for the agent, told apart from everything that is meant for the caller. */
  #inside(title: string, line: string): HTMLElement {
    return element(
      'div',
      { class: 'inside' },
      element('h3', {}, title, element('span', { class: 'badge' }, this.#api.t('phone.onlyYou'))),
      element('p', {}, unmarked(line)),
    )
  }
}
