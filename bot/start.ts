import { createHmac } from 'node:crypto'
import { defaultSupport } from '../content/index.ts'
import type { Words } from '../locales/index.ts'
import { openAudit } from '../unlock/index.ts'
import type { Sandbox } from '../unlock/sandbox/index.ts'
import { createAgentTyping } from './agentTyping.ts'
import { type Committed, deedsOf, writesDeeds } from './auditTurn.ts'
import { openBank } from './bank.ts'
import { directLine } from './channels/directLine.ts'
import { openSentChannels } from './channels/sentChannels.ts'
import type { Config } from './config.ts'
import { firstLoaded, localesBeside } from './contentPlace.ts'
import { Delivery } from './delivery.ts'
import { type Access, openAccess } from './desk/access.ts'
import { openChatDesk } from './desk/chatDesk.ts'
import { createDesk, type Desk } from './desk/desk.ts'
import { deskNow } from './desk/deskNow.ts'
import { refuseUnguarded } from './desk/guard.ts'
import { numbersRoutes } from './desk/numbersRoutes.ts'
import { phoneRoutes } from './desk/phone.ts'
import { createPresence, type Presence } from './desk/presence.ts'
import { sweepQueue } from './desk/waiting.ts'
import { guideNumber } from './guides.ts'
import { createHealth } from './health.ts'
import { openKeys } from './keys.ts'
import { linkId, linkKey, signLink } from './link.ts'
import { type Live, openLive } from './live.ts'
import type { Logger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { actTheBank } from './practiceBank.ts'
import { createServer } from './server.ts'
import { MemoryBoard } from './store/board.ts'
import type { Store } from './store/index.ts'
import { openStore } from './store/open.ts'
import { takeTurns } from './turn.ts'
import type { Turns } from './turns.ts'
import { recover, takeEvent, unknownKeys } from './unlockEvents.ts'
import { unlockRoutes } from './unlockRoutes.ts'
import { webRoutes } from './web.ts'

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

/** Starts the bot: store, content, the unlock API or its sandbox, channels, server. Rejects when one of them cannot. */
export async function startKaijo(config: Config, log: Logger): Promise<Kaijo> {
  const store = await openStore(config.storageUrl, (err) => log.warn({ event: 'store.connection', err }))
  const keys = openKeys(config.linkKeyFile)
  const metrics = createMetrics(true)
  const onError = (err: unknown) => log.error({ event: 'audit.failed', err })
  const audit = openAudit({ dir: config.auditDir, keys, clock: () => new Date(), onError })
  const timezone = () => (live.content().bank.support ?? defaultSupport).timezone
  const access = await openAccess({
    config,
    keys,
    audit,
    store,
    log,
    words: () => live.words(),
    clock: () => new Date(),
    timezone,
  })
  const signing = linkKey(keys.derive('link'))
  const { contentDir, bank, publicUrl } = config

  const place = { contentDir, localesDir: localesBeside(contentDir), bank }
  const { first, firstDesk } = firstLoaded(place)
  const theBank = await openBank(config, () => actTheBank(config, first.bank, log, audit))
  const { client: unlock, sandbox } = theBank
  const links = {
    request: (id: string) => `${publicUrl}/go/${signLink(id, signing)}`,
    picture: (file: string) => `${publicUrl}/pictures/${file}`,
    host: new URL(publicUrl).host,
    help: `${new URL(publicUrl).host}/help`,
  }
  const live = openLive({
    ...place,
    first,
    firstDesk,
    unlock,
    links,
    draw: { linkId, guideNumber },
    pseudonym: pseudonyms(keys.derive('pseudonym')),
    log,
  })

  const words = () => live.words()
  const sentChannels = openSentChannels({ config, store, words, log })
  const delivery = new Delivery({ store, senders: sentChannels.senders, log })
  const board = store.board ?? new MemoryBoard()
  const presence = createPresence(Date.now, board)
  const queue = { store, presence, support: () => live.content().bank.support, now: Date.now }
  const writeAnswer = (turn: Committed) => {
    try {
      for (const deed of deedsOf(turn)) audit.write(deed)
    } catch (err) {
      // What an agent has done is committed: it must not be taken for failed.
      onError(err)
    }
  }
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
    beforeTurn: writesDeeds(audit),
    onTurn: (turn, ms) => {
      metrics.turns.inc({ channel: turn.channel, result: 'committed' })
      metrics.turnSeconds.observe(ms / 1000)
    },
  })
  const wake = (conversation: string) => turns.wake(conversation)
  const desk = createDesk({
    store,
    bot: () => live.bot(),
    words,
    wake,
    timezone,
    ...channels,
    onAnswer: writeAnswer,
  })
  const onTyping = (conversation: string) => chats.typing(conversation)
  const { counting } = access
  const chat = directLine({ store, turns, keys, config, log, metrics, audit, onTyping, counting })
  const parts = {
    client: unlock,
    keys: theBank.keys,
    turns,
    store,
    words: { t: (...of: Parameters<Words['t']>) => live.words().t(...of) },
    linkKey: signing,
    audit,
  }
  const agentTyping = createAgentTyping({
    board,
    toSockets: (conversation, name) => chat.typing(conversation, name),
    channels: sentChannels.typing,
    log,
  })
  const source = () => ({
    content: live.content(),
    desk: live.desk(),
    words: live.words(),
    help: links.help,
  })
  const chats = openChatDesk({
    ...access,
    ...queue,
    board,
    desk,
    source,
    onTyping: agentTyping,
    allowedDigits: () => live.bot().allowedDigits,
    log,
  })
  const routes = [
    ...chat.routes,
    ...sentChannels.routes(turns),
    ...access.routes,
    ...chats.routes,
    ...numbersRoutes({ ...access, store, source, timezone, now: Date.now, key: keys.derive('desk numbers') }),
    ...(await phoneRoutes({
      ...access,
      store,
      turns,
      words: live.words(),
      publicUrl,
      source,
    })),
    ...unlockRoutes({ ...parts, clock: () => new Date() }),
    ...(await webRoutes({
      words: live.words(),
      bank: live.content().bank,
      allowedOrigins: config.widgetOrigins,
      contentDir,
      publicUrl,
    })),
  ]
  refuseUnguarded(routes, access.guard)
  const health = createHealth({ store: () => store.check(), content: () => live.content() })
  const upgrades = [...chat.upgrades, ...chats.upgrades]
  const server = createServer({ config, routes, upgrades, log, metrics, health, behind: () => turns.busy })
  await turns.start()
  await delivery.start()
  await server.listen()
  const prepared = live.prepare()
  const sweeper = sweepQueue({
    ...queue,
    desk,
    onError: (err) => log.warn({ event: 'desk.failed', err }),
  })
  const recovery = recover({
    client: unlock,
    take: (event) => takeEvent(parts, { ...event, by: 'recovery' }),
    onError: (err) => log.warn({ event: 'recovery.failed', err }),
  })
  void unknownKeys(unlock, theBank.keys()).then(
    (unknown) => unknown.length > 0 && log.warn({ event: 'unlock.unknown-keys', count: unknown.length }),
    () => undefined,
  )
  log.info({ event: 'started', url: publicUrl, bank, version: live.content().version })

  return {
    url: publicUrl,
    sandbox,
    store,
    turns,
    live,
    prepared,
    desk,
    presence,
    access,
    welcome: access.welcome,
    async close(drainMs = config.drainMs) {
      await server.drain(drainMs)
      live.close()
      recovery.stop()
      await sweeper.stop()
      health.closing()
      chat.close()
      chats.close()
      await server.close()
      await turns.stop()
      await delivery.stop()
      await sentChannels.close()
      await sandbox?.close()
      await access.close()
      await store.close()
      audit.close()
      log.info({ event: 'stopped' })
    },
  }
}

/** One-way: the bank sees that two requests are of one customer, and not of which. */
function pseudonyms(key: Buffer): (conversation: string) => string {
  return (conversation) => createHmac('sha256', key).update(conversation).digest('base64url')
}
