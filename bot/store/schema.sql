CREATE TABLE IF NOT EXISTS conversations (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  state TEXT,
  seq INTEGER NOT NULL DEFAULT 0,
  -- How the channel reaches it.
  reference TEXT,
  -- Who answers in it: bot, queue, agent or closed; and which account.
  owner TEXT NOT NULL DEFAULT 'bot',
  agent TEXT,
  -- Its place in the queue, and since when nobody has taken it.
  queued_at INTEGER,
  waiting_since INTEGER,
  touched_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
-- The bot has most of them, and they pay nothing for the desk.
CREATE INDEX IF NOT EXISTS conversations_owner ON conversations (owner, queued_at, id) WHERE owner <> 'bot';
CREATE INDEX IF NOT EXISTS conversations_touched ON conversations (touched_at);

-- From the wish for a person to its end.
CREATE TABLE IF NOT EXISTS handoffs (
  id TEXT PRIMARY KEY,
  conversation TEXT NOT NULL,
  initiated_at INTEGER NOT NULL,
  accepted_at INTEGER,
  ended_at INTEGER,
  how TEXT,
  agent TEXT,
  summary TEXT NOT NULL,
  rating INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS handoffs_conversation ON handoffs (conversation, initiated_at);
CREATE INDEX IF NOT EXISTS handoffs_age ON handoffs (initiated_at);

-- What was said, by both sides, in the order in which everyone sees it.
CREATE TABLE IF NOT EXISTS activities (
  conversation TEXT NOT NULL,
  seq INTEGER NOT NULL,
  activity TEXT NOT NULL,
  PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;

-- Accepted events. The row outlives its turn: it is what makes a second delivery harmless.
CREATE TABLE IF NOT EXISTS inbox (
  place INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  event TEXT NOT NULL,
  conversation TEXT NOT NULL,
  activity_id TEXT NOT NULL,
  -- Emptied when the event has been applied.
  activity TEXT,
  reply TEXT,
  accepted_at INTEGER NOT NULL,
  UNIQUE (channel, event)
) STRICT;
CREATE INDEX IF NOT EXISTS inbox_pending ON inbox (conversation, place) WHERE activity IS NOT NULL;
CREATE INDEX IF NOT EXISTS inbox_age ON inbox (accepted_at);

-- Which conversations wait for which unlock request: the customer's, and the administrator's.
CREATE TABLE IF NOT EXISTS requests (
  id TEXT NOT NULL,
  conversation TEXT NOT NULL,
  PRIMARY KEY (id, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS requests_conversation ON requests (conversation);

-- What lets somebody in once, for a short time: the id of a deep link, or a guide number.
CREATE TABLE IF NOT EXISTS passes (
  id TEXT PRIMARY KEY,
  flow TEXT NOT NULL,
  step TEXT NOT NULL,
  request TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  spent_at INTEGER
) STRICT, WITHOUT ROWID;

-- The last free question of a conversation, until it is known whether its answer helped.
CREATE TABLE IF NOT EXISTS asked (
  conversation TEXT PRIMARY KEY,
  question TEXT NOT NULL,
  locale TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS asked_age ON asked (at);

-- Questions without an answer that helped, for the writers; nothing says who asked.
CREATE TABLE IF NOT EXISTS unanswered (
  id INTEGER PRIMARY KEY,
  question TEXT NOT NULL,
  locale TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS unanswered_age ON unanswered (at);

-- How often customers came to which step, by day; nothing says who. Processes that share a database count into several
-- rows (shards), so that turns do not stand in line at one of them.
CREATE TABLE IF NOT EXISTS counts (
  day TEXT NOT NULL,
  channel TEXT NOT NULL,
  flow TEXT NOT NULL,
  step TEXT NOT NULL,
  what TEXT NOT NULL,
  detail TEXT NOT NULL,
  shard INTEGER NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (day, channel, flow, step, what, detail, shard)
) STRICT, WITHOUT ROWID;

-- What channels must still send; a row leaves when the channel has taken it.
CREATE TABLE IF NOT EXISTS outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL,
  channel TEXT NOT NULL,
  activities TEXT NOT NULL,
  reply TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL DEFAULT 0,
  note TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS outbox_conversation ON outbox (conversation, id);
