import { HttpError, type Route } from './route.ts'

/** Those whose requests are being answered, and in which order that is begun. */
export interface Crowd {
  /** A connection has come: others may be waiting behind it. */
  knock(): void
  /** What another request of a route is told when too many are under way: HttpError 503. */
  refuses(route: Pick<Route, 'method' | 'probe'>): HttpError | undefined
  /** Lets a route do its work for one more request; throws what it is refused with. */
  serve<T>(route: Pick<Route, 'method' | 'probe'>, work: () => T | Promise<T>): Promise<T>
}

/** So many are begun before the loop goes round: enough to share a commit, and few milliseconds for whoever waits outside. */
const mostAtATime = 32
/** So often the loop goes round for those outside before those inside go on: a flood of connections is not all we do. */
const mostRounds = 64
/** Made once: thousands a second may be told, and an error looks over the stack when it is made. */
const tooBusy = new HttpError(
  503,
  'TooBusy',
  'Too many are being answered now; come back after Retry-After seconds',
  { 'Retry-After': '2' },
)

/**
 * Turns away what could not be answered soon: when more come than can be answered, those who were let in are served as
 * fast as ever, instead of everybody waiting longer and longer. It counts requests that have come whole, so that slow
 * senders take nobody's place, and `behind` counts the turns of those who were told that we have their words: where that
 * is told faster than turns are taken, they would wait longer and longer. LINE does not send again by default what it could not deliver, so it has twice the room;
 * who asks whether we are alive is never turned away.
 *
 * libuv takes one new connection each time its loop goes round (since 1.45), and a round is as long as all the work that
 * was begun in it: without `knock` newcomers would wait unseen, for seconds, while those inside are served.
 */
export function createCrowd(most: number, behind: () => number = () => 0): Crowd {
  const door = createDoor()
  let underWay = 0
  const refuses: Crowd['refuses'] = (route) => {
    const isAsking = route.probe && route.method === 'GET'
    const now = Math.max(underWay, behind())
    return !isAsking && now >= (route.probe ? 2 * most : most) ? tooBusy : undefined
  }
  return {
    knock: door.knock,
    refuses,
    async serve(route, work) {
      const refusal = refuses(route)
      if (refusal) throw refusal
      underWay++
      try {
        await door.enter()
        return await work()
      } finally {
        underWay--
      }
    },
  }
}

/** In the order in which they came: at once where nobody waits, and otherwise when all newcomers have been seen. */
function createDoor(): { knock(): void; enter(): Promise<void> | undefined } {
  let waiting: (() => void)[] = []
  let begun = 0
  let hasKnocked = false
  let rounds = 0
  let isRound = false

  const goRound = () => {
    if (isRound) return
    isRound = true
    setImmediate(() => {
      isRound = false
      begun = 0
      const isNew = hasKnocked
      hasKnocked = false
      if (isNew && rounds++ < mostRounds) return goRound()
      rounds = 0
      const next = waiting.slice(0, mostAtATime)
      waiting = waiting.slice(mostAtATime)
      begun = next.length
      for (const begin of next) begin()
      if (next.length > 0) goRound()
    })
  }
  return {
    knock() {
      hasKnocked = true
      goRound()
    },
    enter() {
      goRound()
      if (waiting.length === 0 && begun < mostAtATime && !hasKnocked) {
        begun++
        return undefined
      }
      return new Promise((resolve) => waiting.push(resolve))
    },
  }
}
