import type { Activity } from 'botbuilder-core'
import { Delivery } from '../../bot/delivery.ts'
import { createLog } from '../../bot/log.ts'
import type { Inbound } from '../../bot/store/index.ts'
import { openStore } from '../../bot/store/open.ts'
import { type Bot, takeTurns } from '../../bot/turn.ts'

/** What its parent asks of it. */
export type Order = { accept: Inbound } | { took: number } | { rest: true }

/** What it tells its parent. */
export type Report =
  | { ready: true }
  /** The event is acknowledged, or could not be stored. */
  | { taken: string }
  | { refused: string }
  /** To be sent to the customer; to be answered with `took`. */
  | { send: { id: number; conversation: string; texts: string[] } }
  /** Nothing waits any more. */
  | { resting: true }

/** What its bot remembers: how many messages there were, and the last. */
export interface Counted {
  count: number
  last: string
}

/** Store, turns and delivery of Kaijo in a process that starts quickly, with a bot that counts. */
const bot: Bot = {
  allowedDigits: [],
  expectsDigits: () => false,
  apology: () => ({ type: 'message', text: 'sorry' }),
  async reply(heard) {
    const { activity, state } = heard
    const { count = 0 } = (state ?? {}) as Partial<Counted>
    await new Promise((resolve) => setImmediate(resolve))
    // As one does that asks the bank: its event is stored before its turn is.
    if (count % 3 === 0) await (heard as { accepted?: () => Promise<unknown> }).accepted?.()
    const said: Partial<Activity>[] = [{ type: 'message', text: `answer to ${activity.text}` }]
    const after: Counted = { count: count + 1, last: activity.text ?? '' }
    return { said, state: after, requests: [], passes: [], trace: { event: 'counted' } }
  },
}

const tell = (report: Report) => void process.send?.(report)
const log = createLog('silent')
const store = await openStore(process.env.STORAGE_URL as string)
const waiting = new Map<number, () => void>()
const delivery = new Delivery({
  store,
  senders: [
    {
      channel: 'test',
      send({ id, conversation, activities }) {
        tell({ send: { id, conversation, texts: activities.map(({ text }) => text ?? '') } })
        return new Promise((resolve) => waiting.set(id, () => resolve('sent')))
      },
    },
  ],
  log,
})
const turns = takeTurns({
  store,
  bot: () => bot,
  log,
  sends: () => true,
  onSend: (conversation) => delivery.wake(conversation),
})

process.on('message', async (order: Order) => {
  if ('accept' in order) {
    const { eventId } = order.accept
    await turns.accept(order.accept).then(
      () => tell({ taken: eventId }),
      () => tell({ refused: eventId }),
    )
  } else if ('took' in order) {
    waiting.get(order.took)?.()
    waiting.delete(order.took)
  } else {
    do {
      await turns.idle()
      await delivery.idle()
    } while ((await store.waiting()).length > 0 || (await store.sending()).length > 0)
    await store.close()
    tell({ resting: true })
  }
})
await turns.start()
await delivery.start()
tell({ ready: true })
