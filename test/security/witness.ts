import { createServer } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8'
import { runInNewContext } from 'node:vm'
import restify from 'restify'

// Loaded before Kaijo (`node --import`): tells whoever connects to WITNESS what only the process itself can know.

const verbs = { get: 'GET', head: 'HEAD', post: 'POST', put: 'PUT', del: 'DELETE', opts: 'OPTIONS' } as const

const routes: { method: string; path: string }[] = []
const make = restify.createServer

/** Every route is mounted here in the end, so that a new one is seen without being named anywhere. */
restify.createServer = (options?: restify.ServerOptions) => {
  const shell = make(options)
  for (const [verb, method] of Object.entries(verbs) as [keyof typeof verbs, string][]) {
    const mount = shell[verb].bind(shell) as (...parts: unknown[]) => unknown
    Object.assign(shell, {
      [verb]: (path: string, ...handlers: unknown[]) => {
        routes.push({ method, path })
        return mount(path, ...handlers)
      },
    })
  }
  return shell
}

/** The longest that the event loop has stood still since it was asked last. */
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (how?: object) => void

const megabytes = (bytes: number) => Math.round((bytes / 1024 / 1024) * 10) / 10

function look(isSwept: boolean): object {
  // What the first pass lets go of, its finalizers included, the second gives back.
  if (isSwept) for (let n = 0; n < 2; n++) collect({ type: 'major', flavor: 'last-resort' })
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  const stalled = Math.round(delay.max / 1e6)
  delay.reset()
  return {
    pid: process.pid,
    routes,
    polluted: ({} as Record<string, unknown>).polluted !== undefined,
    megabytes: Math.round(rss / 1024 / 1024),
    heap: megabytes(heapUsed + external),
    stalled,
    cpu: Math.round((user + system) / 100) / 10,
    sockets: process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length,
  }
}

/** `look` is answered at once; `sweep` after garbage has been collected; `snapshot FILE` writes the heap down. */
createServer((socket) => {
  socket.on('error', () => socket.destroy())
  socket.once('data', (said) => {
    const [word, file] = said.toString().trim().split(' ')
    if (word === 'snapshot') writeHeapSnapshot(file)
    socket.end(JSON.stringify(look(word === 'sweep')))
  })
})
  .listen(process.env.WITNESS)
  .unref()
