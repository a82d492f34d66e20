import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { misused, readCommandLine } from '../content/index.ts'
import { readConfig } from './config.ts'

const usage = `npm run store:backup -- FOLDER
Copies the SQLite store and the audit log into a new folder, while the bot runs. LINK_KEY_FILE is not copied: keep it apart.
With PostgreSQL it copies the audit log alone; the store is copied by PostgreSQL's own means, see docs/operating.md.`

const given = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const [folder, ...more] = readCommandLine(usage, [], given).words
if (!folder || more.length > 0) misused('It takes one folder')

try {
  const { storageUrl, auditDir } = readConfig()
  // Customers' words: for nobody else to read.
  process.umask(0o077)
  if (existsSync(folder))
    throw new Error(`${folder} is there already; name a folder that is not, e.g. with the day`)
  mkdirSync(folder, { recursive: true })
  const [, file] = /^sqlite:(.+)$/.exec(storageUrl) ?? []
  if (file) copySqlite(file, join(folder, 'kaijo.db'))
  copyAudit(auditDir, folder)
  console.log(`What stood there when this began is in ${folder}${file ? '' : ', without the PostgreSQL'}.`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

/** One read of the whole, that lets writers go on, and leaves out what was deleted. */
function copySqlite(file: string, to: string): void {
  if (!existsSync(file)) throw new Error(`There is no store ${file}; set STORAGE_URL as the bot has it`)
  const db = new DatabaseSync(file, { timeout: 10_000 })
  try {
    db.prepare('VACUUM INTO ?').run(to)
  } catch (error) {
    rmSync(to, { force: true })
    throw error
  } finally {
    db.close()
  }
}

/** The heads first: they must not sign for an entry that the copy of the log does not have yet. */
function copyAudit(dir: string, folder: string): void {
  for (const name of ['audit.heads', 'audit.log'])
    if (existsSync(join(dir, name))) copyFileSync(join(dir, name), join(folder, name))
}
