import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What `/metrics` tells an operator; labels are names of ours only, never ids or words of customers. */
export interface Metrics {
  registry: Registry
  /** Labels: method, route, status. */
  requests: Counter<'method' | 'route' | 'status'>
  /** Labels: route. In seconds. */
  requestSeconds: Histogram<'route'>
  /** Open stream sockets. */
  sockets: Gauge
  /** Labels: channel, result (`committed`, `stale`, `failed`). */
  turns: Counter<'channel' | 'result'>
  /** From the start of a turn to its commit, in seconds. */
  turnSeconds: Histogram
  /** Labels: outcome (what became of a free question). */
  faq: Counter<'outcome'>
}

/** Makes the registry; `processFigures` adds memory, event loop and garbage collection. */
export function createMetrics(processFigures = false): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (processFigures) collectDefaultMetrics({ register: registry })
  return {
    registry,
    requests: new Counter({
      name: 'kaijo_http_requests_total',
      help: 'HTTP requests answered.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'kaijo_http_request_seconds',
      help: 'Time from a whole request to its answer.',
      labelNames: ['route'],
      buckets: seconds,
      registers,
    }),
    sockets: new Gauge({ name: 'kaijo_sockets', help: 'Open stream sockets.', registers }),
    turns: new Counter({
      name: 'kaijo_turns_total',
      help: 'Turns run.',
      labelNames: ['channel', 'result'],
      registers,
    }),
    turnSeconds: new Histogram({
      name: 'kaijo_turn_seconds',
      help: 'Time from the start of a turn to its commit.',
      buckets: seconds,
      registers,
    }),
    faq: new Counter({
      name: 'kaijo_faq_total',
      help: 'Free questions by what became of them.',
      labelNames: ['outcome'],
      registers,
    }),
  }
}
