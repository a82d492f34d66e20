import { element } from '../chat/element.ts'
import { type Api, pressKey, type Screen } from './api.ts'
import { copyText } from './copying.ts'
import { keyButton } from './keyButton.ts'
import { isCommand } from './keys.ts'
import { outcomeText } from './outcomeSheet.ts'
import { type Answer, drawAside, drawStep, type Sight } from './phoneStep.ts'
import type { CallView, Script } from './phoneView.ts'

/** One call: the step with the line to read aloud, and a key for every answer. */
export function openCall(place: HTMLElement, api: Api, view: CallView): Screen {
  const call = new Call(place, api, view)
  return { close: () => call.close() }
}

/** How often to look whether the caller has gone on at the PC, or the bank has confirmed it. */
const lookEvery = 2500

class Call {
  readonly #place: HTMLElement
  readonly #api: Api
  readonly #status = element('p', { role: 'status', class: 'call-status quiet' })
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

  /** What a step is drawn with. */
  get #sight(): Sight {
    return { api: this.#api, lang: this.#view.locale, onAnswer: (answer) => void this.#answer(answer) }
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
      this.#say('')
      this.#draw()
    } catch {
      this.#say(this.#api.t('shell.failed'), true)
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
    this.#say(this.#api.t('phone.moved'))
    this.#draw()
  }

  #say(words: string, isAlert = false): void {
    this.#status.className = isAlert ? 'call-status alert' : 'call-status quiet'
    this.#status.textContent = words
  }

  #draw(): void {
    const { script, heard, locale } = this.#view
    const main = element('section', { class: 'script' })
    if (heard.length > 0)
      main.append(
        element('h2', {}, this.#api.t('phone.heard')),
        ...heard.map((line) => element('p', { class: 'heard', lang: locale }, line)),
      )
    if (script) main.append(...drawStep(script, this.#sight))
    else main.append(element('p', {}, this.#api.t('phone.ended')))
    const aside = script ? [drawAside(script, this.#sight)] : []
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
        keyButton('B', t('phone.back'), () => this.#answer({ do: 'back' })),
        keyButton('R', t('phone.restart'), () => this.#answer({ do: 'restart' })),
        keyButton('C', t('phone.copy'), () => this.#copy()),
        ...(script?.outcome ? [keyButton('P', t('phone.print'), () => print())] : []),
        keyButton('/', t('phone.newCall'), () => this.#next(), {
          kind: isOver ? 'button primary' : 'button',
        }),
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
}
