import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CardAction } from 'botbuilder-core'
import { expect } from 'chai'
import { parse } from 'yaml'
import { z } from 'zod'
import type { State } from '../../dialogs/index.ts'
import { type BadBank, startBadBank } from '../support/badBank.ts'
import { type Customer, customers, type Street } from '../support/channelCustomers.ts'
import { type Running, runKaijo } from '../support/kaijo.ts'
import { type LineStandIn, standInForLine } from '../support/lineStandIn.ts'
import { TeamsStandIn } from '../support/teamsStandIn.ts'

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

describe('the table of conversations', function () {
  this.timeout(300_000)
  let bank: BadBank
  let teams: TeamsStandIn
  let line: LineStandIn
  let kaijo: Running
  let street: Street
  /** The answers that each conversation has left behind, channel by channel. */
  const walked = new Map<string, Map<string, string>>()

  before(async () => {
    bank = await startBadBank()
    teams = await TeamsStandIn.start()
    line = await standInForLine()
    kaijo = await runKaijo({ ...bank.env, ...teams.env, ...line.env })
    street = { kaijo, teams, line }
  })
  after(async () => {
    await kaijo.end()
    await teams.close()
    await line.end()
    await bank.close()
  })

  for (const [channel, arrive] of Object.entries(customers))
    for (const locale of ['ja', 'en'] as const)
      for (const { name, lines, never } of table)
        it(`${channel}, ${locale}: ${name}`, async () => {
          const customer = await arrive(street, locale)
          try {
            await sees(customer)
            for (const one of lines) {
              await act(customer, one, locale)
              expect(await placeOf(customer), JSON.stringify(one)).to.equal(one.at)
              await sees(customer)
            }
            if (never) expect(JSON.stringify(await logOf(customer))).not.to.include(never)
            const { run, stack } = await stateOf(customer)
            const left = JSON.stringify([run?.path, run?.outcome, stack.map(({ id }) => id)])
            const same = walked.get(name) ?? new Map<string, string>()
            walked.set(name, same.set(`${channel}, ${locale}`, left))
            expect(new Set(same.values()).size, JSON.stringify([...same])).to.equal(1)
          } finally {
            await customer.end()
          }
        })

  const logOf = ({ conversation }: Customer) => kaijo.store.activities(conversation, 0, 1000)
  const stateOf = async ({ conversation }: Customer) =>
    (await kaijo.store.conversation(conversation))?.state as State

  /** A step, an outcome, or the dialog that lies over them. */
  async function placeOf(customer: Customer): Promise<string> {
    const { run, stack } = await stateOf(customer)
    const top = stack.at(-1)?.id
    return top?.replace(/^service-suspended\//, '') ?? run?.outcome ?? 'none'
  }

  async function act(customer: Customer, one: Move, locale: 'ja' | 'en'): Promise<void> {
    if ('press' in one) await customer.press(await button(customer, one.press))
    else if ('say' in one) await customer.say(one.say[locale])
    else if ('tapAgain' in one) await customer.tapAgain()
    else {
      const id = (await stateOf(customer)).run?.request?.id ?? ''
      Object.assign(bank.requests.get(id) ?? {}, { state: one.bank })
      const { headers, body } = bank.webhook(id, one.bank)
      await fetch(`${kaijo.url}/unlock/callback`, { method: 'POST', headers, body: new Uint8Array(body) })
    }
    await kaijo.turns.idle()
  }

  /** The button that means this, of the last thing that was said with buttons. */
  async function button(customer: Customer, id: string): Promise<CardAction> {
    const said = (await logOf(customer)).map(({ activity }) => activity)
    const offered = said.findLast(({ suggestedActions }) => suggestedActions)?.suggestedActions?.actions ?? []
    const found = offered.find(({ value }) => value.choice === id || value.do === id || value.faq === id)
    if (!found)
      throw new Error(`No button "${id}" among ${JSON.stringify(offered.map(({ value }) => value))}`)
    return found
  }

  /** What the customer has been shown since the last line has every fact and every button of the bot's own log. */
  async function sees(customer: Customer): Promise<void> {
    const said = (await logOf(customer))
      .map(({ activity }) => activity)
      .filter(({ from }) => from?.role === 'bot')
    const { words, buttons, since } = await customer.seen(said.length)
    for (const { text } of said.slice(since))
      for (const fact of (text ?? '').split(/\n|：|: /)) expect(words).to.include(fact.trim())
    const offered = said.at(-1)?.suggestedActions?.actions.map(({ title }) => title) ?? []
    expect(buttons).to.have.members(offered)
  }
})
