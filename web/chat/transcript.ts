import type { Activity } from './activity.ts'
import type { Delivery, Letter } from './outbox.ts'

/** One message as the customer sees it. */
export interface Entry {
  /** The same from the first sight of the message to the last. */
  key: string
  from: 'bot' | 'user'
  delivery: Delivery
  activity: Activity
  /** For a message of this tab: what to send again. */
  letter?: Letter
}

/** The messages of one conversation, each once, in the server's order; what is not acknowledged yet comes last. */
export class Transcript {
  #entries: Entry[] = []

  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** Takes an activity from the server; gives the entry that it has added or changed. */
  receive(activity: Activity): Entry {
    const known = this.#entries.find((entry) => isSame(entry, activity))
    const entry = known ?? { key: activity.id, from: activity.from, delivery: 'sent', activity }
    const shown = entry.letter?.activity.displayText ?? activity.text
    entry.activity = { ...activity, text: shown || entry.activity.text }
    entry.delivery = 'sent'
    this.#place(entry)
    return entry
  }

  /** Takes what becomes of a message of this tab. */
  deliver(letter: Letter, delivery: Delivery, activityId = ''): Entry {
    const known = this.#entries.find((entry) => entry.activity.clientActivityID === letter.id)
    const entry = known ?? { key: letter.id, from: 'user', delivery, activity: spoken(letter), letter }
    // The echo on the stream may have been faster than the answer.
    if (entry.delivery === 'sent' && known) return entry
    entry.delivery = delivery
    entry.letter = letter
    if (activityId) entry.activity = { ...entry.activity, id: activityId }
    this.#place(entry)
    return entry
  }

  /** Another conversation begins; what is still on its way goes there. */
  clear(): void {
    this.#entries = this.#entries.filter((entry) => entry.delivery === 'pending')
  }

  empty(): void {
    this.#entries = []
  }

  /** The entry whose choices can be pressed: the last one, if the bot said it and nobody has answered. */
  get open(): Entry | undefined {
    const said = this.#entries.filter((entry) => entry.delivery === 'sent' || entry.delivery === 'pending')
    const last = said.at(-1)
    return last?.from === 'bot' ? last : undefined
  }

  #place(entry: Entry): void {
    const others = this.#entries.filter((other) => other !== entry)
    const before = others.findIndex((other) => isAfter(other, entry))
    others.splice(before < 0 ? others.length : before, 0, entry)
    this.#entries = others
  }
}

function isSame(entry: Entry, activity: Activity): boolean {
  if (entry.activity.id && entry.activity.id === activity.id) return true
  const mine = entry.activity.clientActivityID
  return activity.from === 'user' && mine !== undefined && mine === activity.clientActivityID
}

/** Ids of one conversation are of one length and end in the place in the log, so text order is log order. */
function isAfter(other: Entry, entry: Entry): boolean {
  if (!other.activity.id) return entry.activity.id !== ''
  return entry.activity.id !== '' && other.activity.id > entry.activity.id
}

function spoken({ id, activity }: Letter): Activity {
  const text = activity.displayText ?? activity.text ?? ''
  return { id: '', type: activity.type, from: 'user', text, clientActivityID: id, choices: [] }
}
