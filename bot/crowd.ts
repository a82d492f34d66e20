import { HttpError, type Route } from './route.ts'

/** Those whose requests are being answered, and in which order that is begun. */
export interface Crowd {
  /** A connection has come: others may be waiting behind it. */
  knock(): void
  /** What another request of a route is told when too many are under way: HttpError 503. */
  refuses(route: Met): HttpError | undefined
  /** Lets a route do its work for one more request; throws what it is refused with. */
  serve<T>(route: Met, work: () => T | Promise<T>): Promise<T>
}

type Met = Pick<Route, 'method' | 'probe' | 'yields'>

/** So many are begun before the loop goes round: enough to share a commit, and few milliseconds for whoever waits outside. */
const mostAtATime = 32
/** Of those, so many are for files, however many customers are in the middle of a conversation. */
const fewAtATime = 4
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
 * is told faster than turns are taken, they would wait longer and longer. LINE does not send again by default what it could
 * not deliver, so it has twice the room; who asks whether we are alive, or whether they may call, is never turned away.
 *
 * libuv takes one new connection each time its loop goes round (since 1.45), and a round is as long as all the work that
 * was begun in it: without `knock` newcomers would wait unseen, for seconds, while those inside are served.
 */
export function createCrowd(most: number, behind: () => number = () => 0): Crowd {
  const door = createDoor()
  let underWay = 0
  const refuses: Crowd['refuses'] = (route) => {
    // A browser that is refused the question it asks beforehand tells its page of no Retry-After, but of a network that failed.
    const isAsking = route.method === 'OPTIONS' || (route.probe && route.method === 'GET')
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
        await door.enter(route.yields)
        return await work()
      } finally {
        underWay--
      }
    },
  }
}

/**
 * In the order in which they came: at once where nobody waits, and otherwise when all newcomers have been seen. Who asks
 * for a file goes behind those who are in a conversation: a crowd that opens the page at once does not hold them up.
 */
function createDoor(): { knock(): void; enter(yields?: boolean): Promise<void> | undefined } {
  const talking: (() => void)[] = []
  const yielding: (() => void)[] = []
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
      const room = mostAtATime - Math.min(fewAtATime, yielding.length)
      const next = talking.splice(0, room)
      next.push(...yielding.splice(0, mostAtATime - next.length))
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
    enter(yields) {
      goRound()
      const isEmpty = talking.length === 0 && (!yields || yielding.length === 0)
      if (isEmpty && begun < mostAtATime && !hasKnocked) {
        begun++
        return undefined
      }
      return new Promise((resolve) => (yields ? yielding : talking).push(resolve))
    },
  }
}
