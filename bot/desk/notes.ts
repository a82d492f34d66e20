import type { Sql } from '../store/sql.ts'

/** What an agent wrote for other agents about a conversation; no customer ever reads it. */
export interface Note {
  id: string
  account: string
  shown?: string
  text: string
  /** Milliseconds since 1970. */
  at: number
}

const most = 200

/** Writes a note down; the same id twice is one note. Durable when it resolves. */
export async function writeNote(
  sql: Sql,
  { conversation, id, account, text, at }: Omit<Note, 'shown'> & { conversation: string },
): Promise<void> {
  await sql.run(
    'INSERT INTO desk_notes (id, conversation, account, note, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    [id, conversation, account, text, at],
  )
}

/** The newest notes of a conversation, oldest first. */
export async function readNotes(sql: Sql, conversation: string): Promise<Note[]> {
  const rows = await sql.all(
    'SELECT id, account, note, at FROM desk_notes WHERE conversation = ? ORDER BY at DESC, id LIMIT ?',
    [conversation, most],
  )
  return rows.reverse().map(({ id, account, note, at }) => ({
    id: String(id),
    account: String(account),
    text: String(note),
    at: Number(at),
  }))
}
