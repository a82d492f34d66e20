import { HttpError, type Route } from './route.ts'

/** Lets a route do its work for one more request; throws HttpError 503 when too many are under way. */
export type Crowd = <T>(route: Pick<Route, 'method' | 'probe'>, work: () => T | Promise<T>) => Promise<T>

/**
 * Turns away what could not be answered soon: when more come than can be answered, those who were let in are served as
 * fast as ever, instead of everybody waiting longer and longer. It counts requests that have come whole, so that slow
 * senders take nobody's place. LINE does not send again by default what it could not deliver, so it has twice the room;
 * who asks whether we are alive is never turned away.
 */
export function createCrowd(most: number): Crowd {
  let underWay = 0
  return async (route, work) => {
    const isAsking = route.probe && route.method === 'GET'
    if (!isAsking && underWay >= (route.probe ? 2 * most : most))
      throw new HttpError(
        503,
        'TooBusy',
        'Too many are being answered now; come back after Retry-After seconds',
        {
          'Retry-After': '2',
        },
      )
    underWay++
    try {
      return await work()
    } finally {
      underWay--
    }
  }
}
