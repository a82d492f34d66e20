import { createHash } from 'node:crypto'
import type { Activity } from 'botbuilder-core'
import type { Words } from '../../locales/index.ts'
import { readJson } from '../body.ts'
import type { Config } from '../config.ts'
import type { Sender } from '../delivery.ts'
import { createRates } from '../limits.ts'
import type { Logger } from '../log.ts'
import { type HttpAnswer, HttpError, type HttpRequest, type Route } from '../route.ts'
import type { Accepted, Store } from '../store/index.ts'
import type { TeamsSettings } from '../teamsSettings.ts'
import type { Turns } from '../turns.ts'
import { teamsAccess } from './teamsAccess.ts'
import { letTeamsIn, type TeamsActivity, type TeamsPressed, type TeamsReference } from './teamsActivity.ts'
import { answeredCard, buttonOn, plainCard, type Say } from './teamsCards.ts'
import { showTyping, teamsSender } from './teamsSender.ts'
import { teamsToken } from './teamsToken.ts'
import { TeamsWaiting } from './teamsWaiting.ts'

/** What the channel is made of; `clock` gives milliseconds since 1970, `call` is fetch. */
export interface TeamsParts {
  store: Pick<Store, 'conversation' | 'activities' | 'pending'>
  turns: Pick<Turns, 'accept'>
  /** Asked anew for each answer, so that new words take effect. */
  words: () => Pick<Words, 't'>
  settings: TeamsSettings
  config: Config
  /** Shows somebody that an answer is coming. */
  typing: (reference: TeamsReference) => Promise<void>
  log: Logger
  clock?: () => number
  call?: typeof fetch
}

/** Teams, by the Bot Framework protocol; everything of a conversation is in the store. */
export interface Teams {
  routes: Route[]
  close(): void
}

/** How Teams is spoken to. */
export interface TeamsDelivery extends Sender {
  typing: TeamsParts['typing']
}

const maxBody = 256 * 1024

/** What the delivery needs, which is made before the turns are. */
export function teamsDelivery({
  settings,
  log,
  words,
  clock = Date.now,
  call = fetch,
}: Omit<TeamsParts, 'store' | 'turns' | 'config' | 'typing'>): TeamsDelivery {
  const parts = { token: teamsToken(settings, clock, call), call, log, words }
  return { ...teamsSender(parts), typing: (reference) => showTyping(parts, reference) }
}

/** Makes the channel: `/api/messages`. */
export function teams(parts: TeamsParts): Teams {
  const access = teamsAccess(parts.settings, parts.log)
  const rates = createRates(parts.config.limits)
  const isOpen = async (conversation: string) => !!(await parts.store.pending(conversation))
  const waiting = new TeamsWaiting({ show: parts.typing, isOpen })
  const handle = async (request: HttpRequest): Promise<HttpAnswer> => {
    const token = access.token(request.headers)
    const activity = letTeamsIn(readJson(request))
    await access.check(token, activity)
    const event = activity.id ?? createHash('sha256').update(request.body).digest('base64url')
    return new Visit({ ...parts, waiting }, activity, event).answer((conversation) =>
      rates.message(conversation),
    )
  }
  const routes: Route[] = [{ method: 'POST', path: '/api/messages', maxBody, handle }]
  return { routes, close: () => waiting.close() }
}

type VisitParts = TeamsParts & { waiting: TeamsWaiting<TeamsReference> }

/** One verified activity, from its arrival to the answer that Teams gets for it. */
class Visit {
  readonly #parts: VisitParts
  readonly #activity: TeamsActivity
  readonly #event: string
  readonly #conversation: string

  constructor(parts: VisitParts, activity: TeamsActivity, event: string) {
    this.#parts = parts
    this.#activity = activity
    this.#event = event
    this.#conversation = `teams:${activity.reference.conversation.id}`
  }

  async answer(count: (conversation: string) => Promise<void>): Promise<HttpAnswer> {
    const { act } = this.#activity
    if (act.kind === 'none') return { status: 200 }
    if (act.kind === 'unknownInvoke') return { status: 501 }
    await count(this.#conversation)
    if (act.kind === 'arrived') {
      await this.#accept({ type: 'conversationUpdate' })
      return { status: 200 }
    }
    await this.#tellLocale()
    if (act.kind === 'execute') return this.#execute(act.value)
    await this.#accept({ type: 'message', text: act.text, ...(act.value && { value: act.value.pressed }) })
    return { status: 200 }
  }

  /** The event is taken as any other; what is answered is the card itself, without its buttons. */
  async #execute(value: TeamsPressed | undefined): Promise<HttpAnswer> {
    if (!value)
      return invoked(400, 'application/vnd.microsoft.error', {
        code: 'BadRequest',
        message: 'The action is not one of this bot',
      })
    const { said, locale } = await this.#pressedOn(value)
    const title = said && buttonOn(said, value.pressed)?.title
    await this.#accept({ type: 'message', text: title ?? '', value: value.pressed })
    const say: Say = (key, vars) => this.#parts.words().t(locale, key, vars)
    const card = said && title ? answeredCard(said, say, title) : plainCard(say('teams:taken'), locale)
    return invoked(200, 'application/vnd.microsoft.card.adaptive', card)
  }

  /** The message that the button stood under, in the conversation's own log. */
  async #pressedOn({
    card,
  }: TeamsPressed): Promise<{ said: Partial<Activity> | undefined; locale: 'ja' | 'en' }> {
    const { store } = this.#parts
    const found = card ? await this.#available(() => store.activities(this.#conversation, card - 1, 1)) : []
    const said = found[0]?.activity
    const locale = (said?.locale ?? this.#activity.locale ?? 'ja').toLowerCase().startsWith('en')
      ? 'en'
      : 'ja'
    return { said: said?.from?.role === 'bot' ? said : undefined, locale }
  }

  /** The events of an installation tell no language; the first message does, and it may be another one than was greeted in. */
  async #tellLocale(): Promise<void> {
    const { locale } = this.#activity
    const known = await this.#available(() => this.#parts.store.conversation(this.#conversation))
    if (!locale || !known?.reference || (known.reference as TeamsReference).locale) return
    const value = locale.toLowerCase().startsWith('en') ? 'en' : 'ja'
    if (value === 'ja') return
    await this.#accept({ type: 'event', name: 'setLocale', value }, 'locale')
  }

  /** Durable before anything is answered; what the store cannot take now Teams is told to send again. */
  async #accept(activity: Partial<Activity>, part?: string): Promise<Accepted> {
    const { reference, locale, device } = this.#activity
    const accepted = await this.#available(() =>
      this.#parts.turns.accept({
        channel: 'teams',
        // An activity's id is unique in its conversation.
        eventId: `${this.#conversation}/${part ?? this.#event}`,
        conversation: this.#conversation,
        activity: {
          ...activity,
          channelId: 'teams',
          ...(locale && { locale }),
          ...(device && { channelData: { device } }),
          from: { id: reference.user.id, name: '', role: 'user' },
          timestamp: new Date((this.#parts.clock ?? Date.now)()),
        } as Partial<Activity>,
        reference,
        logged: activity.type === 'message',
      }),
    )
    if (activity.type === 'message' && !accepted.seen)
      this.#parts.waiting.watch(this.#conversation, reference)
    return accepted
  }

  async #available<T>(asked: () => Promise<T>): Promise<T> {
    try {
      return await asked()
    } catch (err) {
      this.#parts.log.error({ event: 'teams.unavailable', err })
      throw new HttpError(503, 'Unavailable', 'The conversation cannot be reached now', {
        'Retry-After': '2',
      })
    }
  }
}

/** The answer to an invoke (Universal Actions for Adaptive Cards): the status is inside, too. */
function invoked(statusCode: number, type: string, value: object): HttpAnswer {
  return { status: 200, body: { statusCode, type, value } }
}
