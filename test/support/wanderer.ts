import type { Activity, CardAction } from 'botbuilder-core'
import type { Store } from '../../bot/store/index.ts'
import type { Content } from '../../content/index.ts'

/** What a button sends. */
type Pressed = Partial<Record<'run' | 'step' | 'choice' | 'do' | 'faq', string>>

/** How a wanderer goes. */
export interface Walk {
  conversation: string
  store: () => Store
  content: Content
  /** A whole number from 0 to below the one given. */
  draw: (below: number) => number
  send: (event: string, activity: Partial<Activity>) => Promise<void>
  /** How often what was seen, all wanderers together: `flow/step what detail`. */
  tally: Map<string, number>
}

/**
 * A customer who presses whatever is offered, forwards mostly, and keeps count of it. The tally is made from the buttons
 * alone, so that it owes nothing to how the bot counts.
 */
export class Wanderer {
  readonly #walk: Walk
  readonly #seen = new Set<string>()
  #presses = 0
  /** The step or outcome that was shown last, and the answer of the FAQ. */
  #at = '/'
  #faq = ''
  #answered = ''

  constructor(walk: Walk) {
    this.#walk = walk
  }

  /** Presses something; false when nothing is offered. */
  async press(): Promise<boolean> {
    const { conversation, send } = this.#walk
    const action = this.#choose(await this.#offered())
    if (!action) return false
    this.#presses++
    this.#press(action.value as Pressed)
    await send(`${conversation}/${this.#presses}`, {
      type: 'message',
      text: action.title,
      value: action.value,
    })
    this.#arrive(await this.#offered())
    return true
  }

  /** The buttons of the last thing said. */
  async #offered(): Promise<CardAction[]> {
    const log = await this.#walk.store().activities(this.#walk.conversation, 0, 1000)
    return log.at(-1)?.activity.suggestedActions?.actions ?? []
  }

  /** Never from the start again: a topic first, and then what is offered. */
  #choose(offered: CardAction[]): CardAction | undefined {
    const { draw } = this.#walk
    const of = (action: CardAction) => action.value as Pressed
    const isFirst = this.#presses === 0
    const known = offered.filter(
      (action) => Boolean(of(action).faq) === isFirst && of(action).do !== 'restart',
    )
    const choices = known.filter((action) => of(action).choice)
    const some = choices.length > 0 && draw(4) > 0 ? choices : known
    // Half of them come for what most come for.
    return some[isFirst && draw(2) > 0 ? 0 : draw(some.length)]
  }

  #press({ choice, step = '', faq, do: deed }: Pressed): void {
    const { content } = this.#walk
    if (faq) {
      this.#faq = faq
      this.#add(`/${faq} answered`)
      const { flow, given = {} } = content.faq.get(faq)?.starts ?? {}
      for (const id of Object.keys(given))
        for (const what of ['reached', 'done']) this.#once(`${flow}/${id} ${what}`)
    }
    if (deed === 'person') this.#add(`${this.#at} person`)
    if (deed === 'back' && step.includes('/')) this.#add(`${this.#at} back`)
    if (!choice) return
    if (step.startsWith('trouble_')) this.#add(`${this.#at} trouble ${choice}`)
    if (step === 'faq') this.#add(`/${this.#faq} ${choice === 'yes' ? 'helped' : 'unhelpful'}`)
    if (step.includes('/')) this.#answered = step
  }

  /** Each button names the place where it stands. */
  #arrive(offered: CardAction[]): void {
    const { step = '' } = (offered.find(({ value }) => (value as Pressed).step)?.value ?? {}) as Pressed
    // Some answers lead to the step itself: "look again".
    if (this.#answered && this.#answered !== step) this.#once(`${this.#answered} done`)
    this.#answered = ''
    if (!step.includes('/')) return
    this.#at = step
    this.#once(`${step} reached`)
  }

  #once(what: string): void {
    if (this.#seen.has(what)) return
    this.#seen.add(what)
    this.#add(what)
  }

  #add(what: string): void {
    const { tally } = this.#walk
    tally.set(what, (tally.get(what) ?? 0) + 1)
  }
}
