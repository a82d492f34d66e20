import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CardAction } from 'botbuilder-core'
import { readCommandLine } from '../../content/index.ts'
import { startBadBank } from '../support/badBank.ts'
import { type Customer, customers, type Street } from '../support/channelCustomers.ts'
import { runKaijo } from '../support/kaijo.ts'
import { standInForLine } from '../support/lineStandIn.ts'
import { TeamsStandIn } from '../support/teamsStandIn.ts'
import { drawn } from './channelDrawing.ts'

/** One kind of message: what it is called, and what the customer does to get it. */
type Scene = [name: string, move: { press?: string; say?: string; isCleared?: true }]

const scenes: Scene[] = [
  ['The greeting', {}],
  ['An answer, and a question with choices', { press: 'service-suspended' }],
  ['A checklist', { press: 'user' }],
  ['One thing of a checklist, with a picture', { press: 'each' }],
  ['A question after "back"', { press: 'back' }],
  ['A question with a note', { press: 'all' }],
  ['A step with the link and the guide number', { press: 'known' }],
  ['A step with a note and a picture', { press: 'done' }],
  ['It does not work', { press: 'trouble' }],
  ['A hint, and the step again', { press: 'two-certificates' }],
  ['A question on the way', { say: '電子証明書とは何ですか' }],
  ['A secret was typed', { say: '暗証番号は 48213097 です' }],
  ['A person', { say: '担当者に相談する' }],
  ['The bank has confirmed it', { isCleared: true }],
]

const usage =
  'npm run docs:channels    writes docs/channels.md from what customers of a running Kaijo are really sent'

/** `npm run docs:channels`: writes docs/channels.md from what four real customers of a running Kaijo are sent. */
async function main(): Promise<void> {
  readCommandLine(usage)
  const [bank, line, teams] = [await startBadBank(), await standInForLine(), await TeamsStandIn.start()]
  const kaijo = await runKaijo({ ...bank.env, ...line.env, ...teams.env })
  const street = { kaijo, line, teams }
  const here = await Promise.all(
    Object.entries(customers).map(async ([channel, arrive]) => ({
      channel,
      one: await arrive(street, 'ja'),
    })),
  )
  const page = [head]
  for (const [name, move] of scenes) {
    page.push(`## ${name}`)
    for (const { channel, one } of here) {
      if (move.isCleared) await clear(street, one, bank)
      else await act(street, one, move)
      await kaijo.turns.idle()
      const { payloads } = await one.seen(await saidIn(street, one))
      page.push(
        `**${channel}**`,
        ['```text', ...payloads.flatMap((sent) => drawn(channel, sent)), '```'].join('\n'),
      )
    }
  }
  for (const { one } of here) await one.end()
  await kaijo.end()
  await Promise.all([line.end(), teams.close(), bank.close()])
  const file = join(import.meta.dirname, '..', '..', 'docs', 'channels.md')
  writeFileSync(file, `${steady(page.join('\n\n'))}\n`)
  console.log('docs/channels.md is written; read it through.')
}

const head = `# What each channel gets

Written by \`npm run docs:channels\` from what one customer in each channel was really sent; do not edit it by hand.
\`[ a button ]\`, \`( what a picture shows )\`, \`< quick replies >\`. Numbers, times and addresses are examples.`

async function act({ kaijo }: Street, one: Customer, { press, say }: Scene[1]): Promise<void> {
  if (say) return one.say(say)
  if (!press) return
  const log = await kaijo.store.activities(one.conversation, 0, 1000)
  const offering = log.map(({ activity }) => activity).findLast(({ suggestedActions }) => suggestedActions)
  const actions: CardAction[] = offering?.suggestedActions?.actions ?? []
  const found = actions.find(({ value }) => [value.choice, value.do, value.faq].includes(press))
  if (!found)
    throw new Error(`No button "${press}" is offered; change the scenes of this command to fit the guide`)
  await one.press(found)
}

async function clear({ kaijo }: Street, one: Customer, bank: Awaited<ReturnType<typeof startBadBank>>) {
  const state = (await kaijo.store.conversation(one.conversation))?.state
  const { id } = (state as { run: { request: { id: string } } }).run.request
  Object.assign(bank.requests.get(id) ?? {}, { state: 'cleared' })
  const { headers, body } = bank.webhook(id, 'cleared')
  await fetch(`${kaijo.url}/unlock/callback`, { method: 'POST', headers, body: new Uint8Array(body) })
}

async function saidIn({ kaijo }: Street, one: Customer): Promise<number> {
  const log = await kaijo.store.activities(one.conversation, 0, 1000)
  return log.filter(({ activity }) => activity.from?.role === 'bot').length
}

/** What differs from run to run gives way to examples, so that a change of the page is a change of what is sent. */
function steady(page: string): string {
  return page
    .replace(/localhost:\d+/g, 'chat.bank.example')
    .replace(/http:\/\/chat\.bank\.example\/go\/[\w.-]+/g, 'https://chat.bank.example/go/…')
    .replace(/http:\/\/chat\.bank\.example/g, 'https://chat.bank.example')
    .replace(/\b\d{4} \d{4}\b/g, '1234 5678')
    .replace(/\b\d{2}:\d{2}\b/g, '10:10')
    .replace(/(確認コード[\s：│]*)\d{4}/g, '$14821')
    .replace(/(受付番号[\s：│]*)[\w-]+/g, '$1AB12-CD34')
}

await main()
