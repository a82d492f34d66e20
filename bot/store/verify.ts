import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { addressed, isPostgres, openConnections, patient } from './postgresPool.ts'
import { activityId } from './rows.ts'
import type { Row, Value } from './sqlConnection.ts'

/** What was looked at, and what is not as it must be. */
export interface Verified {
  conversations: number
  activities: number
  /** Events that were accepted and not yet answered. */
  waiting: number
  /** Messages that a channel has not taken yet. */
  unsent: number
  /** A sentence for each. */
  findings: string[]
}

type Read = (text: string, params?: Value[]) => Promise<Row[]>

/** So many conversations are in memory at once. */
const PAGE = 100

/**
 * Looks over a whole store as it stood at one moment, also while bots write to it: no hole and no double in any log,
 * nothing that waits for a conversation that is not there, nothing to be sent twice. `url` as in STORAGE_URL.
 */
export async function verifyStore(url: string): Promise<Verified> {
  return isPostgres(url) ? verifyPostgres(url) : verifySqlite(url)
}

async function verifyPostgres(url: string): Promise<Verified> {
  const { address, schema } = addressed(url)
  const connections = openConnections(address, schema, () => {}, patient)
  try {
    return await connections.transaction(async (query) => {
      await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
      return await verified((text, params) => query(numbered(text), params))
    })
  } finally {
    await connections.close()
  }
}

async function verifySqlite(url: string): Promise<Verified> {
  const file = url.replace(/^sqlite:/, '')
  if (!existsSync(file)) throw new Error(`There is no store ${file}; name the one of STORAGE_URL`)
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    db.exec('BEGIN')
    const found = await verified(async (text, params = []) => db.prepare(text).all(...params) as Row[])
    const broken = db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[]
    const lines = broken.map((row) => row.integrity_check).filter((line) => line !== 'ok')
    return { ...found, findings: [...found.findings, ...lines] }
  } finally {
    db.close()
  }
}

async function verified(read: Read): Promise<Verified> {
  const found: Verified = { conversations: 0, activities: 0, waiting: 0, unsent: 0, findings: [] }
  for (let after: string | undefined = ''; after !== undefined; )
    after = await lookOverPage(read, after, found)
  await lookOverOutbox(read, found)
  const [waiting] = await read('SELECT count(*) AS rows FROM inbox WHERE activity IS NOT NULL')
  found.waiting = Number(waiting?.rows)
  const lost = await read(
    'SELECT channel, event FROM inbox WHERE activity IS NOT NULL AND NOT EXISTS (SELECT 1 FROM conversations WHERE id = inbox.conversation)',
  )
  for (const { channel, event } of lost)
    found.findings.push(`The event "${event}" of ${channel} waits for a conversation that is not there`)
  return found
}

/** The last conversation of the page; undefined when there are no more. */
async function lookOverPage(read: Read, after: string, found: Verified): Promise<string | undefined> {
  const page = await read('SELECT id, seq FROM conversations WHERE id > ? ORDER BY id LIMIT ?', [after, PAGE])
  const last = page.at(-1)?.id as string | undefined
  const until = page.length === PAGE ? last : undefined
  const logged = await read(
    `SELECT conversation, seq, activity FROM activities WHERE conversation > ? ${until ? 'AND conversation <= ?' : ''} ORDER BY conversation, seq`,
    until ? [after, until] : [after],
  )
  const logs = Map.groupBy(logged, ({ conversation }) => conversation as string)
  for (const { id, seq } of page) {
    found.findings.push(...lookOverLog(id as string, Number(seq), logs.get(id as string) ?? []))
    logs.delete(id as string)
  }
  for (const id of logs.keys())
    found.findings.push(`There are activities of "${id}", and no such conversation`)
  found.conversations += page.length
  found.activities += logged.length
  return until
}

function lookOverLog(id: string, seq: number, log: Row[]): string[] {
  const findings: string[] = []
  const sent = new Set<string>()
  if (log.length !== seq)
    findings.push(`"${id}" has ${log.length} activities, and ${seq} were given a number`)
  for (const [at, row] of log.entries()) {
    const activity = readActivity(row.activity)
    if (Number(row.seq) !== at + 1) return [...findings, `"${id}" has no activity number ${at + 1}`]
    if (activity?.id !== activityId(id, at + 1))
      findings.push(`Activity ${at + 1} of "${id}" cannot be read, or has the id of another one`)
    const { replyToId: answered = '', from, channelData } = activity ?? {}
    if (answered.startsWith(`${id}|`) && answered >= activityId(id, at + 1))
      findings.push(`Activity ${at + 1} of "${id}" answers "${answered}", which does not come before it`)
    const name = from?.role === 'bot' ? undefined : channelData?.clientActivityID
    if (name && sent.has(name)) findings.push(`"${id}" has the message "${name}" twice`)
    if (name) sent.add(name)
  }
  return findings
}

interface Said {
  id?: string
  replyToId?: string
  from?: { role?: string }
  channelData?: { clientActivityID?: string }
}

function readActivity(text: Value | undefined): Said | undefined {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

async function lookOverOutbox(read: Read, found: Verified): Promise<void> {
  const rows = await read(
    'SELECT outbox.id AS id, conversation, activities, seq FROM outbox LEFT JOIN conversations ON conversations.id = conversation ORDER BY outbox.id',
  )
  const sent = new Set<string>()
  for (const { conversation, activities, seq } of rows) {
    if (seq === null) found.findings.push(`A message waits for "${conversation}", which is not there`)
    for (const { id = '' } of JSON.parse(String(activities)) as Said[]) {
      if (sent.has(id)) found.findings.push(`"${id}" waits to be sent twice`)
      else if (id > activityId(String(conversation), Number(seq)))
        found.findings.push(`"${id}" waits to be sent, and is not in the log`)
      sent.add(id)
      found.unsent++
    }
  }
}

/** `?` as PostgreSQL writes it; our statements have none inside of quotes. */
function numbered(text: string): string {
  let place = 0
  return text.replace(/\?/g, () => `$${++place}`)
}
