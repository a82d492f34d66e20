import { Gauge, Registry } from 'prom-client'
import { join } from '../../bot/cluster.ts'
import { giveMetrics, metricsText } from '../../bot/clusterMetrics.ts'

// The least that can be one of several processes: nothing but ready, and one figure. See test/bot/clusterMembers.test.ts.
if (process.env.MEMBER === 'ends') process.exit(78)
setInterval(() => {}, 1000)
const registry = new Registry()
new Gauge({ name: 'members', help: 'One for each.', registers: [registry] }).set(1)
giveMetrics(registry)
join(() => process.exit(0))
if (process.env.MEMBER === 'asks') {
  const asked = Array.from({ length: 20 }, () => metricsText(registry))
  const texts = await Promise.all(asked.map((text) => text.catch(String)))
  process.send?.({ type: 'figures', texts })
}
