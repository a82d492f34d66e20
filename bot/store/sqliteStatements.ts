import type { DatabaseSync } from 'node:sqlite'

/** Every statement of the SQLite store, prepared once. */
export function statements(db: DatabaseSync) {
  return {
    make: db.prepare(
      'INSERT INTO conversations (id, channel, touched_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET touched_at = excluded.touched_at WHERE touched_at <= excluded.touched_at - 60000',
    ),
    conversation: db.prepare(
      'SELECT id, channel, version, state, seq, reference, owner, agent, queued_at AS queuedAt, waiting_since AS waitingSince, touched_at AS touchedAt FROM conversations WHERE id = ?',
    ),
    event: db.prepare('SELECT activity_id FROM inbox WHERE channel = ? AND event = ?'),
    keep: db.prepare(
      'INSERT INTO inbox (channel, event, conversation, activity_id, activity, reply, accepted_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    pending: db.prepare(
      'SELECT channel, event, activity, reply FROM inbox WHERE conversation = ? AND activity IS NOT NULL ORDER BY place LIMIT 1',
    ),
    waiting: db.prepare('SELECT DISTINCT conversation FROM inbox WHERE activity IS NOT NULL'),
    applied: db.prepare('UPDATE inbox SET activity = NULL, reply = NULL WHERE channel = ? AND event = ?'),
    forget: db.prepare(
      'DELETE FROM inbox WHERE place IN (SELECT place FROM inbox WHERE activity IS NULL AND accepted_at < ? LIMIT ?)',
    ),
    advance: db.prepare(
      'UPDATE conversations SET state = ?, version = version + 1, seq = seq + ? WHERE id = ? AND version = ? AND seq = coalesce(?, seq) RETURNING seq',
    ),
    touch: db.prepare('UPDATE conversations SET touched_at = ? WHERE id = ? AND touched_at <= ? - 60000'),
    nextSeq: db.prepare('UPDATE conversations SET seq = seq + 1 WHERE id = ? RETURNING seq'),
    append: db.prepare('INSERT INTO activities (conversation, seq, activity) VALUES (?, ?, ?)'),
    log: db.prepare(
      'SELECT seq, activity FROM activities WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?',
    ),
    logged: db.prepare('SELECT activity FROM activities WHERE conversation = ? AND seq = ?'),
    rewrite: db.prepare('UPDATE activities SET activity = ? WHERE conversation = ? AND seq = ?'),
    unsay: db.prepare(
      'UPDATE inbox SET activity = ? WHERE conversation = ? AND activity_id = ? AND activity IS NOT NULL',
    ),
    request: db.prepare('INSERT INTO requests (id, conversation) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    requesters: db.prepare('SELECT conversation FROM requests WHERE id = ?'),
    issue: db.prepare('INSERT INTO passes (id, flow, step, request, expires_at) VALUES (?, ?, ?, ?, ?)'),
    pass: db.prepare('SELECT * FROM passes WHERE id = ?'),
    spend: db.prepare(
      'UPDATE passes SET spent_at = ? WHERE id = ? AND spent_at IS NULL AND expires_at > ? RETURNING *',
    ),
    forgetPasses: db.prepare('DELETE FROM passes WHERE expires_at < ?'),
    refer: db.prepare('UPDATE conversations SET reference = ? WHERE id = ?'),
    send: db.prepare('INSERT INTO outbox (conversation, channel, activities, reply) VALUES (?, ?, ?, ?)'),
    outgoing: db.prepare(
      'SELECT outbox.*, reference FROM outbox JOIN conversations ON conversations.id = conversation WHERE conversation = ? ORDER BY outbox.id LIMIT 1',
    ),
    sending: db.prepare('SELECT DISTINCT conversation FROM outbox'),
    sent: db.prepare('DELETE FROM outbox WHERE id = ?'),
    postpone: db.prepare('UPDATE outbox SET due_at = ?, attempts = ?, note = ? WHERE id = ?'),
    ask: db.prepare(
      'INSERT INTO asked (conversation, question, locale, at) VALUES (?, ?, ?, ?) ON CONFLICT (conversation) DO UPDATE SET question = excluded.question, locale = excluded.locale, at = excluded.at',
    ),
    keepQuestion: db.prepare('INSERT INTO unanswered (question, locale, kind, at) VALUES (?, ?, ?, ?)'),
    keepAsked: db.prepare(
      'INSERT INTO unanswered (question, locale, kind, at) SELECT question, locale, ?, at FROM asked WHERE conversation = ?',
    ),
    forgetAsked: db.prepare('DELETE FROM asked WHERE conversation = ?'),
    purgeAsked: db.prepare('DELETE FROM asked WHERE at < ?'),
    purgeQuestions: db.prepare('DELETE FROM unanswered WHERE at < ?'),
    unanswered: db.prepare('SELECT question, locale, kind, at FROM unanswered WHERE at >= ? ORDER BY id'),
    count: db.prepare(
      'INSERT INTO counts (day, channel, flow, step, what, detail, shard, times) VALUES (?, ?, ?, ?, ?, ?, 0, 1) ON CONFLICT DO UPDATE SET times = times + 1',
    ),
    counts: db.prepare(
      'SELECT day, channel, flow, step, what, detail, sum(times) AS times FROM counts WHERE day BETWEEN ? AND ? GROUP BY day, channel, flow, step, what, detail ORDER BY day, channel, flow, step, what, detail',
    ),
    check: db.prepare('SELECT count(*) FROM conversations WHERE id IS NULL'),
  }
}
