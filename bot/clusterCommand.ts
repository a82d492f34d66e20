import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { misused, readCommandLine } from '../content/index.ts'
import { type Cluster, createCluster, Unstarted } from './cluster.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { createLog, type Logger } from './log.ts'
import { isPostgres } from './store/postgresPool.ts'
import { thrift } from './thrift.ts'

const usage = `npm run start:cluster -- --processes 2 --storage postgres://user:password@host/database
Several processes on this machine that share one port, for as long as this one runs: whoever dies is followed.
  --processes N   how many, from 1 to 64; as many as this machine has processors unless said otherwise
  --storage URL   instead of STORAGE_URL. SQLite takes one process; more need a PostgreSQL
Ctrl+C or SIGTERM ends all of them. SIGUSR2, or SIGHUP without a terminal, exchanges them one by one, so that a new
version or new settings of content are taken up while customers write. Settings: see README.md.`

/** For so long a connection may wait for its next request, see server.ts: after it nobody's request can be on its way. */
const KEPT_ALIVE_MS = 5000

const { values } = readCommandLine(usage, ['processes', 'storage'])
const processes = readProcesses(values.processes)

main().catch((error: unknown) => {
  const isOurs = error instanceof ConfigError || (error as Error).name === 'ContentError'
  if (isOurs) console.error((error as Error).message)
  else if (!(error instanceof Unstarted)) console.error(error)
  process.exit(error instanceof Unstarted ? (error.code ?? 1) : 78)
})

async function main(): Promise<void> {
  const given: Record<string, string | undefined> = {
    ...process.env,
    ...(values.storage && { STORAGE_URL: values.storage }),
  }
  const config = readConfig(given)
  const isShared = isPostgres(config.storageUrl)
  if (processes > 1 && !isShared)
    misused(
      `--processes is ${processes}, and the store is "${config.storageUrl}"; SQLite takes one process: give --storage postgres://…, or --processes 1`,
    )
  const log = createLog(config.logLevel)
  const bank = config.unlock ? undefined : await openBank(config, log)
  const all = createCluster({
    processes,
    entry: fileURLToPath(new URL('./index.ts', import.meta.url)),
    environment: (isFirst) => ({
      ...thrift,
      STORAGE_URL: config.storageUrl,
      DESK_WELCOME: isFirst && config.desk.welcomes ? 'on' : 'off',
      ...bank?.environment(),
    }),
    isShared,
    drainMs: given.DRAIN_SECONDS || !isShared ? config.drainMs : KEPT_ALIVE_MS,
    patience: config.drainMs + 20_000,
    log,
  })
  await countProcesses(all)
  obey(all, log, async () => bank?.close())
  await all.start()
  if (all.ready() > 0) log.info({ event: 'cluster.started', count: all.ready() })
}

/** Signals are for all: they come here, and each process is told in its turn. */
function obey(all: Cluster, log: Logger, closed: () => Promise<void>): void {
  let isStopping = false
  const stop = async () => {
    if (isStopping) process.exit(1)
    isStopping = true
    await all.stop()
    await closed()
    log.info({ event: 'cluster.stopped' })
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  const roll = () => void all.roll()
  process.on('SIGUSR2', roll)
  // With a terminal it says that the terminal is gone.
  if (!process.stdin.isTTY) process.on('SIGHUP', roll)
}

/** The practice bank is one: it lives here, and is to the processes what a bank elsewhere would be. */
async function openBank(config: Config, log: Logger) {
  const { openPracticeBank } = await import('./practiceBank.ts')
  const sandbox = await openPracticeBank(config, log)
  return {
    // Asked anew for each process: the keys can be changed while it runs.
    environment: () => ({
      UNLOCK_API_URL: sandbox.publicUrl,
      UNLOCK_API_TOKEN: sandbox.token,
      UNLOCK_API_KEYS: sandbox.publicKeys().join(','),
      NODE_EXTRA_CA_CERTS: sandbox.authorityFile,
    }),
    close: () => sandbox.close(),
  }
}

async function countProcesses(all: Cluster): Promise<void> {
  const { Counter, Gauge, Registry } = await import('prom-client')
  const { gatherMetrics } = await import('./clusterMetrics.ts')
  const own = new Registry()
  new Gauge({
    name: 'kaijo_processes',
    help: 'Processes that take requests.',
    registers: [own],
    collect() {
      this.set(all.ready())
    },
  })
  new Counter({
    name: 'kaijo_process_deaths_total',
    help: 'Processes that ended without being told to.',
    registers: [own],
    collect() {
      this.reset()
      this.inc(all.deaths())
    },
  })
  gatherMetrics(own)
}

function readProcesses(given = String(availableParallelism())): number {
  if (!/^\d{1,2}$/.test(given) || Number(given) < 1 || Number(given) > 64)
    misused(`--processes is "${given}"; it must be a whole number from 1 to 64`)
  return Number(given)
}
