import { type Actor, createDesk, type Desk } from '../../bot/desk/desk.ts'
import { deskNow } from '../../bot/desk/deskNow.ts'
import { createPresence, type Presence } from '../../bot/desk/presence.ts'
import { sweepQueue } from '../../bot/desk/waiting.ts'
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
  /** Moves the clock on, and looks who has waited too long or has gone. */
  later(ms: number): DeskChat
  /** An agent does something at the desk. */
  agent(
    deed: (desk: Desk, press: () => { conversation: string; agent: Actor; key: string }) => Promise<unknown>,
  ): DeskChat
}

/** Starts one; 山田 is at the desk. Monday, ten o'clock in Japan. */
export function deskChat(options: Omit<ChatOptions, 'desk'> = {}): DeskChat {
  let now = Date.parse('2026-11-23T10:00:00+09:00')
  const clock = () => now
  const store = options.store ?? openSqlite(':memory:', clock)
  const presence = createPresence(clock)
  const rules: DeskChat['rules'] = {}
  const parts = { store, presence, support: () => rules.support, now: clock }
  presence.here(agents.yamada.id)
  const chat = new Chat({
    ...options,
    store,
    desk: (conversation) => deskNow(parts, conversation),
  }) as DeskChat
  const { live, turns } = chat
  const wake = (conversation: string) => turns.wake(conversation)
  const desk = createDesk({ store, bot: () => live.bot(), words: () => live.words(), wake, now: clock })
  const onError = (error: unknown) => {
    throw error
  }
  const sweeper = sweepQueue({ ...parts, desk, every: 2 ** 30, onError })
  let presses = 0
  return Object.assign(chat, {
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
