import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { copyFile, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { freePort } from '../../bot/freePort.ts'
import { serverIn } from './postgres.ts'

/** Of a running server's folder everything is copied but these: they are of the running server. */
const ownOnly = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'pg_wal',
  'pg_stat_tmp',
  'pg_notify',
  'pg_subtrans',
])

/**
 * A base backup of a whole running server on this machine, as pg_basebackup takes it (PostgreSQL's manual, "Making a
 * Base Backup Using the Low Level API"): the npm package brings no such program. Gives the folder; `atEnd` is called
 * when everything that was committed before is in it.
 */
export async function backUpPostgres(url: string, atEnd: () => void): Promise<string> {
  const client = new Client({ connectionString: url.replace(/\?.*/, '') })
  await client.connect()
  try {
    const { rows } = await client.query('SHOW data_directory')
    const from = rows[0].data_directory as string
    const to = mkdtempSync(join(tmpdir(), 'kaijo-restored-'))
    await client.query("SELECT pg_backup_start('kaijo', true)")
    await copyAll(from, to, ownOnly)
    atEnd()
    const stopped = await client.query('SELECT labelfile FROM pg_backup_stop(false)')
    await copyAll(join(from, 'pg_wal'), join(to, 'pg_wal'))
    writeFileSync(join(to, 'backup_label'), stopped.rows[0].labelfile)
    for (const empty of ['pg_stat_tmp', 'pg_notify', 'pg_subtrans'])
      mkdirSync(join(to, empty), { mode: 0o700 })
    const { uid, gid } = statSync(from)
    await ownedBy(to, uid, gid)
    return to
  } finally {
    await client.end()
  }
}

/** Another server on what a backup has; it first goes through what was written while the backup was taken. */
export async function startRestored(dir: string): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await freePort()
  const server = serverIn(dir, port)
  await server.start()
  return {
    port,
    async stop() {
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function copyAll(from: string, to: string, without: ReadonlySet<string> = new Set()): Promise<void> {
  mkdirSync(to, { recursive: true, mode: 0o700 })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (without.has(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyAll(source, target)
    // A file of a running server may be gone before it is copied; what it meant stands in the write-ahead log.
    else await copyFile(source, target).catch((error) => error.code === 'ENOENT' || Promise.reject(error))
  }
}

async function ownedBy(dir: string, uid: number, gid: number): Promise<void> {
  chownSync(dir, uid, gid)
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true }))
    chownSync(join(entry.parentPath, entry.name), uid, gid)
}
