import { setImmediate as aMoment } from 'node:timers/promises'
import type { Store } from '../store/index.ts'
import type { SqlConnection } from '../store/sql.ts'
import type { Audited } from './audited.ts'

/** Forgets what was said: by itself after RETENTION_DAYS, and when somebody asks for it. */
export interface Retention {
  /** Forgets every conversation that nothing has happened in for so long; gives how many. */
  purge(): Promise<number>
  /** Forgets one conversation; false when there is none. */
  erase(conversation: string): Promise<boolean>
  /** The conversations of a customer of LINE or Teams, by the id that the channel has for them. */
  conversationsOf(customer: string): Promise<string[]>
  /** Purges now, and once an hour. */
  start(): void
  stop(): void
}

export interface RetentionParts {
  store: Pick<Store, 'purge' | 'forget' | 'conversation' | 'activities'>
  sql: SqlConnection
  audited: Audited
  days: number
  clock: () => Date
  onError: (error: unknown) => void
}

const day = 24 * 3600 * 1000
const hour = 3600 * 1000
const page = 200

export function createRetention(parts: RetentionParts): Retention {
  const { store, sql, audited, days, clock, onError } = parts
  let timer: NodeJS.Timeout | undefined
  const dropNotes = (conversation: string) =>
    sql.run('DELETE FROM desk_notes WHERE conversation = ?', [conversation])

  /** What the customer wrote. */
  const textsOf = async (conversation: string) => {
    const texts = new Set<string>()
    for (let after = 0; ; ) {
      const logged = await store.activities(conversation, after, page)
      for (const { activity } of logged)
        if (activity.from?.role === 'user' && activity.text) texts.add(activity.text.trim())
      after = logged.at(-1)?.seq ?? after
      if (logged.length < page) return texts
    }
  }

  const retention: Retention = {
    async purge() {
      // Also those of a purge that was broken off.
      const dropOrphans = () =>
        sql.run('DELETE FROM desk_notes WHERE conversation NOT IN (SELECT id FROM conversations)')
      await dropOrphans()
      const gone = await store.purge(clock().getTime() - days * day)
      await dropOrphans()
      if (gone.length === 0) return 0
      audited(undefined, 'purged', { why: 'retention' })
      await sql.scrub?.()
      return gone.length
    },
    async erase(conversation) {
      if (!(await store.conversation(conversation))) return false
      const asked = await textsOf(conversation)
      await store.forget(conversation)
      await dropNotes(conversation)
      // Nothing says who asked an unanswered question; whoever has their words erased means these too.
      for (const text of asked) await sql.run('DELETE FROM unanswered WHERE question = ?', [text])
      await sql.scrub?.()
      return true
    },
    async conversationsOf(customer) {
      const found: string[] = []
      // By id: one that is touched meanwhile keeps its place.
      for (let after = ''; ; ) {
        const rows = await sql.all(
          'SELECT id, reference FROM conversations WHERE id > ? ORDER BY id LIMIT 200',
          [after],
        )
        for (const { id, reference } of rows)
          if (reference && customerOf(JSON.parse(reference as string)) === customer) found.push(id as string)
        after = (rows.at(-1)?.id as string | undefined) ?? after
        if (rows.length < page) return found
        await aMoment()
      }
    },
    start() {
      const run = () => void retention.purge().catch(onError)
      timer = setInterval(run, hour).unref()
      run()
    },
    stop: () => clearInterval(timer),
  }
  return retention
}

/** What the channel calls the customer: LINE's reference has it as a text, Teams' as an object with an id. */
function customerOf({ user }: { user?: string | { id?: string } }): string | undefined {
  return typeof user === 'string' ? user : user?.id
}
