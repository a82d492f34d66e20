import { createServer } from 'node:net'
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

createServer((socket) => {
  const polluted = ({} as Record<string, unknown>).polluted !== undefined
  const megabytes = Math.round(process.memoryUsage().rss / 1024 / 1024)
  socket.on('error', () => socket.destroy())
  socket.end(JSON.stringify({ pid: process.pid, routes, polluted, megabytes }))
})
  .listen(process.env.WITNESS)
  .unref()
