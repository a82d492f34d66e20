import type { Words } from '../../locales/index.ts'
import { readJson } from '../body.ts'
import type { Config } from '../config.ts'
import type { Sender } from '../delivery.ts'
import type { Logger } from '../log.ts'
import { HttpError, type HttpRequest, type Route } from '../route.ts'
import type { Store } from '../store/index.ts'
import type { Turns } from '../turns.ts'
import { openLineApi } from './lineApi.ts'
import { lineBackRoutes } from './lineBack.ts'
import { conversationOf, inboundOf, type LineEvent, type LineReference, readEvents } from './lineEvents.ts'
import { LineGroups } from './lineGroups.ts'
import { askLineIdentity, type LineIdentity } from './lineIdentity.ts'
import { type Drawing, lineMessages } from './lineMessages.ts'
import { askLanguages } from './lineProfile.ts'
import { lineSender } from './lineSender.ts'
import { isSignedByLine } from './lineSignature.ts'
import { LineWaiting } from './lineWaiting.ts'

/** What the channel is made of; `now` gives milliseconds since 1970. */
export interface LineParts {
  settings: NonNullable<Config['line']>
  publicUrl: string
  store: Store
  words: () => Pick<Words, 't'>
  log: Logger
  now?: () => number
  patience?: { dots: number; token: number }
}

/** LINE: events in by a webhook, answers out by one free reply or a push. */
export interface Line {
  sender: Sender
  routes(turns: Pick<Turns, 'accept'>): Route[]
  /** Shows somebody for some seconds that an agent is writing; not in a group, where LINE has no dots. */
  typing(reference: LineReference): Promise<void>
  close(): Promise<void>
}

type Kind<K> = Extract<LineEvent, { kind: K }>

/** LINE sends at most a few kilobytes; its own limit is not published. */
const mostBytes = 1024 * 1024
/** LINE takes steps of five seconds; the next message ends it. */
const typingSeconds = 10
/** LINE takes no answer after 2 s for a failure, and sends again what failed. */
const mostStoring = 1800

/** Makes the channel. */
export function line({ settings, publicUrl, store, words, log, now = Date.now, patience }: LineParts): Line {
  const api = openLineApi({ ...settings, secret: settings.secrets[0] as string })
  const identity = askLineIdentity({ api, log, basicId: settings.basicId })
  const help = { shown: `${new URL(publicUrl).host}/help`, url: `${publicUrl}/help?from=line` }
  const drawing = (locale: string | undefined): Drawing => ({
    say: (key, vars) => words().t(locale === 'en' ? 'en' : 'ja', `line:${key}`, vars),
    place: { help },
    onProblem: (problems) => log.error({ event: 'line.invalid', count: problems.length }),
  })
  const waiting = new LineWaiting({
    api,
    busy: (locale) => busy(drawing(locale.startsWith('en') ? 'en' : 'ja')),
    isOpen: async (id) => !!(await store.pending(id)) || !!(await store.outgoing(id)),
    ...(patience && { patience }),
  })
  const groups = new LineGroups(api, () => `${drawing('ja').say('group')}\n\n${drawing('en').say('group')}`)
  const parts = { store, log, now, waiting, groups, identity, language: askLanguages(api, now) }
  const resume = (locale: 'ja' | 'en') => drawing(locale).say('resume')
  return {
    sender: lineSender({ api, drawing, settle: (token) => waiting.settle(token), log, now }),
    routes: (turns) => [
      webhook(new Webhook({ ...parts, turns }), settings.secrets),
      ...lineBackRoutes({ identity, resume }),
    ],
    async typing({ user }) {
      const body = { chatId: user, loadingSeconds: typingSeconds }
      if (user) await api.call({ path: '/v2/bot/chat/loading/start', body, within: 3000 })
    },
    async close() {
      identity.close()
      waiting.close()
      await groups.idle()
      await api.close()
    },
  }
}

/** LINE calls from few addresses, so the route is not counted against the caller's rate: what is not signed costs little. */
function webhook(events: Webhook, secrets: readonly string[]): Route {
  return {
    method: 'POST',
    path: '/line/webhook',
    maxBody: mostBytes,
    probe: true,
    within: mostStoring,
    handle: async (request: HttpRequest) => {
      if (!isSignedByLine(request.body, request.headers['x-line-signature'], secrets))
        throw new HttpError(401, 'BadSignature', 'The webhook is not signed as it must be')
      await events.take(readJson(request))
      return { status: 200, body: {} }
    },
  }
}

interface WebhookParts {
  store: Store
  turns: Pick<Turns, 'accept'>
  log: Logger
  now: () => number
  waiting: LineWaiting
  groups: LineGroups
  identity: Pick<LineIdentity, 'userId'>
  language: (user: string) => Promise<string>
}

class Webhook {
  readonly #parts: WebhookParts

  constructor(parts: WebhookParts) {
    this.#parts = parts
  }

  /** Resolves when every event is stored; rejects with a 503, after which LINE sends all again. */
  async take(body: unknown): Promise<void> {
    if (!this.#isMeant(body)) return this.#parts.log.error({ event: 'line.elsewhere' })
    const queues = Map.groupBy(readEvents(body, this.#parts.now()), whose)
    try {
      await Promise.all([...queues.values()].map((events) => this.#takeInOrder(events)))
    } catch (err) {
      this.#parts.log.error({ event: 'line.unstored', err })
      throw new HttpError(503, 'NotStored', 'Send it again later', { 'Retry-After': '2' })
    }
  }

  /** A webhook for another account whose secret is the same, by a mistake in its console: its customers are not ours. */
  #isMeant(body: unknown): boolean {
    const { userId } = this.#parts.identity
    const { destination } = (body ?? {}) as { destination?: unknown }
    return userId === undefined || typeof destination !== 'string' || destination === userId
  }

  async #takeInOrder(events: LineEvent[]): Promise<void> {
    for (const event of events) await this.#takeOne(event)
  }

  #takeOne(event: LineEvent): Promise<void> | void {
    switch (event.kind) {
      case 'ignored':
        return this.#parts.log.info({ event: 'line.ignored', code: event.why })
      case 'group':
        return this.#refuse(event)
      case 'unsent':
        return this.#erase(event)
      case 'edited':
        return this.#edit(event)
      default:
        return this.#hear(event)
    }
  }

  async #hear(event: Kind<'said' | 'followed'>): Promise<void> {
    const { turns, waiting, now, store } = this.#parts
    const { user, token, kind } = event
    const conversation = conversationOf(user)
    const known = (await store.conversation(conversation))?.reference as LineReference | undefined
    const language = known?.language ?? (await this.#parts.language(user))
    const isLate = event.isRedelivery && known !== undefined && known.at > event.at
    const at = Math.max(event.at, known?.at ?? 0)
    const inbound = inboundOf(kind === 'said' && isLate ? asRepeat(event) : event, language, now())
    const waits = kind === 'said' && token
    const end = waits ? waiting.watch({ user, conversation, token, locale: language }) : undefined
    const accepting = turns.accept({ ...inbound, reference: { user, language, at } })
    const { seen } = await accepting.catch((error) => {
      end?.()
      throw error
    })
    if (seen) end?.()
  }

  /** What was taken back must not be read by anybody any more. */
  async #erase({ user, message }: Kind<'unsent' | 'edited'>): Promise<void> {
    const { store } = this.#parts
    const conversation = conversationOf(user)
    for (let after = 0; ; ) {
      const page = await store.activities(conversation, after, 500)
      const found = page.filter(({ activity }) => activity.channelData?.line === message)
      for (const { activity } of found) await store.erase(conversation, activity.id as string)
      if (page.length < 500) return
      after = page.at(-1)?.seq ?? after
    }
  }

  /** The transcript has the new words; what was answered stays answered. */
  async #edit(event: Kind<'edited'>): Promise<void> {
    const { store, turns, now } = this.#parts
    const known = (await store.conversation(conversationOf(event.user)))?.reference as
      | LineReference
      | undefined
    if (!known) return
    await this.#erase(event)
    await turns.accept({ ...inboundOf(event, known.language, now()), reference: known })
  }

  async #refuse({ id, group, isRoom, token }: Kind<'group'>): Promise<void> {
    const conversation = conversationOf(group)
    const activity = { type: 'event', name: 'line.group' }
    const inbound = { channel: 'line', eventId: id, conversation, activity, logged: false }
    const { seen } = await this.#parts.turns.accept(inbound)
    if (!seen) this.#parts.groups.leave({ group, isRoom, token })
  }
}

/** A message that comes again after later ones were answered: the current state is shown, and nothing moves. */
function asRepeat(event: Kind<'said'>): Kind<'said'> {
  return { ...event, activity: { ...event.activity, value: { do: 'repeat' } } }
}

function whose(event: LineEvent): string {
  if (event.kind === 'ignored') return ''
  return event.kind === 'group' ? event.group : event.user
}

function busy(drawing: Drawing): object {
  const title = drawing.say('result')
  const action = { type: 'messageBack', title, value: { do: 'repeat' } }
  const said = { type: 'message', text: drawing.say('busy'), suggestedActions: { to: [], actions: [action] } }
  return lineMessages([said], drawing)[0] as object
}
