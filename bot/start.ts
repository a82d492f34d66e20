import type { Sandbox } from '../unlock/sandbox/index.ts'
import type { Config } from './config.ts'
import type { Access } from './desk/access.ts'
import type { Desk } from './desk/desk.ts'
import type { Presence } from './desk/presence.ts'
import { openDoors } from './doors.ts'
import { openGround } from './ground.ts'
import { createHealth } from './health.ts'
import type { Live } from './live.ts'
import type { Logger } from './log.ts'
import { createServer } from './server.ts'
import type { Store } from './store/index.ts'
import { createTalk } from './talk.ts'
import type { Turns } from './turns.ts'
import { recover, unknownKeys } from './unlockEvents.ts'

/** Everything, running. */
export interface Kaijo {
  url: string
  sandbox: Sandbox | undefined
  store: Store
  turns: Turns
  live: Live
  /** Resolves when what is made after the start is made. */
  prepared: Promise<void>
  /** What agents can do with a conversation, and which of them are there. */
  desk: Desk
  presence: Presence
  /** Who may come to the desk. */
  access: Access
  /** The one-time link of the desk's first admin; undefined when there is an account. */
  welcome: string | undefined
  /** Requests are still taken for so many milliseconds; DRAIN_SECONDS unless said otherwise. */
  close(drainMs?: number): Promise<void>
}

/**
 * Starts the bot, from the ground up. Rejects when a part of it cannot be opened. With `beforeListening` it takes requests
 * when all is made that the first of them would wait for, and this is done: others answer meanwhile. Without, at once.
 */
export async function startKaijo(
  config: Config,
  log: Logger,
  beforeListening?: () => void | Promise<void>,
): Promise<Kaijo> {
  const ground = await openGround(config, log)
  const { store, live, metrics, bank } = ground
  const talk = createTalk(ground)
  const { turns, desk, presence } = talk
  const doors = await openDoors(ground, talk)
  const { routes, upgrades, access } = doors
  const health = createHealth({ store: () => store.check(), content: () => live.content() })
  const server = createServer({ config, routes, upgrades, log, metrics, health, behind: () => turns.busy })
  await talk.start()
  if (beforeListening) await live.prepare().then(beforeListening)
  await server.listen()
  const prepared = live.prepare()
  const sweeper = talk.sweep()
  const recovery = recover({
    client: bank.client,
    take: doors.recovered,
    onError: (err) => log.warn({ event: 'recovery.failed', err }),
  })
  void unknownKeys(bank.client, bank.keys()).then(
    (unknown) => unknown.length > 0 && log.warn({ event: 'unlock.unknown-keys', count: unknown.length }),
    () => undefined,
  )
  const url = config.publicUrl
  log.info({ event: 'started', url, bank: config.bank, version: live.content().version })

  return {
    ...{ url, store, turns, live, prepared, desk, presence, access },
    sandbox: bank.sandbox,
    welcome: access.welcome,
    async close(drainMs = config.drainMs) {
      await server.drain(drainMs)
      live.close()
      recovery.stop()
      await sweeper.stop()
      health.closing()
      doors.closeSockets()
      await server.close()
      await talk.stop()
      await doors.close()
      await ground.close()
      log.info({ event: 'stopped' })
    },
  }
}
