import { type Actor, createDesk, type Desk } from '../../bot/desk/desk.ts'
import { deskNow } from '../../bot/desk/deskNow.ts'
import { createPresence, type Presence } from '../../bot/desk/presence.ts'
import { sweepQueue } from '../../bot/desk/waiting.ts'
import type { Conversation } from '../../bot/store/index.ts'
import { openSqlite } from '../../bot/store/sqlite.ts'
import type { Support } from '../../content/index.ts'
import { Chat, type ChatOptions } from './chat.ts'

/** Agents of the tests. */
export const agents = {
  yamada: { id: 'account-1', shown: '山田' },
  sato: { id: 'account-2', shown: '佐藤' },
} satisfies Record<string, Actor>

/** A test conversation with a desk beside it, whose clock the test turns. */
export interface DeskChat extends Chat {
  desk: Desk
  presence: Presence
  /** What the bank says of its support; may be changed. */
  rules: { support?: Support }
  clock: () => number
  /** Moves the clock on, and looks who has waited too long or has gone. */
  later(ms: number): DeskChat
  /** An agent does something at the desk. */
  agent(
    deed: (desk: Desk, press: () => { conversation: string; agent: Actor; key: string }) => Promise<unknown>,
  ): DeskChat
}

/** What one can be started with. */
export interface DeskChatOptions extends Pick<ChatOptions, 'locale' | 'device'> {
  /** Another customer of the same store, by the same clock. */
  beside?: DeskChat
}

/** Read once for all of them; none of these tests changes the content. */
let shared: Pick<ChatOptions, 'live' | 'bank'> | undefined

/** Starts one; 山田 is at the desk. Monday, ten o'clock in Japan. */
export function deskChat({ beside, ...options }: DeskChatOptions = {}): DeskChat {
  let now = Date.parse('2026-11-23T10:00:00+09:00')
  const clock = beside?.clock ?? (() => now)
  const store = beside?.store ?? openSqlite(':memory:', clock)
  const presence = createPresence(clock)
  const rules: DeskChat['rules'] = {}
  const parts = { store, presence, support: () => rules.support, now: clock }
  presence.here(agents.yamada.id)
  const atDesk = (conversation: Conversation) => deskNow(parts, conversation)
  const chat = new Chat({ ...options, ...shared, store, now: clock, desk: atDesk }) as DeskChat
  const { live, turns } = chat
  shared ??= { live, bank: chat.bank }
  const wake = (conversation: string) => turns.wake(conversation)
  const desk = createDesk({ store, bot: () => live.bot(), words: () => live.words(), wake, now: clock })
  const onError = (error: unknown) => {
    throw error
  }
  const sweeper = sweepQueue({ ...parts, desk, every: 2 ** 30, onError })
  let presses = 0
  return Object.assign(chat, {
    clock,
    desk,
    presence,
    rules,
    later: (ms: number) =>
      chat
        .also(async () => {
          now += ms
          await sweeper.sweep()
        })
        .settled(),
    agent: (deed: Parameters<DeskChat['agent']>[0]) =>
      chat
        .also(async () => {
          const { conversation } = chat
          await deed(desk, () => ({ conversation, agent: agents.yamada, key: `press-${++presses}` }))
        })
        .settled(),
  })
}
