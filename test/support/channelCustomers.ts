import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import type { CardAction } from 'botbuilder-core'
import { consoleChannel } from '../../bot/channels/console.ts'
import type { LineReference } from '../../bot/channels/lineEvents.ts'
import { connect } from './directLine.ts'
import type { Running } from './kaijo.ts'
import { LineCustomer, readable, tappable } from './lineCustomer.ts'
import type { LineStandIn } from './lineStandIn.ts'
import { buttonsOf, TeamsCustomer, wordsOf } from './teamsCustomer.ts'
import type { TeamsStandIn } from './teamsStandIn.ts'
import { until } from './until.ts'
import { openWidget } from './widgetCustomer.ts'

/** What stands around the customers: Kaijo, and what it speaks with. */
export interface Street {
  kaijo: Running
  teams: TeamsStandIn
  line: LineStandIn
}

/** What customers need of it: `url` may be another process's each time it is asked for. */
export interface Place extends Omit<Street, 'kaijo'> {
  kaijo: Pick<Running, 'url' | 'store' | 'turns' | 'token'>
}

/** One customer, whatever the channel. */
export interface Customer {
  /** The conversation's id in the store. */
  conversation: string
  say(text: string): Promise<void>
  press(button: CardAction): Promise<void>
  /** Presses the button before once more, or does what comes nearest where there are no buttons. */
  tapAgain(): Promise<void>
  /** What was shown since the last time, when all that the bot has said (`count` messages) has come; `since` is how many were seen before. */
  seen(count: number): Promise<Seen>
  end(): Promise<void>
}

/** What was shown: to read, to press, and as the channel carried it. */
export interface Seen {
  words: string
  buttons: string[]
  since: number
  payloads: unknown[]
}

/** How a customer comes in. */
export type Arrive = (place: Place, locale: 'ja' | 'en') => Promise<Customer>

/** How a customer comes in by each channel. */
export const customers: Record<string, Arrive> = {
  'Direct Line': byDirectLine,
  LINE: byLine,
  Teams: byTeams,
  console: byConsole,
}

/** Resolves when everything that this conversation was told has had its turn, in whichever process. */
export async function settled({ store }: Pick<Running, 'store'>, conversation: string): Promise<void> {
  // A busy machine is asked less and less often.
  for (let pause = 2; (await store.pending(conversation)) !== undefined; pause = Math.min(pause * 2, 50))
    await new Promise((resolve) => setTimeout(resolve, pause))
}

async function byDirectLine({ kaijo }: Place, locale: 'ja' | 'en'): Promise<Customer> {
  // A busy machine answers late; the client would take that for lost.
  const client = connect({ url: kaijo.url, token: await kaijo.token(), locale, timeout: 20_000 })
  const said = () => client.activities.filter(({ from }) => from.role === 'bot') as unknown as Shown[]
  let since = 0
  let last: CardAction | undefined
  await client.heard()
  // Its socket stays where it is. The client says "retry" of what a busy machine has not taken.
  const say = async (text: string, more?: object) => {
    const channelData = { clientActivityID: randomUUID() }
    do client.move(kaijo.url)
    while ((await client.say(text, { ...more, channelData })) === 'retry')
  }
  const press = async (button: CardAction) => {
    last = button
    await say(button.title, { value: button.value })
  }
  return {
    conversation: client.conversationId(),
    say: (text) => say(text),
    press,
    tapAgain: () => press(last as CardAction),
    async seen(count) {
      await client.until(() => said().length >= count)
      const shown = said().slice(since)
      const result = {
        words: shown.map(({ text }) => text).join('\n'),
        buttons: shown.at(-1)?.suggestedActions?.actions.map(({ title }) => title) ?? [],
        since,
        payloads: shown,
      }
      since = said().length
      return result
    },
    end: async () => client.end(),
  }
}

interface Shown {
  text: string
  suggestedActions?: { actions: { title: string }[] }
}

/** The chat of the web page itself, without its looks. */
export const byWidget: Arrive = async ({ kaijo }, locale) => {
  const widget = await openWidget(kaijo, locale)
  const said = () => widget.said().filter(({ from }) => from === 'bot')
  let since = 0
  let last: CardAction | undefined
  const press = (button: CardAction) => {
    last = button
    return widget.say({ text: button.title, value: button.value })
  }
  return {
    conversation: widget.conversation,
    say: (text) => widget.say({ text }),
    press,
    tapAgain: () => press(last as CardAction),
    async seen(count) {
      await until(() => said().length >= count)
      const shown = said().slice(since)
      const result = {
        words: shown.map(({ text }) => text).join('\n'),
        buttons: shown.at(-1)?.choices.map(({ title }) => title) ?? [],
        since,
        payloads: shown,
      }
      since = said().length
      return result
    },
    end: async () => widget.end(),
  }
}

async function byLine({ kaijo, line }: Place, locale: 'ja' | 'en'): Promise<Customer> {
  const customer = await arriveInLine({ kaijo, line }, locale === 'ja' ? 'ja' : 'en-US')
  let since = 0
  let read = 0
  let last: ReturnType<LineStandIn['event']> = {}
  return {
    conversation: `line:${customer.user}`,
    say: async (text) => void (await customer.says(text)),
    async press({ title }) {
      const action = tappable(line.last(customer.user)).get(title)
      if (!action) throw new Error(`LINE shows no "${title}"`)
      last = action
      await customer.presses(action)
    },
    tapAgain: async () => void (await customer.presses(last)),
    async seen(count) {
      await until(async () => (await kaijo.store.outgoing(`line:${customer.user}`)) === undefined)
      const shown = customer.got.slice(read)
      const offered = [...tappable(line.last(customer.user))]
      const answers = offered.filter(([, { type }]) => type === 'postback' || type === 'message')
      const result = {
        words: shown.map(({ messages }) => readable(messages)).join('\n'),
        buttons: answers.map(([title]) => title),
        since,
        payloads: shown.flatMap(({ messages }) => messages),
      }
      read += shown.length
      since = count
      return result
    },
    end: async () => {},
  }
}

/** Whose profile a busy machine could not ask for in time is spoken to in Japanese; then somebody else comes. */
async function arriveInLine({ kaijo, line }: Pick<Place, 'kaijo' | 'line'>, language: string) {
  for (;;) {
    const customer = new LineCustomer(line, kaijo)
    line.profiles.set(customer.user, language)
    await customer.sends({ type: 'follow', follow: { isUnblocked: false } })
    const { reference } = (await kaijo.store.conversation(`line:${customer.user}`)) ?? {}
    if ((reference as LineReference | undefined)?.language === language) return customer
  }
}

async function byTeams({ kaijo, teams }: Place, locale: 'ja' | 'en'): Promise<Customer> {
  const customer = new TeamsCustomer(kaijo, teams, { locale: locale === 'ja' ? 'ja-JP' : 'en-US' })
  await customer.post(customer.activity({ type: 'installationUpdate', action: 'add' }))
  await settled(kaijo, `teams:${customer.id}`)
  let since = 0
  let last: ReturnType<typeof buttonsOf>[number] | undefined
  return {
    conversation: `teams:${customer.id}`,
    async say(text) {
      const activity = customer.activity({ type: 'message', text })
      while ((await customer.post(activity)).status === 503);
    },
    async press({ title }) {
      last = buttonsOf(teams.in(customer.id)).findLast((button) => button.title === title)
      if (!last) throw new Error(`Teams shows no button "${title}"`)
      await customer.press(last)
    },
    async tapAgain() {
      if (last) await customer.press(last)
    },
    async seen(count) {
      await teams.until(() => teams.in(customer.id).length >= count)
      const shown = teams.in(customer.id).slice(since)
      const result = {
        words: wordsOf(shown),
        buttons: buttonsOf(shown.slice(-1)).map(({ title }) => title),
        since,
        payloads: shown.map(({ body }) => body),
      }
      since += shown.length
      return result
    },
    end: async () => {},
  }
}

async function byConsole({ kaijo }: Place, locale: 'ja' | 'en'): Promise<Customer> {
  const [input, output] = [new PassThrough(), new PassThrough()]
  let conversation = ''
  let printed = ''
  let since = 0
  let read = 0
  let last = ''
  output.on('data', (chunk) => (printed += chunk))
  const turns = {
    ...kaijo.turns,
    idle: () => kaijo.turns.idle(),
    accept: (inbound: Parameters<typeof kaijo.turns.accept>[0]) => {
      conversation = inbound.conversation
      return kaijo.turns.accept(inbound)
    },
  }
  const talk = consoleChannel({ turns, store: kaijo.store, input, output, locale })
  /** The channel asks for the next line when it has shown all that this one brought. */
  const type = async (text: string) => {
    last = text
    const before = printed.split('\n> ').length
    if (text !== '') input.write(`${text}\n`)
    while (printed.split('\n> ').length <= (text === '' ? 1 : before))
      await new Promise((go) => setImmediate(go))
  }
  await type('')
  return {
    conversation,
    say: type,
    async press({ title }) {
      const number = [...printed.matchAll(/^ {2}(\d+)\. (.*)$/gm)].findLast(
        (match) => match[2] === title,
      )?.[1]
      if (!number) throw new Error(`The console shows no "${title}"`)
      await type(number)
      last = title
    },
    tapAgain: () => type(last),
    async seen(count) {
      const log = await kaijo.store.activities(conversation, 0, 1000)
      const said = log.map(({ activity }) => activity).filter(({ from }) => from?.role === 'bot')
      while (!said.every(({ text }) => printed.includes(text ?? '')))
        await new Promise((go) => setImmediate(go))
      const words = printed.slice(read)
      read = printed.length
      const result = { words, buttons: lastChoices(words), since, payloads: [words] }
      since = count
      return result
    },
    async end() {
      input.end()
      await talk
    },
  }
}

/** The numbered choices under the last thing that was printed. */
function lastChoices(printed: string): string[] {
  const lines = printed.replace(/\n> $/, '').trimEnd().split('\n')
  const from = lines.findLastIndex((line) => !/^ {2}\d+\. /.test(line))
  return lines.slice(from + 1).map((line) => line.replace(/^ {2}\d+\. /, ''))
}
