import type { Activity } from 'botbuilder-core'
import { defaultSupport } from '../content/index.ts'
import { type DeskNow, hold, type Initiation, ratedSilently } from '../dialogs/index.ts'
import { Arrival } from './arrival.ts'
import type { Committed } from './auditTurn.ts'
import { calendar } from './day.ts'
import { handedOver } from './desk/handoffs.ts'
import { fellowsTold, type Moved } from './fellows.ts'
import { Lanes } from './lanes.ts'
import type { Logger } from './log.ts'
import { letOthersFirst, nextTry, waitOf } from './retry.ts'
import { addressed, kaijo } from './said.ts'
import { hidesSecret, maskSecrets } from './secrets.ts'
import type {
  Accepted,
  Conversation,
  Count,
  Inbound,
  Owner,
  Pass,
  Pending,
  Question,
  Store,
} from './store/index.ts'
import type { Turns } from './turns.ts'

/** What the dialogs are given, and what they answer; they change nothing outside. */
export interface Bot {
  reply(turn: Heard): Promise<Reply>
  /** Whether digits typed now are an answer to what was asked. */
  expectsDigits(state: unknown): boolean
  /** Digits that are no secret. */
  allowedDigits: readonly string[]
  /** What to say when a turn cannot be finished, in the customer's language. */
  apology(state: unknown): Partial<Activity>
}

/** One event and the state it meets. */
export interface Heard {
  /** Unique: the key that makes calls to the outside idempotent. */
  id: string
  conversation: string
  channel: string
  activity: Partial<Activity>
  state: unknown
  /** Who has the conversation: a person waits in the queue, or nobody does any more. The bot unless said otherwise. */
  owner?: Exclude<Owner, 'agent'>
  /** The agents' desk as it is now; nothing where there is none. */
  desk?: DeskNow
  /** Resolves when the event can no longer be lost: to be awaited before anything outside is asked. */
  accepted?: () => Promise<unknown>
}

/** What a turn leaves behind. */
export interface Reply {
  said: Partial<Activity>[]
  state: unknown
  /** Unlock requests the conversation now waits for. */
  requests: string[]
  /** Links and guide numbers that were shown for the first time. */
  passes: Pass[]
  /** Where the customer has just gone in a procedure that other conversations may share. */
  moved?: Moved
  /** The customer asked for a person, and there are some: the conversation goes into the queue. */
  handoff?: Initiation
  /** The customer, who waits in the queue, does not want to any more. */
  leavesQueue?: boolean
  /** A free question that was asked, or what became of the one before. */
  question?: Question
  /** How the customer found the agent, from 1 to 5. */
  rating?: number
  /** What happened, to be counted when it is committed. */
  counts?: readonly Count[]
  /** Nothing was said, because of a mistake of ours: when to try once more. */
  again?: Inbound
  /** For the log: ids only. */
  trace: { event: string; flow?: string; step?: string; faq?: string }
}

interface Deps {
  store: Store
  /** Asked anew for each turn, so that new content takes effect with the next turn. */
  bot: () => Bot
  log: Logger
  now?: () => number
  /** The bank's timezone, by which days are counted; Japan's unless said otherwise. */
  timezone?: () => string
  /** The agents' desk as this conversation finds it; no desk unless said otherwise. */
  desk?: (conversation: Conversation) => DeskNow | undefined
  /** Whether a channel must send out what is said; none unless said otherwise. */
  sends?: (channel: string) => boolean
  /** Something was put into the outbox of a conversation. */
  onSend?: (conversation: string) => void
  /** Told of each turn before it is committed; when it throws, the turn is not. */
  beforeTurn?: (turn: Committed) => void
  /** Told of each turn that has been committed, and how many milliseconds it took. */
  onTurn?: (turn: Committed, ms: number) => void
}

/** Turns with their beginning and end, and in how many conversations we work at them: those that wait for the outside do not count. */
export interface TakenTurns extends Turns {
  readonly busy: number
  start(): Promise<void>
  stop(): Promise<void>
}

/** Takes turns: one at a time in a conversation and in order, any number of conversations side by side. */
export function takeTurns(deps: Deps): TakenTurns {
  return new TurnTaker(deps)
}

class TurnTaker implements TakenTurns {
  readonly #deps: Deps
  readonly #now: () => number
  readonly #lanes: Lanes
  /** Conversations in which nothing waits but what was put off. */
  readonly #asleep = new Set<string>()
  /** The event of each conversation that is being stored. */
  readonly #arriving = new Map<string, Promise<unknown>>()
  /** Conversations whose turns wait for an answer from outside. */
  readonly #outside = new Set<string>()
  readonly #dayOf: (at: number) => string

  constructor(deps: Deps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
    this.#dayOf = calendar(deps.timezone ?? (() => defaultSupport.timezone))
    this.#lanes = new Lanes({
      isShared: () => deps.store.isShared(),
      claim: (conversation) => ({
        hold: (ms) => deps.store.hold(`turn ${conversation}`, ms),
        letGo: () => deps.store.letGo(`turn ${conversation}`),
      }),
      run: (conversation, isOurs) => this.#takeAll(conversation, isOurs),
      find: async () =>
        (await deps.store.waiting()).filter((conversation) => !this.#asleep.has(conversation)),
      onError: (conversation, err) => deps.log.error({ event: 'turn.failed', conversation, err }),
    })
  }

  get busy(): number {
    return this.#lanes.busy - this.#outside.size
  }

  /** Takes up what was accepted before a crash. */
  start(): Promise<void> {
    return this.#lanes.start()
  }

  /** Lets the running turns finish; what is still waiting is taken up at the next start. */
  stop(): Promise<void> {
    return this.#lanes.stop()
  }

  async accept(inbound: Inbound): Promise<Accepted> {
    const { conversation } = inbound
    // One after the other: what came first is stored first.
    while (this.#arriving.has(conversation)) await this.#arriving.get(conversation)
    const accepted = this.#arrive(inbound)
    const arrived = accepted.then(
      () => this.#arriving.delete(conversation),
      () => this.#arriving.delete(conversation),
    )
    this.#arriving.set(conversation, arrived)
    return accepted
  }

  /** Takes the turn at once where nothing else is done or waits, so that the event and its turn share one commit. */
  async #arrive(inbound: Inbound): Promise<Accepted> {
    const { store } = this.#deps
    const { conversation } = inbound
    const event = await this.#withoutSecrets(inbound)
    const arrival = new Arrival(event, store)
    const isTaken = this.#lanes.enter(conversation, () => this.#takeAtOnce(arrival))
    const accepted = await (isTaken ? arrival.accepted : store.accept(event))
    // Also when it was seen before: its first storing may have been told to nobody.
    if (!arrival.isApplied) this.wake(conversation)
    return accepted
  }

  /** The turn of an event that is not stored yet. When it comes to nothing the event is stored, and waits as others do. */
  async #takeAtOnce(arrival: Arrival): Promise<void> {
    const { conversation: id, reference } = arrival.inbound
    try {
      const found = await this.#deps.store.free(arrival.inbound)
      if (!found) return
      await this.#take({ ...found, ...(reference && { reference }) }, arrival.pending(found), arrival)
    } catch (err) {
      this.#deps.log.error({ event: 'turn.failed', conversation: id, err })
    } finally {
      await arrival.accept().catch(() => undefined)
    }
  }

  idle(): Promise<void> {
    return this.#lanes.idle()
  }

  async #withoutSecrets(inbound: Inbound): Promise<Inbound> {
    const { text, value } = inbound.activity
    const bot = this.#deps.bot()
    const masked = maskSecrets(text ?? '', bot.allowedDigits)
    // Buttons send ids of ours; what else stands there a client has put there.
    const isHidden = inbound.logged && hidesSecret(value, bot.allowedDigits)
    if (!masked.found && !isHidden) return inbound
    const conversation = await this.#deps.store.conversation(inbound.conversation)
    if (!isHidden && bot.expectsDigits(conversation?.state)) return inbound
    const channelData = { ...inbound.activity.channelData, masked: true }
    const words = text ? { text: masked.text } : {}
    return { ...inbound, activity: { ...inbound.activity, ...words, value: undefined, channelData } }
  }

  wake(conversation: string): void {
    this.#lanes.wake(conversation)
  }

  async #takeAll(conversation: string, isOurs: () => Promise<boolean>): Promise<void> {
    let wait = Number.POSITIVE_INFINITY
    const moved = new Set<string>()
    while (await isOurs()) {
      const event = await this.#deps.store.pending(conversation)
      const early = event ? waitOf(event, this.#now()) : 0
      // Whoever has let all others go first comes round again when there are no others.
      if (!event || (early > 0 && moved.has(event.eventId))) break
      if (early === 0) {
        const found = await this.#deps.store.conversation(conversation)
        // Erased meanwhile, with all that waited there.
        if (!found) break
        await this.#take(found, event)
      } else moved.add(await this.#putOff(conversation, event))
      if (early > 0) wait = Math.min(wait, early)
    }
    if (moved.size > 0) this.#sleep(conversation, wait)
  }

  #sleep(conversation: string, ms: number): void {
    this.#asleep.add(conversation)
    setTimeout(() => {
      this.#asleep.delete(conversation)
      this.wake(conversation)
    }, ms).unref()
  }

  /** Lets others go before an event whose time has not come; gives its new id. */
  async #putOff(id: string, event: Pending): Promise<string> {
    const { channel, version, state } = (await this.#deps.store.conversation(id)) as Conversation
    const later = letOthersFirst(event, id)
    await this.#deps.store.commit({
      ...{ conversation: id, channel, version, state, said: [], requests: [], tells: [later] },
      eventId: event.eventId,
      eventChannel: event.channel,
    })
    return later.eventId
  }

  /** One turn; when another writer was faster, again on what that one left. */
  async #take(conversation: Conversation, event: Pending, arrival?: Arrival): Promise<void> {
    const began = performance.now()
    const { id } = conversation
    const reply = await this.#answer(conversation, event, arrival)
    if (await arrival?.isBehind(event)) return
    const key = `${event.channel}:${event.eventId}`
    const change = handedOver(conversation, event.activity, reply, { key, at: this.#now() })
    const handoff = change.handoff ?? (reply.rating ? { rates: reply.rating } : undefined)
    const said = [...change.says, ...reply.said]
    const fellows = await fellowsTold(this.#deps.store, id, key, reply.moved)
    const tells = reply.again ? [...fellows, reply.again] : fellows
    const sends = this.#deps.sends?.(conversation.channel) ?? false
    const replyToId = event.activity.type === 'message' ? event.activity.id : undefined
    const { channel, state: before } = conversation
    const { state: after, requests, passes } = reply
    const turn = { conversation: id, channel, event: event.activity, before, after, requests, passes }
    this.#deps.beforeTurn?.(turn)
    const outcome = await this.#deps.store.commit({
      conversation: id,
      channel: conversation.channel,
      version: conversation.version,
      state: reply.state,
      eventId: event.eventId,
      eventChannel: event.channel,
      said: addressed(said, conversation, { speaker: kaijo, at: this.#now(), replyToId }),
      requests: reply.requests,
      passes: reply.passes,
      tells,
      sends,
      ...(change.ownership && { ownership: change.ownership }),
      ...(handoff && { handoff }),
      ...(reply.counts && { counts: { day: this.#dayOf(this.#now()), of: reply.counts } }),
      ...(event.reply && { reply: event.reply }),
      ...(reply.question && { question: reply.question }),
      // Counted without a name, and no line of the conversation: agents read those.
      ...(reply.rating && event.activity.id && { unsays: event.activity.id }),
      ...(await arrival?.unstored(conversation)),
    })
    if (outcome !== 'committed') return
    arrival?.applied(event)
    for (const { conversation: other } of tells) this.wake(other)
    if (sends && reply.said.length > 0) this.#deps.onSend?.(id)
    const ms = performance.now() - began
    this.#deps.onTurn?.(turn, ms)
    this.#deps.log.info({ ...reply.trace, conversation: id, ms: Math.round(ms * 10) / 10 })
  }

  /** It will take a while: the lane is claimed, so that no other process takes up what waits there meanwhile. */
  async #goOutside(conversation: string, arrival?: Arrival): Promise<void> {
    if (arrival) {
      await this.#lanes.claim(conversation)
      await arrival.accept()
    }
    this.#outside.add(conversation)
  }

  /** Asks who has the conversation before any dialog runs: while a person has it, nothing is said and news are kept. */
  async #answer(conversation: Conversation, event: Pending, arrival?: Arrival): Promise<Reply> {
    if (conversation.owner !== 'agent') return this.#reply(conversation, event, arrival)
    const state = hold(conversation.state, event.activity)
    const trace = { event: `agent.${event.activity.name ?? event.activity.type}` }
    // A button of the time before: the rating counts, and is no message to the agent.
    const rated = ratedSilently(conversation.state, event.activity)
    return { said: [], state, requests: [], passes: [], trace, ...rated }
  }

  async #reply(conversation: Conversation, event: Pending, arrival?: Arrival): Promise<Reply> {
    const { id, channel, state, owner } = conversation
    const bot = this.#deps.bot()
    try {
      const { activity } = event
      return await bot.reply({
        id: `${event.channel}:${event.eventId}`,
        conversation: id,
        channel,
        activity,
        state,
        owner: owner as Heard['owner'],
        desk: this.#deps.desk?.(conversation),
        accepted: () => this.#goOutside(id, arrival),
      })
    } catch (error) {
      // A mistake of ours must neither stop the conversation nor be tried for ever: the event counts as applied.
      this.#deps.log.error({ event: 'turn.broken', conversation: id, err: error })
      const again = nextTry(event, id, this.#now())
      if (again) return { said: [], state, requests: [], passes: [], again, trace: { event: 'broken' } }
      return { said: [bot.apology(state)], state, requests: [], passes: [], trace: { event: 'broken' } }
    } finally {
      this.#outside.delete(id)
    }
  }
}
