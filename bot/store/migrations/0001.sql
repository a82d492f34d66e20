-- What the SQLite store keeps, table for table, in the order of bytes as there. JSON is text and not jsonb: it must come back as it went in, with
-- every character that JSON can hold. Times are milliseconds since 1970.
CREATE TABLE conversations (
  id text COLLATE "C" PRIMARY KEY,
  channel text NOT NULL,
  version bigint NOT NULL DEFAULT 0,
  state text,
  seq bigint NOT NULL DEFAULT 0,
  reference text
);

CREATE TABLE activities (
  conversation text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  activity text NOT NULL,
  PRIMARY KEY (conversation, seq)
);

CREATE TABLE inbox (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel text NOT NULL,
  event text NOT NULL,
  conversation text NOT NULL,
  activity_id text NOT NULL,
  activity text,
  reply text,
  accepted_at bigint NOT NULL,
  UNIQUE (channel, event)
);
CREATE INDEX inbox_pending ON inbox (conversation, place) WHERE activity IS NOT NULL;
CREATE INDEX inbox_age ON inbox (accepted_at);

CREATE TABLE requests (
  id text COLLATE "C" NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  PRIMARY KEY (id, conversation)
);

CREATE TABLE passes (
  id text COLLATE "C" PRIMARY KEY,
  flow text NOT NULL,
  step text NOT NULL,
  request text NOT NULL,
  expires_at bigint NOT NULL,
  spent_at bigint
);

CREATE TABLE asked (
  conversation text COLLATE "C" PRIMARY KEY,
  question text NOT NULL,
  locale text NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX asked_age ON asked (at);

CREATE TABLE unanswered (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  question text NOT NULL,
  locale text NOT NULL,
  kind text NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX unanswered_age ON unanswered (at);

CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  conversation text NOT NULL,
  channel text NOT NULL,
  activities text NOT NULL,
  reply text,
  attempts int NOT NULL DEFAULT 0,
  due_at bigint NOT NULL DEFAULT 0,
  note text
);
CREATE INDEX outbox_conversation ON outbox (conversation, id);

-- Which process works at what, and until when unless it says that it still does. Of no use after a crash of the
-- server, and so without the log that makes each commit wait for the disk.
CREATE UNLOGGED TABLE leases (
  work text PRIMARY KEY,
  holder text NOT NULL,
  held_until timestamptz NOT NULL,
  -- Another process has asked for it.
  is_wanted boolean NOT NULL DEFAULT false
);
