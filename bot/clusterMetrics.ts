import cluster, { type Worker } from 'node:cluster'
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
/** Who has asked and has no answer yet, by the number of the question. */
const waiting = new Map<number, (text?: string) => void>()

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
  process.on('message', (message: Wanted | undefined) => {
    if (message?.type === WANTED) waiting.get(message.id)?.(message.text)
  })
}

/** In the process above the others: gathers the figures of all whenever one asks for them. */
export function gatherMetrics(own: Registry): void {
  const all = new AggregatorRegistry()
  cluster.on('message', (worker: Worker, message: Wanted | undefined) => {
    if (message?.type !== WANTED) return
    const answer = (text?: string) => {
      if (worker.isConnected()) worker.send({ ...message, text }, () => undefined)
    }
    Promise.all([own.metrics(), all.clusterMetrics()]).then(
      (texts) => answer(texts.join('\n')),
      () => answer(),
    )
  })
}

async function ofAll(): Promise<string> {
  const id = asked++
  const { promise: answer, resolve } = Promise.withResolvers<string | undefined>()
  waiting.set(id, resolve)
  const timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
  process.send?.({ type: WANTED, id } satisfies Wanted)
  try {
    const text = await answer
    if (text === undefined) throw new Error('Not every process has given its figures; ask again')
    return text
  } finally {
    clearTimeout(timer)
    waiting.delete(id)
  }
}
