import type { Audit } from '../../unlock/index.ts'
import type { Config } from '../config.ts'
import type { Keys } from '../keys.ts'
import { createRates, createSlots } from '../limits.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { HttpError, type Route } from '../route.ts'
import type { Store } from '../store/index.ts'
import type { Counting } from '../tries.ts'
import type { Turns } from '../turns.ts'
import type { Upgrade } from '../upgrade.ts'
import { type Access, createAccess } from './directLineAccess.ts'
import { DirectLineRest, root, watermarkOf } from './directLineRest.ts'
import { createStreams } from './directLineStream.ts'
import { createCredentials } from './directLineTokens.ts'
import { widgetSession } from './widgetSession.ts'

/** What the channel is made of; `clock` gives milliseconds since 1970. */
export interface DirectLineParts {
  store: Store
  turns: Pick<Turns, 'accept' | 'wake'>
  keys: Keys
  config: Config
  log: Logger
  clock?: () => number
  metrics?: Metrics
  audit?: Pick<Audit, 'write'>
  /** The customer of this conversation is writing. */
  onTyping?: (conversation: string) => void
  /** How tries at guide numbers are counted; in this process unless said otherwise. */
  counting?: Counting
  /** Milliseconds that a frame of a stream may wait for its reader; 10 s. */
  patience?: number
}

/** Direct Line 3.0 in our own process: what Web Chat, botframework-directlinejs and our widget speak. */
export interface DirectLine {
  routes: Route[]
  upgrades: Upgrade[]
  /** Shows the clients of a conversation that an agent writes, by the name that customers read. */
  typing(conversation: string, name: string): void
  /** Sends open streams away with 1012. */
  close(): void
}

/** Makes the channel; nothing of a conversation is kept in memory but its open sockets. */
export function directLine(parts: DirectLineParts): DirectLine {
  const { config } = parts
  const clock = parts.clock ?? Date.now
  const rates = createRates(config.limits, parts.counting)
  const credentials = createCredentials(parts.keys, clock, parts.store)
  const access = createAccess(credentials, config)
  const rest = new DirectLineRest({ ...parts, clock, rates, credentials, access })
  const stream = streaming(parts, access)
  return {
    routes: [...rest.routes(), widgetSession({ ...parts, credentials, rates })],
    upgrades: [stream],
    typing: stream.typing,
    close: stream.close,
  }
}

function streaming({ store, log, metrics, config, patience = 10_000 }: DirectLineParts, access: Access) {
  const slots = createSlots(config.limits.socketsPerAddress)
  const streams = createStreams({
    store,
    log,
    metrics,
    mostPerConversation: config.limits.socketsPerConversation,
    patience,
  })
  return {
    path: `${root}/conversations/:id/stream`,
    async handle(request, socket, head, { ip, url, params }) {
      const { conversation } = await access.ticket(request.headers, url, params.id ?? '')
      const after = watermarkOf(url)
      const give = slots.take(ip)
      if (!give)
        throw new HttpError(429, 'TooManyStreams', 'Too many streams are open', { 'Retry-After': '10' })
      streams.open({ request, socket, head }, conversation, after, give)
    },
    typing: (conversation: string, name: string) => streams.typing(conversation, name),
    close: () => streams.close(),
  } satisfies Upgrade & Pick<DirectLine, 'typing'>
}
