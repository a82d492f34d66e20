import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { failure, send, wire } from './answer.ts'
import type { Crowd } from './crowd.ts'
import type { Metrics } from './metrics.ts'
import type { Route } from './route.ts'
import type { CommonHeaders } from './serve.ts'

interface Parts {
  crowd: Pick<Crowd, 'refuses'>
  headers: CommonHeaders
  metrics: Pick<Metrics, 'requests'>
  routes: readonly Route[]
}

/**
 * Answers a request that must come again later, before anything is done for it, even before its route is looked for:
 * when five times more come than can be answered, the work goes to those who are let in. Gives whether it has.
 */
export function createTurnAway({ crowd, headers, metrics, routes }: Parts) {
  const probes = new Set(routes.filter(({ probe }) => probe).map(({ path }) => path))
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const isHead = request.method === 'HEAD'
    const method = isHead ? 'GET' : (request.method as Route['method'])
    const [path = ''] = (request.url ?? '').split('?', 1)
    const refusal = crowd.refuses({ method, probe: probes.has(path) })
    if (!refusal) return false
    send(response, wire(failure(refusal)), headers({ cors: true }, request, randomUUID()), isHead)
    metrics.requests.inc({ method, route: '(busy)', status: refusal.status })
    return true
  }
}
