import type { CardAction } from 'botbuilder-core'
import { startBadBank } from '../support/badBank.ts'
import { type Customer, customers, type Street } from '../support/channelCustomers.ts'
import { runKaijo } from '../support/kaijo.ts'
import { standInForLine } from '../support/lineStandIn.ts'
import { TeamsStandIn } from '../support/teamsStandIn.ts'
import { drawn } from './channelDrawing.ts'

/** One kind of message: what it is called, and what the customer does to get it. */
type Scene = [name: string, move: { press?: string; say?: { ja: string; en: string }; isCleared?: true }]

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
  ['A question on the way', { say: { ja: '電子証明書とは何ですか', en: 'What is a certificate?' } }],
  ['A secret was typed', { say: { ja: '暗証番号は 48213097 です', en: 'My PIN is 48213097' } }],
  ['A person', { say: { ja: '担当者に相談する', en: 'Talk to a person' } }],
  ['The bank has confirmed it', { isCleared: true }],
]

/** One scene in one channel: the payloads as they were sent. */
export interface Shown {
  scene: string
  channel: string
  payloads: unknown[]
}

/** Leads one real customer in each channel of a running Kaijo through the scenes. */
export async function showScenes(locale: 'ja' | 'en'): Promise<Shown[]> {
  const [bank, line, teams] = [await startBadBank(), await standInForLine(), await TeamsStandIn.start()]
  const kaijo = await runKaijo({ ...bank.env, ...line.env, ...teams.env })
  const street = { kaijo, line, teams }
  const here = await Promise.all(
    Object.entries(customers).map(async ([channel, arrive]) => ({
      channel,
      one: await arrive(street, locale),
    })),
  )
  const shown: Shown[] = []
  for (const [scene, move] of scenes)
    for (const { channel, one } of here) {
      if (move.isCleared) await clear(street, one, bank)
      else await act(street, one, move, locale)
      await kaijo.turns.idle()
      shown.push({ scene, channel, payloads: (await one.seen(await saidIn(street, one))).payloads })
    }
  for (const { one } of here) await one.end()
  await kaijo.end()
  await Promise.all([line.end(), teams.close(), bank.close()])
  return shown
}

/** docs/channels.md, from what one customer in each channel is sent. */
export async function channelsPage(): Promise<string> {
  const parts = [head]
  for (const { scene, channel, payloads } of await showScenes('ja')) {
    if (!parts.includes(`## ${scene}`)) parts.push(`## ${scene}`)
    const lines = payloads.flatMap((sent) => drawn(channel, sent))
    parts.push(`**${channel}**`, ['```text', ...lines, '```'].join('\n'))
  }
  return `${steady(parts.join('\n\n'))}\n`
}

const head = `# What each channel gets

Written by \`npm run docs:channels\` from what one customer in each channel was really sent; do not edit it by hand.
\`[ a button ]\`, \`( what a picture shows )\`, \`< quick replies >\`. Numbers, times and addresses are examples.`

async function act(
  { kaijo }: Street,
  one: Customer,
  { press, say }: Scene[1],
  locale: 'ja' | 'en',
): Promise<void> {
  if (say) return one.say(say[locale])
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
