import { createHmac } from 'node:crypto'
import { defaultSupport } from '../content/index.ts'
import type { Words } from '../locales/index.ts'
import { type Audit, openAudit } from '../unlock/index.ts'
import { type Bank, openBank } from './bank.ts'
import type { Config } from './config.ts'
import { firstLoaded, localesBeside } from './contentPlace.ts'
import { guideNumber } from './guides.ts'
import { type Keys, openKeys } from './keys.ts'
import { type LinkKey, linkId, linkKey, signLink } from './link.ts'
import { type Live, openLive } from './live.ts'
import type { Logger } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { actTheBank } from './practiceBank.ts'
import type { Store } from './store/index.ts'
import { openStore } from './store/open.ts'

/** What everything else stands on: the store, the keys, the audit, the bank, and the content with the dialogs over it. */
export interface Ground {
  config: Config
  log: Logger
  store: Store
  keys: Keys
  /** Signs deep links. */
  signing: LinkKey
  metrics: Metrics
  audit: Audit
  bank: Bank
  live: Live
  /** The newest words. */
  words(): Words
  /** The bank's. */
  timezone(): string
  /** Where customers read what they can do without the chat. */
  help: string
  close(): Promise<void>
}

/** Opens it. Rejects when the store, the content or the unlock API's settings are not usable. */
export async function openGround(config: Config, log: Logger): Promise<Ground> {
  const store = await openStore(config.storageUrl, (err) => log.warn({ event: 'store.connection', err }))
  const keys = openKeys(config.linkKeyFile)
  const signing = linkKey(keys.derive('link'))
  const onError = (err: unknown) => log.error({ event: 'audit.failed', err })
  const audit = openAudit({ dir: config.auditDir, keys, clock: () => new Date(), onError })
  const { contentDir, publicUrl } = config
  const { host } = new URL(publicUrl)
  const help = `${host}/help`
  const place = { contentDir, localesDir: localesBeside(contentDir), bank: config.bank }
  const { first, firstDesk } = firstLoaded(place)
  const bank = await openBank(config, () => actTheBank(config, first.bank, log, audit))
  const live = openLive({
    ...place,
    first,
    firstDesk,
    unlock: bank.client,
    links: {
      request: (id) => `${publicUrl}/go/${signLink(id, signing)}`,
      picture: (file) => `${publicUrl}/pictures/${file}`,
      host,
      help,
    },
    draw: { linkId, guideNumber },
    pseudonym: pseudonyms(keys.derive('pseudonym')),
    log,
  })
  return {
    ...{ config, log, store, keys, signing, audit, bank, live, help },
    metrics: createMetrics(true),
    words: () => live.words(),
    timezone: () => (live.content().bank.support ?? defaultSupport).timezone,
    async close() {
      await bank.sandbox?.close()
      await store.close()
      audit.close()
    },
  }
}

/** One-way: the bank sees that two requests are of one customer, and not of which. */
function pseudonyms(key: Buffer): (conversation: string) => string {
  return (conversation) => createHmac('sha256', key).update(conversation).digest('base64url')
}
