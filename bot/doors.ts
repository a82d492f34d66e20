import type { Words } from '../locales/index.ts'
import { createAgentTyping } from './agentTyping.ts'
import { directLine } from './channels/directLine.ts'
import { type Access, openAccess } from './desk/access.ts'
import { type ChatDesk, openChatDesk } from './desk/chatDesk.ts'
import { refuseUnguarded } from './desk/guard.ts'
import { numbersRoutes } from './desk/numbersRoutes.ts'
import { phoneRoutes } from './desk/phone.ts'
import type { Ground } from './ground.ts'
import type { Route } from './route.ts'
import type { Talk } from './talk.ts'
import { takeEvent } from './unlockEvents.ts'
import { unlockRoutes } from './unlockRoutes.ts'
import type { Upgrade } from './upgrade.ts'
import { webRoutes } from './web.ts'

/** Everything that comes in from outside, and who may come to the desk. */
export interface Doors {
  routes: Route[]
  upgrades: Upgrade[]
  access: Access
  /** Takes news of the bank that came by no callback. */
  recovered(event: Omit<Parameters<typeof takeEvent>[1], 'by'>): Promise<number>
  /** Sends open sockets away with 1012. */
  closeSockets(): void
  close(): Promise<void>
}

/** Opens them: the channels, the desk, the unlock API's callback, the pages. Rejects when a page cannot be made. */
export async function openDoors(ground: Ground, talk: Talk): Promise<Doors> {
  const { config, store, keys, audit, log, live, words, timezone, metrics, signing, bank } = ground
  const { turns, desk, queue, board, sentChannels } = talk
  const { publicUrl, contentDir } = config
  const access = await openAccess({
    config,
    keys,
    audit,
    store,
    log,
    words,
    clock: () => new Date(),
    timezone,
  })
  const { counting } = access
  const onTyping = (conversation: string) => chats.typing(conversation)
  const chat = directLine({ store, turns, keys, config, log, metrics, audit, onTyping, counting })
  const agentTyping = createAgentTyping({
    board,
    toSockets: (conversation, name) => chat.typing(conversation, name),
    channels: sentChannels.typing,
    log,
  })
  const source = () => ({ content: live.content(), desk: live.desk(), words: words(), help: ground.help })
  const chats: ChatDesk = openChatDesk({
    ...access,
    ...queue,
    board,
    desk,
    source,
    onTyping: agentTyping,
    allowedDigits: () => live.bot().allowedDigits,
    log,
  })
  const newest = { t: (...of: Parameters<Words['t']>) => words().t(...of) }
  const unlock = {
    client: bank.client,
    keys: bank.keys,
    turns,
    store,
    words: newest,
    linkKey: signing,
    audit,
  }
  const numbersKey = keys.derive('desk numbers')
  const routes = [
    ...chat.routes,
    ...sentChannels.routes(turns),
    ...access.routes,
    ...chats.routes,
    ...numbersRoutes({ ...access, store, source, timezone, now: Date.now, key: numbersKey }),
    ...(await phoneRoutes({ ...access, store, turns, words: words(), publicUrl, source })),
    ...unlockRoutes({ ...unlock, clock: () => new Date() }),
    ...(await webRoutes({
      words: words(),
      bank: live.content().bank,
      allowedOrigins: config.widgetOrigins,
      contentDir,
      publicUrl,
    })),
  ]
  refuseUnguarded(routes, access.guard)
  return {
    routes,
    upgrades: [...chat.upgrades, ...chats.upgrades],
    access,
    recovered: (event) => takeEvent(unlock, { ...event, by: 'recovery' }),
    closeSockets() {
      chat.close()
      chats.close()
    },
    close: () => access.close(),
  }
}
