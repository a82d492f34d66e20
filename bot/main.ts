import cluster from 'node:cluster'
import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { join } from './cluster.ts'
import { ConfigError, readConfig } from './config.ts'
import { createLog } from './log.ts'
import { loadSdkLean } from './sdk.ts'
import type { Kaijo } from './start.ts'

const usage = `npm start    everything in one process: chat, Direct Line, and a practice bank when UNLOCK_API_URL is not set
It has no options: its settings are environment variables, see README.md. Ctrl+C or SIGTERM ends it.`

/** `npm start`: everything in one process, until Ctrl+C or SIGTERM. */
async function main(): Promise<void> {
  loadSdkLean()
  if (process.argv.length > 2) (await import('../content/index.ts')).readCommandLine(usage)
  ;(await import('./asset.ts')).bundleAhead()
  const { startKaijo } = await import('./start.ts')
  const config = readConfig()
  const log = createLog(config.logLevel)
  const { isPostgres } = await import('./store/postgresPool.ts')
  // On one PostgreSQL others answer until it is ready.
  const isBesideOthers = cluster.isWorker && isPostgres(config.storageUrl)
  const kaijo = await startKaijo(config, log, isBesideOthers ? giveBackMemory : undefined)
  // Of several only the one that has been asked for the first link says where they are.
  if (!cluster.isWorker || config.desk.welcomes) sayWhere(kaijo)
  flushCompileCache()
  if (!isBesideOthers) void kaijo.prepared.then(giveBackMemory)

  let isStopping = false
  const stop = async (drainMs?: number) => {
    if (isStopping) process.exit(1)
    isStopping = true
    await kaijo.close(drainMs)
    process.exit(0)
  }
  join(stop)
  process.on('SIGTERM', () => stop())
  // Ctrl+C reaches all processes of a terminal; of several the one above them tells the others when to go.
  process.on('SIGINT', cluster.isWorker ? () => {} : () => stop())
  process.on('unhandledRejection', (err) => log.error({ event: 'unhandled', err }))
  process.on('uncaughtException', (err) => log.error({ event: 'uncaught', err }))
}

/** A start reads and compiles much that is never needed again; without being asked V8 keeps the room for it. */
function giveBackMemory(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')({ type: 'major', flavor: 'last-resort' })
}

function sayWhere({ url, sandbox, welcome }: Kaijo): void {
  const lines = ['', `  Kaijo    ${url}/   open the chat here`]
  if (welcome)
    lines.push(
      `  Desk     ${welcome}`,
      '           Open it within 15 minutes to become the first admin of the agents’ desk; it works once.',
      '           Another start makes another link, for as long as the desk has no account.',
    )
  if (sandbox) {
    lines.push(
      `  Sandbox  ${sandbox.publicUrl}/   plays the bank: UNLOCK_API_URL is not set`,
      '           Its first page has a certificate (.p12) to import, and the IDs, PINs and passwords to log on with.',
      `           Its certificate is of an authority of its own: trust ${sandbox.authorityFile}, or pass the browser's warning.`,
    )
  }
  console.error([...lines, ''].join('\n'))
}

main().catch((error: unknown) => {
  // By name: the content's own error class is loaded only with everything else.
  const isOurs = error instanceof ConfigError || (error as Error).name === 'ContentError'
  const { code } = error as NodeJS.ErrnoException
  if (isOurs) console.error((error as Error).message)
  else if (code === 'EADDRINUSE')
    console.error('PORT or SANDBOX_PORT is in use; choose another one, or stop the process that has it')
  else console.error(error)
  process.exit(78)
})
