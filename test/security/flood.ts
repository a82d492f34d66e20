import fc from 'fast-check'
import { Line } from '../support/hostile.ts'
import type { Visitor } from '../unlock/visitor.ts'
import { type Aim, badRequest } from './badRequest.ts'
import { leaks } from './leaks.ts'
import { onTheWire, type Papers } from './onTheWire.ts'
import type { Watched } from './watched.ts'

/** Where requests go, and what they carry there. */
export interface Place extends Aim {
  url: string
  papers: Papers
  /** With whose certificate, where that is asked for. */
  visitor?: Visitor
}

/** What came of a flood. */
export interface Tally {
  /** How often each status was answered; `closed` where there was no answer. */
  statuses: Map<string, number>
  /** The longest that anything took, in milliseconds. */
  slowest: number
  /** How many took more than two seconds. */
  slow: number
}

/** Answers that say that something is not there, where the protocol itself wants them. */
const documented = [{ path: '/api/messages', status: 501 }]

/**
 * Sends bad requests, a lane for each place side by side, each with as many as the others. Throws with the request,
 * made as small as it can be, when the bot has ended, has closed without an answer, has answered 5xx or has told anything.
 */
export async function flood(
  kaijo: Watched,
  lanes: readonly Place[],
  { requests, seed }: { requests: number; seed: number },
): Promise<Tally> {
  const tally: Tally = { statuses: new Map(), slowest: 0, slow: 0 }
  const numRuns = Math.ceil(requests / lanes.length)
  await Promise.all(lanes.map((place, lane) => floodOne(kaijo, place, { numRuns, seed: seed + lane }, tally)))
  return tally
}

async function floodOne(
  kaijo: Watched,
  place: Place,
  runs: { numRuns: number; seed: number },
  tally: Tally,
): Promise<void> {
  const { port, protocol } = new URL(place.url)
  const secure =
    protocol === 'https:' ? { ...place.visitor?.certificate, servername: 'localhost' } : undefined
  const line = new Line(Number(port), 15_000, secure)
  const property = fc.asyncProperty(badRequest(place), async (request) => {
    const { bytes, sending, deservesAnswer } = onTheWire(request, place.papers)
    const began = performance.now()
    const outcome = await line.send(bytes, sending)
    const took = performance.now() - began
    const status = String(outcome.status ?? 'closed')
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1)
    tally.slowest = Math.max(tally.slowest, took)
    if (took > 2000) tally.slow++
    if (deservesAnswer && outcome.status === undefined) throw new Error('closed without an answer')
    // Nothing is missing here, so that not even the documented 503 has a reason.
    const isDocumented = documented.some(
      (one) => one.path === request.target && one.status === outcome.status,
    )
    if (outcome.status !== undefined && outcome.status >= 500 && !isDocumented)
      throw new Error(`answered ${outcome.raw}`)
    const found = leaks(request, outcome, kaijo)
    if (found.length > 0) throw new Error(`the answer tells ${found.join(', ')}:\n${outcome.raw}`)
    if (!kaijo.isRunning()) throw new Error(`the process has ended:\n${kaijo.output().slice(-2000)}`)
  })
  await fc.assert(property, runs).finally(() => line.close())
}
