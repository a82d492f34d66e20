/** One thing that a customer has written, as the customer knows it. */
export interface Sent {
  text: string
  /** `performance.now()` when it was first sent, and when somebody answered 2xx for it. */
  at: number
  takenAt?: number
  /** What that answer said that it is called. */
  id?: string
}

/** One activity, as Direct Line shows it. */
export interface Said {
  id: string
  type: string
  text?: string
  from: { id?: string; role?: string }
  replyToId?: string
}

/** All that one customer knows, and what the log says. */
export interface History {
  conversation: string
  sent: Sent[]
  /** What came by the socket or the polling, each arrival once, and when. */
  seen: { said: Said; at: number }[]
  /** The log from its beginning, read when all had come to rest. */
  log: Said[]
  /** How many turns the store says were applied: the version of the conversation. */
  version?: number
}

/** How many of each there are; all of it is 0 when nothing went wrong. */
export interface Verdict {
  /** Acknowledged, and not in the log. */
  falselyTaken: number
  /** Acknowledged, and never answered. */
  unanswered: number
  /** In the log, and never seen by its customer. */
  unseen: number
  /** The same words in the log twice, or answered in two turns, or seen twice. */
  doubled: number
  /** Not in the order in which it was written, answered or logged. */
  disordered: number
  /** Turns that the store counts and the log does not know, or the other way round. */
  miscounted: number
}

export const nothingWrong: Verdict = {
  falselyTaken: 0,
  unanswered: 0,
  unseen: 0,
  doubled: 0,
  disordered: 0,
  miscounted: 0,
}

/**
 * Compares what customers sent, what was acknowledged, what was applied and what they have seen. A customer writes one
 * thing after another and sends each until it is taken, so the order in the log is the order of writing.
 */
export function judge(histories: readonly History[]): Verdict {
  return histories.map(judgeOne).reduce(added, nothingWrong)
}

function judgeOne({ sent, seen, log, version }: History): Verdict {
  const heard = log.filter(isCustomers)
  const places = new Map(log.map(({ id }, place) => [id, place]))
  const turns = log.flatMap(({ replyToId }) => replyToId ?? []).filter((id, i, all) => id !== all[i - 1])
  const answered = new Set(turns)
  const taken = sent.filter(({ takenAt }) => takenAt !== undefined)
  const seenIds = seen.map(({ said }) => said.id)
  return {
    falselyTaken: taken.filter(({ id, text }) => log[places.get(id ?? '') ?? -1]?.text !== text).length,
    unanswered: heard.filter(({ id }) => !answered.has(id)).length,
    unseen: log.filter(({ id }) => !seenIds.includes(id)).length,
    doubled: doubles(heard.map(({ text }) => text)) + doubles(turns) + doubles(seenIds),
    disordered:
      falls(heard.map(({ text }) => sent.findIndex((one) => one.text === text))) +
      falls(turns.map((id) => places.get(id) ?? -1)) +
      falls(seenIds.map((id) => places.get(id) ?? -1)),
    // One turn for the beginning of the conversation, one for each message.
    miscounted: version === undefined ? 0 : Math.abs(version - heard.length - 1),
  }
}

function isCustomers({ type, from }: Said): boolean {
  return type === 'message' && from.role !== 'bot'
}

function doubles(all: readonly unknown[]): number {
  return all.length - new Set(all).size
}

function falls(places: readonly number[]): number {
  return places.filter((place, i) => place < (places[i - 1] ?? 0)).length
}

function added(one: Verdict, other: Verdict): Verdict {
  const names = Object.keys(one) as (keyof Verdict)[]
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Verdict
}
