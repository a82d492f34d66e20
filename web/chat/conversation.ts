import { Access } from './access.ts'
import { type Activity, asObject, type Frame, type Outgoing } from './activity.ts'
import { Connection, type Link } from './connection.ts'
import { type Delivery, type Letter, Outbox } from './outbox.ts'
import type { Drawer, Rim } from './rim.ts'
import { Transcript } from './transcript.ts'
import type { Lang } from './words.ts'

interface Parts {
  rim: Rim
  /** Lasts for months on this device, and as long as the tab. */
  device: Drawer
  tab: Drawer
  lang(): Lang
  /** The transcript has changed; `said` is what the bot has newly said. */
  onChange(said: Activity[]): void
  /** The transcript holds all that was said before; `false`: it begins to be another conversation's. */
  onCaughtUp(isCaughtUp: boolean): void
  onTyping(isTyping: boolean, agent?: string): void
  onLink(link: Link): void
}

/** What a customer thought of an agent leaves no words in the log; that something was said there stays. */
const isRating = ({ type, from }: Activity) => type === 'messageDelete' && from === 'user'

/** A person at the desk is told this often at most that the customer writes. */
const tellEvery = 3000

/** One customer's conversation in one tab, without its looks: nothing lost, nothing doubled, in order. */
export class Conversation {
  readonly transcript = new Transcript()
  readonly #parts: Parts
  readonly #access: Access
  readonly #outbox: Outbox
  #connection: Connection | undefined
  #isCaughtUp = false
  #isFresh = false
  /** A person has the conversation: nobody answers at once, and it is good to know that the customer writes. */
  #hasPerson = false
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(parts: Parts) {
    this.#parts = parts
    const { rim, device, tab, lang } = parts
    this.#access = new Access({
      rim,
      drawer: device,
      lang,
      onConversation: (_, isFresh) => this.#begin(isFresh),
    })
    this.#outbox = new Outbox({
      rim,
      access: this.#access,
      drawer: tab,
      onDelivery: (letter, delivery, id) => this.#delivered(letter, delivery, id),
    })
  }

  /** Whether this device has one already. */
  get isKnown(): boolean {
    return this.#access.known
  }

  /** Connects and stays connected; a second call does nothing. */
  start(): void {
    if (this.#connection) return
    const { rim, lang, onLink } = this.#parts
    this.#connection = new Connection({
      rim,
      access: this.#access,
      locale: lang,
      onFrame: (frame) => this.#receive(frame),
      onCaughtUp: () => this.#caughtUp(),
      onLink,
    })
    void this.#connection.run()
    this.#outbox.restore()
  }

  say(activity: Outgoing): void {
    this.#outbox.send({ id: this.#parts.rim.id(), activity })
  }

  /** The customer is writing; a person who has the conversation sees that. Nothing is lost when it is not heard. */
  write(): void {
    const { rim } = this.#parts
    if (!this.#hasPerson || rim.now() - this.#toldAt < tellEvery) return
    this.#toldAt = rim.now()
    this.#access.request('POST', '/{id}/activities', { type: 'typing' }).catch(() => undefined)
  }

  /** Sends a failed message once more. */
  repeat(letter: Letter): void {
    this.#outbox.send(letter)
  }

  /** The network is back, or the customer is. */
  wake(): void {
    this.#outbox.wake()
    this.#connection?.wake()
  }

  /** The browser says that there is no network. */
  sleep(): void {
    this.#outbox.offline()
    this.#connection?.offline()
  }

  /** This device forgets the conversation; `start` begins a new one. */
  leave(): void {
    this.#connection?.stop()
    this.#connection = undefined
    this.#outbox.clear()
    this.#access.forget()
    this.transcript.empty()
    this.#parts.onChange([])
  }

  #begin(isFresh: boolean): void {
    this.transcript.clear()
    this.#isCaughtUp = false
    this.#hasPerson = false
    this.#isFresh = isFresh
    this.#connection?.restart()
    this.#parts.onCaughtUp(false)
    this.#parts.onChange([])
  }

  #caughtUp(): void {
    if (this.#isCaughtUp) return
    this.#isCaughtUp = true
    this.#parts.onCaughtUp(true)
    if (!this.#isFresh) return
    this.#isFresh = false
    this.say({ type: 'event', name: 'startConversation', locale: this.#parts.lang() })
  }

  #receive(frame: Frame): void {
    const messages = frame.activities.filter((activity) => activity.type === 'message' || isRating(activity))
    const isNew = (activity: Activity) =>
      !this.transcript.entries.some(({ activity: { id } }) => id === activity.id)
    const said = messages.filter((activity) => activity.from === 'bot' && isNew(activity))
    for (const activity of messages) this.transcript.receive(activity)
    for (const activity of frame.activities)
      if (activity.name === 'handoff.status') this.#handedOver(activity)
    const last = frame.activities.findLast((activity) => activity.from === 'bot')
    if (last) this.#parts.onTyping(last.type === 'typing', last.agent)
    if (messages.length > 0) this.#parts.onChange(this.#isCaughtUp ? said : [])
  }

  #handedOver({ value }: Activity): void {
    this.#hasPerson = asObject(value).state === 'accepted'
  }

  #delivered(letter: Letter, delivery: Delivery, id?: string): void {
    if (letter.activity.type !== 'message') return
    this.transcript.deliver(letter, delivery, id)
    this.#parts.onChange([])
    if (delivery === 'pending') return
    this.#parts.onTyping(delivery === 'sent' && !this.transcript.open && !this.#hasPerson)
  }
}
