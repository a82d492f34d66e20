import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CardAction } from 'botbuilder-core'
import { expect } from 'chai'
import { parse } from 'yaml'
import { z } from 'zod'
import type { State } from '../../dialogs/index.ts'
import { type BadBank, startBadBank } from '../support/badBank.ts'
import { type Arrive, type Customer, type Place, settled } from '../support/channelCustomers.ts'
import { type LineStandIn, standInForLine } from '../support/lineStandIn.ts'
import { TeamsStandIn } from '../support/teamsStandIn.ts'
import { insist, together } from '../support/traffic.ts'

const at = z.string()
const move = z.union([
  z.strictObject({ press: z.string(), at }),
  z.strictObject({ say: z.strictObject({ ja: z.string(), en: z.string() }), at }),
  z.strictObject({ tapAgain: z.literal(true), at }),
  z.strictObject({ bank: z.enum(['cleared', 'rejected', 'expired']), at }),
])
type Move = z.output<typeof move>
const table = z
  .array(z.strictObject({ name: z.string(), never: z.string().optional(), lines: z.array(move).min(2) }))
  .parse(parse(readFileSync(join(import.meta.dirname, 'table.yaml'), 'utf8')))

/** What stands around the Kaijo that is tried. */
export interface Surroundings {
  bank: BadBank
  teams: TeamsStandIn
  line: LineStandIn
}

/** A Kaijo of one process or of several. */
export interface Tried {
  /** Where the next customer comes in: asked for once for each. */
  place(): Place['kaijo']
  /** What it has to say when a conversation goes wrong. */
  output?(): string
  end(): Promise<void>
}

/** How a Kaijo is tried. */
interface Trial {
  /** So many customers at a time. */
  most: number
  start: (around: Surroundings) => Promise<Tried>
  /** Tests of the same Kaijo, when the table is done. */
  also?: (tried: () => Surroundings & { place(): Place }) => void
}

/** A conversation of the table with one customer, on its way. */
interface Row {
  title: string
  channel: string
  locale: 'ja' | 'en'
  conversation: (typeof table)[number]
  /** Where it has left the customer: answers, outcome, dialogs. */
  left: PromiseWithResolvers<string>
}

/** Leads every conversation of table.yaml in each of these channels and both languages. */
export function conversationTable(
  where: string,
  channels: Record<string, Arrive>,
  { most, start, also }: Trial,
): void {
  describe(`the table of conversations, ${where}`, function () {
    this.timeout(300_000)
    const rows = rowsOf(channels)
    /** What each conversation has left behind, channel by channel. */
    const walked = new Map<string, Map<string, string>>()
    let around: Surroundings
    let tried: Tried
    let walks: Promise<unknown>

    before(async () => {
      around = {
        bank: await startBadBank(),
        teams: await TeamsStandIn.start(),
        line: await standInForLine(),
      }
      tried = await start(around)
      walks = together(most, rows, async (row) => {
        const place = { ...around, kaijo: tried.place() }
        const arrive = channels[row.channel] as Arrive
        const walking = walk({ place, bank: around.bank, row, arrive })
        await walking.then(row.left.resolve, (cause: Error) => {
          cause.message += `\n${tried.output?.() ?? ''}`
          row.left.reject(cause)
        })
      })
    })
    after(async () => {
      await walks
      await tried.end()
      await around.teams.close()
      await around.line.end()
      await around.bank.close()
    })

    for (const { title, channel, locale, conversation, left } of rows)
      it(title, async () => {
        const same = walked.get(conversation.name) ?? new Map<string, string>()
        walked.set(conversation.name, same.set(`${channel}, ${locale}`, await left.promise))
        expect(new Set(same.values()).size, JSON.stringify([...same])).to.equal(1)
      })

    also?.(() => ({ ...around, place: () => ({ ...around, kaijo: tried.place() }) }))
  })
}

function rowsOf(channels: Record<string, Arrive>): Row[] {
  return Object.keys(channels).flatMap((channel) =>
    (['ja', 'en'] as const).flatMap((locale) =>
      table.map((conversation) => {
        const left = Promise.withResolvers<string>()
        // A row may fail before its test has come to it.
        left.promise.catch(() => undefined)
        return { title: `${channel}, ${locale}: ${conversation.name}`, channel, locale, conversation, left }
      }),
    ),
  )
}

interface Walk {
  place: Place
  bank: BadBank
  row: Row
  arrive: Arrive
}

async function walk({ place, bank, row, arrive }: Walk): Promise<string> {
  const { locale, conversation } = row
  const customer = await arrive(place, locale)
  try {
    await sees(place, customer)
    for (const one of conversation.lines) {
      await act({ place, bank, customer, one, locale })
      expect(await placeOf(place, customer), JSON.stringify(one)).to.equal(one.at)
      await sees(place, customer)
    }
    const { never } = conversation
    if (never) expect(JSON.stringify(await logOf(place, customer))).not.to.include(never)
    const { run, stack } = await stateOf(place, customer)
    return JSON.stringify([run?.path, run?.outcome, stack.map(({ id }) => id)])
  } finally {
    await customer.end()
  }
}

function logOf({ kaijo }: Place, { conversation }: Customer) {
  return kaijo.store.activities(conversation, 0, 1000)
}

async function stateOf({ kaijo }: Place, { conversation }: Customer): Promise<State> {
  return (await kaijo.store.conversation(conversation))?.state as State
}

/** A step, an outcome, or the dialog that lies over them. */
async function placeOf(place: Place, customer: Customer): Promise<string> {
  const { run, stack } = await stateOf(place, customer)
  const top = stack.at(-1)?.id
  return top?.replace(/^service-suspended\//, '') ?? run?.outcome ?? 'none'
}

/** One line of a conversation, with the customer who says it. */
export interface Acting {
  place: Place
  bank: BadBank
  customer: Customer
  one: Move
  locale: 'ja' | 'en'
}

/** Does what the line says; resolves when it has had its turn. */
export async function act({ place, bank, customer, one, locale }: Acting): Promise<void> {
  if ('press' in one) await customer.press(await button(place, customer, one.press))
  else if ('say' in one) await customer.say(one.say[locale])
  else if ('tapAgain' in one) await customer.tapAgain()
  else {
    const id = (await stateOf(place, customer)).run?.request?.id ?? ''
    Object.assign(bank.requests.get(id) ?? {}, { state: one.bank })
    const { headers, body } = bank.webhook(id, one.bank)
    await insist(`${place.kaijo.url}/unlock/callback`, headers, body)
  }
  await settled(place.kaijo, customer.conversation)
}

/** The button that means this, of the last thing that was said with buttons. */
async function button(place: Place, customer: Customer, id: string): Promise<CardAction> {
  const said = (await logOf(place, customer)).map(({ activity }) => activity)
  const offered = said.findLast(({ suggestedActions }) => suggestedActions)?.suggestedActions?.actions ?? []
  const found = offered.find(({ value }) => value.choice === id || value.do === id || value.faq === id)
  if (!found) throw new Error(`No button "${id}" among ${JSON.stringify(offered.map(({ value }) => value))}`)
  return found
}

/** What the customer has been shown since the last line has every fact and every button of the bot's own log. */
async function sees(place: Place, customer: Customer): Promise<void> {
  const said = (await logOf(place, customer))
    .map(({ activity }) => activity)
    .filter(({ from }) => from?.role === 'bot')
  const { words, buttons, since } = await customer.seen(said.length)
  for (const { text } of said.slice(since))
    for (const fact of (text ?? '').split(/\n|：|: /)) expect(words).to.include(fact.trim())
  const offered = said.at(-1)?.suggestedActions?.actions.map(({ title }) => title) ?? []
  expect(buttons).to.have.members(offered)
}
