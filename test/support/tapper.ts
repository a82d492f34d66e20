import type { State } from '../../dialogs/index.ts'
import type { Street } from './channelCustomers.ts'
import { LineCustomer, readable, tappable } from './lineCustomer.ts'
import { buttonsOf, TeamsCustomer, wordsOf } from './teamsCustomer.ts'
import { until } from './until.ts'

/** Sends what a button sends, whenever it was shown. */
export type Button = () => Promise<unknown>

/** A customer who can tap any button that was ever shown, also several at the same instant. */
export interface Tapper {
  says(text: string): Promise<string>
  /** Taps all of them at once; gives what was shown then, when all is said. */
  taps(...buttons: Button[]): Promise<string>
  /** What can be tapped in the newest message. */
  offers(): string[]
  /** The button of the newest message that says so, to be kept. */
  keeps(title: string): Button
  /** Where the customer stands. */
  run(): Promise<State['run']>
}

/** How such a customer comes in by each channel that leaves old buttons on the screen. */
export const tappers: Record<string, (street: Street, locale: 'ja' | 'en') => Tapper> = {
  LINE: byLine,
  Teams: byTeams,
}

function byLine({ kaijo, line }: Street, locale: 'ja' | 'en'): Tapper {
  const { user } = new LineCustomer(line, kaijo.url)
  line.profiles.set(user, locale)
  const conversation = `line:${user}`
  const send = (more: Record<string, unknown>) => line.post(kaijo.url, [line.event(user, more)])
  const messages = () => line.delivered.filter(({ to }) => to === user)
  const hear = async (sent: Promise<unknown>[]) => {
    const before = messages().length
    await Promise.all(sent)
    await kaijo.turns.idle()
    await until(async () => (await kaijo.store.outgoing(conversation)) === undefined)
    return readable(
      messages()
        .slice(before)
        .flatMap((each) => each.messages),
    )
  }
  return {
    says: (text) => hear([send({ type: 'message', message: { type: 'text', id: 'm', text } })]),
    taps: (...buttons) => hear(buttons.map((button) => button())),
    offers: () => [...tappable(line.last(user)).keys()],
    keeps(title) {
      const action = tappable(line.last(user)).get(title)
      if (!action) throw new Error(`LINE shows no "${title}"`)
      return () => send({ type: 'postback', postback: { data: action.data } })
    },
    run: async () => ((await kaijo.store.conversation(conversation))?.state as State | undefined)?.run,
  }
}

function byTeams({ kaijo, teams }: Street, locale: 'ja' | 'en'): Tapper {
  const customer = new TeamsCustomer(kaijo, teams, { locale: locale === 'ja' ? 'ja-JP' : 'en-US' })
  const newest = () => buttonsOf(teams.in(customer.id).slice(-1))
  return {
    says: async (text) => wordsOf(await customer.say(text)),
    async taps(...buttons) {
      await Promise.all(buttons.map((button) => button()))
      return wordsOf(await customer.hear())
    },
    offers: () => newest().map(({ title }) => title),
    keeps(title) {
      const found = newest().find((button) => button.title === title)
      if (!found) throw new Error(`Teams shows no "${title}"`)
      return () => customer.press(found)
    },
    run: async () =>
      ((await kaijo.store.conversation(`teams:${customer.id}`))?.state as State | undefined)?.run,
  }
}
