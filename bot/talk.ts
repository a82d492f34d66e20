import { writesDeeds } from './auditTurn.ts'
import { openSentChannels, type SentChannels } from './channels/sentChannels.ts'
import { Delivery } from './delivery.ts'
import { createDesk, type Desk } from './desk/desk.ts'
import { type DeskParts, deskNow } from './desk/deskNow.ts'
import { createPresence, type Presence } from './desk/presence.ts'
import { type Sweeper, sweepQueue } from './desk/waiting.ts'
import type { Ground } from './ground.ts'
import { type Board, MemoryBoard } from './store/board.ts'
import { type TakenTurns, takeTurns } from './turn.ts'

/** Everything that speaks in a conversation: the bot by its turns, agents by the desk, and how both are sent out. */
export interface Talk {
  turns: TakenTurns
  desk: Desk
  presence: Presence
  board: Board
  /** What says whether the desk is open, and who waits there. */
  queue: DeskParts
  sentChannels: SentChannels
  /** Takes up what was left by an earlier run. */
  start(): Promise<void>
  /** From now on those who wait too long go back to the bot. */
  sweep(): Sweeper
  stop(): Promise<void>
}

/** Makes it; nothing is said before `start`. */
export function createTalk({ config, store, log, live, words, timezone, metrics, ...ground }: Ground): Talk {
  const writeDeeds = writesDeeds(ground.audit)
  const sentChannels = openSentChannels({ config, store, words, log })
  const delivery = new Delivery({ store, senders: sentChannels.senders, log })
  const board = store.board ?? new MemoryBoard()
  const presence = createPresence(Date.now, board)
  const queue = { store, presence, support: () => live.content().bank.support, now: Date.now }
  const channels = {
    sends: (channel: string) => delivery.serves(channel),
    onSend: (conversation: string) => delivery.wake(conversation),
  }
  const turns = takeTurns({
    store,
    bot: () => live.bot(),
    log,
    desk: (conversation) => deskNow(queue, conversation),
    timezone,
    ...channels,
    beforeTurn: writeDeeds,
    onTurn: (turn, ms) => {
      metrics.turns.inc({ channel: turn.channel, result: 'committed' })
      metrics.turnSeconds.observe(ms / 1000)
    },
  })
  const wake = (conversation: string) => turns.wake(conversation)
  const bot = () => live.bot()
  const desk = createDesk({ store, bot, words, wake, timezone, ...channels, beforeAnswer: writeDeeds })
  return {
    ...{ turns, desk, presence, board, queue, sentChannels },
    async start() {
      await turns.start()
      await delivery.start()
    },
    sweep: () => sweepQueue({ ...queue, desk, onError: (err) => log.warn({ event: 'desk.failed', err }) }),
    async stop() {
      await turns.stop()
      await delivery.stop()
      await sentChannels.close()
    },
  }
}
