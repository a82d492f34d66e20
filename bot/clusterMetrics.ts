import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { AggregatorRegistry, type Registry } from 'prom-client'

/** How long the figures of all processes may take; the way of prom-client gives up on a process after five seconds. */
const PATIENCE_MS = 7000
const WANTED = 'kaijo:metrics'

interface Wanted {
  type: typeof WANTED
  id: number
  text?: string
}

let asked = 0

/** The figures for `/metrics`: of this process, or of all when it is one of several that share a port. */
export function metricsText(registry: Registry): Promise<string> {
  return cluster.isWorker ? ofAll() : registry.metrics()
}

/** From now on this process gives its figures to the one that gathers them, if there is one. */
export function giveMetrics(registry: Registry): void {
  if (!cluster.isWorker) return
  AggregatorRegistry.setRegistries([registry])
  // Making one is what lets prom-client listen.
  new AggregatorRegistry()
}

/** In the process above the others: gathers the figures of all whenever one asks for them. */
export function gatherMetrics(own: Registry): void {
  const all = new AggregatorRegistry()
  cluster.on('message', (worker: Worker, message: Wanted | undefined) => {
    if (message?.type !== WANTED) return
    const answer = (text?: string) => {
      if (worker.isConnected()) worker.send({ ...message, text })
    }
    Promise.all([own.metrics(), all.clusterMetrics()]).then(
      (texts) => answer(texts.join('\n')),
      () => answer(),
    )
  })
}

async function ofAll(): Promise<string> {
  const id = asked++
  const signal = AbortSignal.timeout(PATIENCE_MS)
  process.send?.({ type: WANTED, id } satisfies Wanted)
  for (;;) {
    const [message] = (await once(process, 'message', { signal })) as [Wanted | undefined]
    if (message?.type !== WANTED || message.id !== id) continue
    if (message.text === undefined) throw new Error('Not every process has given its figures; ask again')
    return message.text
  }
}
