import { execFile } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { verifyStore } from '../../bot/store/verify.ts'
import { answered, expectOnce, type Paced, startPaced } from '../support/paced.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { backUpPostgres, startRestored } from '../support/postgresBackup.ts'
import { type Served, serve } from '../support/process.ts'
import { until } from '../support/until.ts'

const command = join(import.meta.dirname, '..', '..', 'bot', 'storeBackupCommand.ts')
const { rate, customers, before } =
  process.env.BACKUP === 'whole'
    ? { rate: 200, customers: 40, before: 6000 }
    : { rate: 80, customers: 10, before: 120 }

/** What was acknowledged so far, by conversation. */
const acknowledged = ({ writers }: Paced) =>
  new Map(writers.map(({ conversation, taken }) => [conversation, [...taken]]))

const count = ({ writers }: Paced) => writers.reduce((sum, { taken }) => sum + taken.length, 0)

/** `npm run store:backup`, as an operator calls it beside the running bot. */
async function backUp(kaijo: Served, storage: string): Promise<string> {
  const folder = join(kaijo.dir, 'backup')
  const env = { PATH: process.env.PATH, STORAGE_URL: storage, LINK_KEY_FILE: join(kaijo.dir, 'link.key') }
  await promisify(execFile)(process.execPath, [command, folder], { env })
  return folder
}

interface Form {
  name: string
  /** Where the first bot keeps what it hears; undefined for its own file. */
  storage(): Promise<string | undefined>
  /** Takes the backup of the store that `folder` does not have; gives what opens it elsewhere. */
  take(storage: string, atEnd: () => void): Promise<(folder: string) => Promise<Restored>>
}

interface Restored {
  storage: string
  end(): Promise<void>
}

const forms: Form[] = [
  {
    name: 'SQLite',
    storage: async () => undefined,
    take: async (_, atEnd) => {
      atEnd()
      return async (folder) => ({ storage: `sqlite:${join(folder, 'kaijo.db')}`, end: async () => {} })
    },
  },
  {
    name: 'PostgreSQL',
    storage: async () => (await sharedPostgres()).place(),
    take: async (storage, atEnd) => {
      const dir = await backUpPostgres(storage, atEnd)
      return async () => {
        const server = await startRestored(dir)
        const there = new URL(storage)
        there.port = String(server.port)
        return { storage: String(there), end: () => server.stop() }
      }
    },
  },
]

for (const form of forms)
  describe(`a backup of ${form.name}, taken while customers write and restored elsewhere`, function () {
    this.timeout(300_000)

    it('has each message that was acknowledged before, once and answered, and lets customers go on', async () => {
      const place = await form.storage()
      const kaijo = await serve(place ? { STORAGE_URL: place, LOG_LEVEL: 'error' } : { LOG_LEVEL: 'error' })
      await kaijo.start()
      const storage = place ?? `sqlite:${join(kaijo.dir, 'kaijo.db')}`
      const all = await startPaced(kaijo, { customers, rate })
      await until(() => count(all) > before)
      let had = new Map<string, string[]>()
      const open = await form.take(storage, () => (had = acknowledged(all)))
      const folder = await backUp(kaijo, storage)
      const later = count(all)
      await until(() => count(all) > later + 20)
      await all.stop()
      expect(all.failures).to.deep.equal([])
      await kaijo.kill()
      await all.end()

      const { storage: restored, end } = await open(folder)
      expect((await verifyStore(restored)).findings).to.deep.equal([])
      const other = await serve({ STORAGE_URL: restored, LOG_LEVEL: 'error' })
      copyFileSync(join(kaijo.dir, 'link.key'), join(other.dir, 'link.key'))
      for (const name of ['audit.heads', 'audit.log']) copyFileSync(join(folder, name), join(other.dir, name))
      await other.start()
      for (const writer of all.writers) {
        const words = expectOnce(await answered(writer, other.url))
        expect(words).to.include.members(had.get(writer.conversation) ?? [])
      }
      const [{ conversation = '', key = '' } = {}] = all.writers
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      await fetch(`${other.url}/v3/directline/conversations/${conversation}/activities`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ type: 'message', text: 'I am still here' }),
      })
      const log = await answered({ conversation, key, taken: [] }, other.url)
      expect(expectOnce(log)).to.include('I am still here')
      const { findings, waiting, activities } = await verifyStore(restored)
      expect({ findings, waiting }).to.deep.equal({ findings: [], waiting: 0 })
      expect(activities).to.be.greaterThan(2 * before)
      // Looks over the audit log too: of the restored one, and of the one that was killed.
      await other.end()
      await end()
      await kaijo.end()
      rmSync(folder, { recursive: true, force: true })
    })
  })
