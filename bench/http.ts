import { Mind } from '../test/support/mind.ts'
import { Caller } from './caller.ts'
import { Connection } from './connection.ts'
import { callers, crowd } from './crowd.ts'
import { medians, type Row } from './report.ts'
import { quantile, ratio, takeRounds } from './rounds.ts'
import { startKaijo, startRestify } from './servers.ts'
import { type Press, recordWalk, withoutTheBank } from './walk.ts'

/** Durable guided turns over Direct Line against bare restify, each in its own process; about 15 seconds. */
export async function turnsOverHttp(dir: string): Promise<Row[]> {
  const walk = await recordWalk(new Mind(), withoutTheBank)
  const [kaijo, restify] = [await startKaijo(dir), await startRestify(dir)]
  const customers = Array.from({ length: callers }, () => new Caller(kaijo.port, walk))
  const connections = Array.from({ length: callers }, () => new Connection(restify.port))
  const latencies: number[] = []
  try {
    await Promise.all(customers.map((customer) => customer.open()))
    const figures = await takeRounds(
      {
        guided: crowd(
          customers.map((customer) => () => customer.turn()),
          latencies,
        ),
        hello: crowd(connections.map((connection) => () => connection.get('/hello'))),
        durable: crowd(connections.map((connection) => () => connection.post('/durable', walk[0] as Press))),
      },
      { rounds: 3, ms: 1000 },
    )
    return rows(figures, latencies)
  } finally {
    for (const client of [...customers, ...connections]) client.close()
    await Promise.all([kaijo.stop(), restify.stop()])
  }
}

function rows(figures: Record<'guided' | 'hello' | 'durable', number[]>, latencies: number[]): Row[] {
  const { guided, hello, durable } = figures
  return [
    {
      name: `durable guided turns/s over HTTP, ${callers} callers ÷ one durable write behind bare restify`,
      figure: ratio(guided, durable),
      unit: 'x',
      aim: { atLeast: 0.65 },
      behind: {
        ...medians(figures, '/s'),
        'turn p50 ms': quantile(latencies, 0.5),
        'turn p99 ms': quantile(latencies, 0.99),
      },
    },
    {
      name: `restify's hello ÷ durable guided turns/s over HTTP, ${callers} callers`,
      figure: ratio(hello, guided),
      unit: 'x',
      behind: {},
    },
  ]
}
