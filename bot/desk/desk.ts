import type { Activity } from 'botbuilder-core'
import { defaultSupport } from '../../content/index.ts'
import type { State } from '../../dialogs/index.ts'
import type { Locale, Words } from '../../locales/index.ts'
import type { Committed } from '../auditTurn.ts'
import { calendar } from '../day.ts'
import { fellowsTold } from '../fellows.ts'
import { HttpError } from '../route.ts'
import { addressed, kaijo, type Speaker } from '../said.ts'
import type { Conversation, HandoffChange, Inbound, Ownership, Store } from '../store/index.ts'
import type { Bot, Reply } from '../turn.ts'
import { handoffStatus } from './handoffs.ts'
import { moved, mustOwn } from './ownership.ts'

/** Who acts: an account's id, and the name that customers read. */
export interface Actor {
  id: string
  shown: string
}

/** One press of an agent; the key is the press's own, so that a repeated one does nothing. */
export interface Press {
  conversation: string
  agent: Actor
  /** Unique for the press, at most 100 characters: made once by the page, and sent again when the answer was lost. */
  key: string
}

/**
 * What agents can do with a conversation. Each is one commit on the version that was read: of two who take at once one
 * wins, and the other gets HttpError 409 (Taken, NotWaiting, NotYours, Yours). HttpError 404 for an unknown one.
 * A repeated press changes nothing and gives the conversation as it stands.
 */
export interface Desk {
  /** Takes it out of the queue. */
  take(press: Press): Promise<Conversation>
  /** Takes it from another agent; the route sees to it that only supervisors may. */
  takeOver(press: Press): Promise<Conversation>
  /** Gives it to another agent. */
  transfer(press: Press & { to: Actor }): Promise<Conversation>
  /** Gives it back to the bot, which goes on at `step` of the customer's flow, or where it stopped. */
  return(press: Press & { step?: string }): Promise<Conversation>
  /** Lets go of it: it goes back to its place in the queue. */
  release(press: Press): Promise<Conversation>
  /** Ends it; when the customer writes again, the bot answers. */
  close(press: Press): Promise<Conversation>
  /** Says something to the customer. The caller has looked for secrets in it. */
  send(press: Press & { text: string }): Promise<Conversation>
  /**
   * Moves the customer's script as if the customer had pressed this, and sends nothing. `said` is what the bot would
   * have said; empty when the press was a repeated one.
   */
  answer(press: Press & { pressed: object }): Promise<{ conversation: Conversation; said: Reply['said'] }>
  /** Nobody has taken it in time, or the desk has closed: the bot goes on. False when somebody was faster. */
  expire(conversation: string, why: 'late' | 'hours'): Promise<boolean>
  /** Its agent is not there any more. False when that is not so. */
  vanish(conversation: string, agent: string): Promise<boolean>
}

export interface DeskDeps {
  store: Store
  bot: () => Bot
  words: () => Words
  /** Sees to the turns of a conversation: what a press leaves for the bot to say is an event that waits there. */
  wake: (conversation: string) => void
  /** Whether a channel must send out what is said; none unless said otherwise. */
  sends?: (channel: string) => boolean
  /** Something was put into the outbox of a conversation. */
  onSend?: (conversation: string) => void
  /** Told of each script that is moved, before that is committed; when it throws, nothing is done. */
  beforeAnswer?: (turn: Committed) => void
  now?: () => number
  /** The bank's timezone, by which days are counted; Japan's unless said otherwise. */
  timezone?: () => string
}

/** What a deed changes; what it does not name stays. */
interface Deed {
  ownership?: Ownership
  handoff?: HandoffChange
  says?: Partial<Activity>[]
  speaker?: Speaker
  /** What the bot has to say afterwards, in a turn of its own. */
  event?: { name: string; value: Record<string, string | undefined> }
  reply?: Reply
}

/** The channel of what happens at the desk. */
const channel = 'desk'

/** Makes the desk over a store. */
export function createDesk(deps: DeskDeps): Desk {
  return new StoreDesk(deps)
}

class StoreDesk implements Desk {
  readonly #deps: DeskDeps
  readonly #now: () => number
  readonly #dayOf: (at: number) => string

  constructor(deps: DeskDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
    this.#dayOf = calendar(deps.timezone ?? (() => defaultSupport.timezone))
  }

  take(press: Press): Promise<Conversation> {
    return this.#press(press, (now) => this.#accepted(now, 'take', press.agent))
  }

  takeOver(press: Press): Promise<Conversation> {
    return this.#press(press, (now) => this.#accepted(now, 'takeOver', press.agent))
  }

  transfer(press: Press & { to: Actor }): Promise<Conversation> {
    return this.#press(press, (now) => this.#accepted(now, 'transfer', press.to, press.agent.id))
  }

  return({ step, ...press }: Press & { step?: string }): Promise<Conversation> {
    return this.#press(press, (now) => ({
      ownership: moved(now, 'return', { by: press.agent.id, at: this.#now() }),
      handoff: { ends: 'returned' },
      says: [handoffStatus('completed', { reason: 'returned' })],
      event: { name: 'desk.returned', value: { step } },
    }))
  }

  release(press: Press): Promise<Conversation> {
    return this.#press(press, (now) => ({
      ownership: moved(now, 'release', { by: press.agent.id, at: this.#now() }),
      event: { name: 'desk.released', value: {} },
    }))
  }

  close(press: Press): Promise<Conversation> {
    return this.#press(press, (now) => ({
      ownership: moved(now, 'close', { by: press.agent.id, at: this.#now() }),
      handoff: { ends: 'closed' },
      says: [handoffStatus('completed', { reason: 'closed' })],
      event: { name: 'desk.closed', value: {} },
    }))
  }

  send({ text, ...press }: Press & { text: string }): Promise<Conversation> {
    return this.#press(press, (now) => {
      mustOwn(now, press.agent.id)
      return { says: [spoken(text, localeOf(now))], speaker: agentSpeaker(press.agent) }
    })
  }

  async answer({ pressed, ...press }: Press & { pressed: object }) {
    let said: Reply['said'] = []
    const conversation = await this.#press(press, async (now) => {
      mustOwn(now, press.agent.id)
      const activity = { type: 'message', value: pressed }
      const id = `${channel}:${eventIdOf(press)}`
      // News of the bank wait until the bot goes on: what is said here only the agent reads.
      const { held, ...state } = (now.state ?? {}) as State
      const reply = await this.#deps.bot().reply({
        id,
        conversation: now.id,
        channel: now.channel,
        activity,
        state: now.state ? state : undefined,
      })
      said = reply.said
      return { reply: held ? { ...reply, state: { ...(reply.state as State), held } } : reply }
    })
    return { conversation, said }
  }

  expire(conversation: string, why: 'late' | 'hours'): Promise<boolean> {
    return this.#happens(conversation, (now) => ({
      key: `expire/${now.waitingSince}`,
      ownership: moved(now, 'expire', { at: this.#now() }),
      handoff: { ends: 'expired' },
      says: [handoffStatus('failed', { reason: why })],
      event: { name: 'desk.expired', value: { why } },
    }))
  }

  vanish(conversation: string, agent: string): Promise<boolean> {
    return this.#happens(conversation, (now) => {
      mustOwn(now, agent)
      return {
        key: `vanish/${now.version}`,
        ownership: moved(now, 'vanish', { at: this.#now() }),
        event: { name: 'desk.released', value: {} },
      }
    })
  }

  #accepted(
    now: Conversation,
    move: 'take' | 'takeOver' | 'transfer',
    agent: Actor,
    by: string = agent.id,
  ): Deed {
    const locale = localeOf(now)
    const text = this.#deps.words().t(locale, 'bot:handoff.accepted', { name: agent.shown })
    return {
      ownership: moved(now, move, { by, to: agent.id, at: this.#now() }),
      handoff: { accepts: agent.id },
      says: [handoffStatus('accepted', { agent: agent.shown }), spoken(text, locale)],
      speaker: agentSpeaker(agent),
    }
  }

  /** Does it on what is there now, and again on what another writer has left meanwhile. */
  async #press(press: Press, deed: (now: Conversation) => Deed | Promise<Deed>): Promise<Conversation> {
    const { conversation } = press
    const eventId = eventIdOf(press)
    for (;;) {
      const now = await this.#deps.store.conversation(conversation)
      if (!now) throw new HttpError(404, 'NotFound', 'There is no such conversation')
      // A press that has done its work would often be refused now: it must not be told so.
      if (await this.#deps.store.knows(channel, eventId)) return now
      const outcome = await this.#commit(now, eventId, await deed(now))
      if (outcome === 'stale') continue
      return (await this.#deps.store.conversation(conversation)) as Conversation
    }
  }

  /** The same for what no person does; false when it cannot be any more. */
  async #happens(
    conversation: string,
    deed: (now: Conversation) => Deed & { key: string },
  ): Promise<boolean> {
    for (;;) {
      const now = await this.#deps.store.conversation(conversation)
      if (!now) return false
      try {
        const { key, ...rest } = deed(now)
        const outcome = await this.#commit(now, `${conversation}/${key}`, rest)
        if (outcome !== 'stale') return outcome === 'committed'
      } catch (error) {
        if (error instanceof HttpError) return false
        throw error
      }
    }
  }

  async #commit(now: Conversation, eventId: string, deed: Deed): Promise<'committed' | 'stale' | 'seen'> {
    const { id, version, state } = now
    const { ownership, handoff, says = [], speaker = kaijo, event, reply } = deed
    const sends = this.#deps.sends?.(now.channel) ?? false
    const told = event && inbound(now, eventId, event)
    const fellows = await fellowsTold(this.#deps.store, id, `${channel}:${eventId}`, reply?.moved)
    if (reply) this.#deps.beforeAnswer?.(answered(now, reply))
    const outcome = await this.#deps.store.commit({
      conversation: id,
      channel: now.channel,
      version,
      state: reply ? reply.state : (state ?? null),
      eventId,
      eventChannel: channel,
      isNew: true,
      said: addressed(says, now, { speaker, at: this.#now() }),
      requests: reply?.requests ?? [],
      passes: reply?.passes ?? [],
      tells: [...(told ? [told] : []), ...fellows],
      sends,
      ...(ownership && { ownership }),
      ...(handoff && { handoff }),
      ...(reply?.counts && { counts: { day: this.#dayOf(this.#now()), of: reply.counts } }),
    })
    if (outcome !== 'committed') return outcome
    if (sends && says.length > 0) this.#deps.onSend?.(id)
    // Also when nothing is told: a turn that was under way has lost its commit and must run again.
    for (const other of [id, ...fellows.map(({ conversation }) => conversation)]) this.#deps.wake(other)
    return outcome
  }
}

/** Before and after are the same: the customer was told nothing, the agent was. */
function answered({ id, channel: where }: Conversation, { state, requests, passes }: Reply): Committed {
  const event = { type: 'event', name: 'desk.answered' }
  return { conversation: id, channel: where, event, before: state, after: state, requests, passes }
}

function eventIdOf({ conversation, agent, key }: Press): string {
  return `${conversation}/${agent.id}/${key}`
}

function inbound(
  { id }: Conversation,
  eventId: string,
  { name, value }: { name: string; value: object },
): Inbound {
  const activity = { type: 'event', name, value }
  return { channel, eventId: `${eventId}/told`, conversation: id, activity, logged: false }
}

function agentSpeaker({ shown }: Actor): Speaker {
  return { id: 'agent', name: shown }
}

function spoken(text: string, locale: Locale): Partial<Activity> {
  return { type: 'message', text, speak: text, locale, textFormat: 'plain' }
}

function localeOf({ state }: Conversation): Locale {
  return (state as State | null | undefined)?.locale ?? 'ja'
}
